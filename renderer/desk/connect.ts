/**
 * How the window reaches the desk: over a message port that the shell hands over (renderer/shell/shell.ts), or over HTTP from
 * `moderato serve`.
 */
import type { ClientLink } from '@orpc/client';
import { RPCLink as HttpLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { meaning } from '../../desk/contract/meant.ts';

/** What goes along with a call. */
export interface Along {
  /** path of the workspace that is meant; null where none is shown */
  readonly workspace: string | null;
}

export type Link = ClientLink<Along>;

export interface Connection {
  readonly link: Link;
  /** aborted when the other side is gone, as far as this is known without asking */
  readonly gone: AbortSignal;
  close(): void;
}

/** @throws what the other side had to say, or when `signal` is aborted */
export type Connect = (signal: AbortSignal) => Promise<Connection>;

/** One port of the shell to the desk. `gone` also when it is closed, where the browser says so. */
export function overPort(port: MessagePort): Connection {
  const gone = new AbortController();
  const close = (): void => {
    port.close();
    gone.abort();
  };
  port.addEventListener('close', close);
  const link = new PortLink<Along>({ port, headers: headersOf });
  port.start();
  return { link, gone: gone.signal, close };
}

/** HTTP on this computer, with the token of the address line. */
export const overHttp =
  (origin: string, token: string): Connect =>
  () => {
    const link = new HttpLink<Along>({
      url: `${origin}/door`,
      headers: (options) => ({ ...headersOf(options), authorization: `Bearer ${token}` }),
    });
    const gone = new AbortController();
    return Promise.resolve({ link, gone: gone.signal, close: () => gone.abort() });
  };

const headersOf = ({ context: { workspace } }: { readonly context: Along }): Record<string, string> =>
  workspace === null ? {} : meaning(workspace);

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
