/**
 * The door over HTTP, for a browser on this computer: on loopback only, for whoever has the token, and for pages of this
 * very server. A page of the web cannot use it, even where it finds the port: its browser says where it comes from, and
 * it does not know the token.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node';
import { RequestHeadersPlugin } from '@orpc/server/plugins';
import { pageHeaders } from '../contract/pages.ts';
import type { Desk } from '../desk.ts';
import { type Page, pagesOf } from './pages.ts';
import { router } from './router.ts';

const PREFIX = '/door';
/** A call is a few kilobytes; the longest has ten thousand ids. */
const LARGEST_CALL = 1 << 20;

/** Nothing of a page may be kept, framed, guessed or fetched from elsewhere. */
const HEADERS = { 'cache-control': 'no-store', ...pageHeaders({ connects: true }) } as const;

export class HttpDoor implements AsyncDisposable {
  readonly token = randomBytes(32).toString('base64url');
  readonly #server: Server;
  readonly #handler = new RPCHandler(router, {
    plugins: [new BodyLimitPlugin({ maxBodySize: LARGEST_CALL }), new RequestHeadersPlugin()],
  });
  readonly #desk: Desk;
  readonly #pages: ReadonlyMap<string, Page>;

  private constructor(desk: Desk, pages: ReadonlyMap<string, Page>) {
    this.#desk = desk;
    this.#pages = pages;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  /** @param options port: 0 for a free one; window: folder of the built window */
  static async open(
    desk: Desk,
    { port = 0, window }: { readonly port?: number; readonly window?: string } = {},
  ): Promise<HttpDoor> {
    const door = new HttpDoor(desk, window === undefined ? new Map() : pagesOf(window));
    door.#server.listen(port, '127.0.0.1');
    await once(door.#server, 'listening');
    return door;
  }

  /** There is a window to be shown. */
  get hasWindow(): boolean {
    return this.#pages.has('/');
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For the browser's address line: what stands behind # is not sent to anybody. */
  get address(): string {
    return `http://${this.host}/#${this.token}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const refusal = this.#refusal(request);
    if (refusal !== null) return void response.writeHead(refusal.status).end(refusal.why);
    const page = this.#pages.get(request.url ?? '');
    if (page !== undefined) return void response.setHeader('content-type', page.type).end(page.body);
    if (request.url === '/') return void response.setHeader('content-type', 'text/plain; charset=utf-8').end(UNBUILT);
    const { matched } = await this.#handler.handle(request, response, {
      prefix: PREFIX,
      context: { desk: this.#desk },
    });
    if (!matched) response.writeHead(404).end('There is nothing here.');
  }

  /** Why a request is not let in; null where it is. */
  #refusal(request: IncomingMessage): { readonly status: number; readonly why: string } | null {
    const { host, origin, authorization } = request.headers;
    // A name that somebody made point to this computer is not this computer's name.
    if (host !== this.host) return { status: 421, why: 'This is not the host that was asked for.' };
    if (origin !== undefined && origin !== `http://${this.host}`)
      return { status: 403, why: 'Pages of other places are not let in.' };
    if (request.url === '/' || this.#pages.has(request.url ?? ''))
      return request.method === 'GET' ? null : { status: 405, why: 'Only GET.' };
    if (!isSame(authorization ?? '', `Bearer ${this.token}`)) return { status: 401, why: 'The token is missing.' };
    return null;
  }
}

function isSame(a: string, b: string): boolean {
  const [one, two] = [Buffer.from(a), Buffer.from(b)];
  return one.length === two.length && timingSafeEqual(one, two);
}

const UNBUILT = `The desk is open; programs on this computer that have the token can use it under ${PREFIX}.
The window is not built: run \`npm run build\`, then start this again.
`;
