/**
 * How the window reaches the desk: over a message port that the shell hands over, or over HTTP from `moderato serve`.
 *
 * The shell's side of it (its preload), in messages that the window's own page posts to itself:
 *   window → shell   { kind: 'desk-wanted' }                 at its start, and whenever the desk does not answer
 *   shell  → window  { kind: 'desk-port' }    ports: [port]  a fresh port to the desk, behind which `answerPort` stands
 *   shell  → window  { kind: 'desk-gone' }                   the desk's process has ended: calls in flight fail at once
 * Only messages of this very window count. `renderer/shell/shell.ts` has the other port: dialogs, menus, files.
 */
import type { ClientLink } from '@orpc/client';
import { RPCLink as HttpLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';

export type Link = ClientLink<Record<never, never>>;

export interface Connection {
  readonly link: Link;
  /** aborted when the other side is gone, as far as this is known without asking */
  readonly gone: AbortSignal;
  close(): void;
}

/** @throws what the other side had to say, or when `signal` is aborted */
export type Connect = (signal: AbortSignal) => Promise<Connection>;

/** Ports from the shell. */
export const overPort =
  (page: Window): Connect =>
  async (signal) => {
    const port = await portOf(page, 'desk', signal);
    const gone = new AbortController();
    const end = (): void => {
      page.removeEventListener('message', hear);
      port.close();
      gone.abort();
    };
    const hear = (event: MessageEvent): void => {
      if (event.source === page && kindOf(event.data) === 'desk-gone') end();
    };
    page.addEventListener('message', hear);
    port.addEventListener('close', end);
    const link = new PortLink({ port });
    port.start();
    return { link, gone: gone.signal, close: end };
  };

/** HTTP on this computer, with the token of the address line. */
export const overHttp =
  (origin: string, token: string): Connect =>
  () => {
    const link = new HttpLink({ url: `${origin}/door`, headers: { authorization: `Bearer ${token}` } });
    const gone = new AbortController();
    return Promise.resolve({ link, gone: gone.signal, close: () => gone.abort() });
  };

/** Asks the shell for one of its two ports. */
export async function portOf(page: Window, which: 'desk' | 'shell', signal: AbortSignal): Promise<MessagePort> {
  return await new Promise((resolve, reject) => {
    const hear = (event: MessageEvent): void => {
      const [port] = event.ports;
      if (event.source !== page || kindOf(event.data) !== `${which}-port` || port === undefined) return;
      page.removeEventListener('message', hear);
      resolve(port);
    };
    page.addEventListener('message', hear);
    signal.addEventListener('abort', () => {
      page.removeEventListener('message', hear);
      reject(new Error('The shell gave no port.'));
    });
    page.postMessage({ kind: `${which}-wanted` }, page.location.origin === 'null' ? '*' : page.location.origin);
  });
}

function kindOf(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'kind' in data ? data.kind : undefined;
}

const TOKEN = 'door-token';

/**
 * The token with which `serve` opened this page: behind # in the address, which is sent to nobody. It is taken out of the
 * address at once, and kept for this tab alone, so that the page can be loaded again.
 */
export function takeToken(page: Window): string | null {
  const [, token] = /^#([\w-]{43})$/.exec(page.location.hash) ?? [];
  if (token === undefined) return page.sessionStorage.getItem(TOKEN);
  page.sessionStorage.setItem(TOKEN, token);
  page.history.replaceState(null, '', '#/');
  return token;
}
