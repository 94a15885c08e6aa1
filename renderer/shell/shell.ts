/**
 * What the window has of the desktop around it: a port to the desk, and one over which it asks for dialogs and hears of
 * menus and files (desk/contract/shell.ts). In a browser there is none of it: paths are typed, and menus are missing.
 */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { OPENING, SAVING, ShellContract } from '../../desk/contract/shell.ts';
import { DROPPED, PORTS, READY } from '../../desk/contract/surface.ts';
import { type Connection, overPort } from '../desk/connect.ts';

export type Opening = (typeof OPENING)[number];
export type Saving = (typeof SAVING)[number];
export type Shell = ContractRouterClient<ShellContract>;

export interface Hearing {
  /** the shell answers; once, before there is a connection to the desk */
  shell(shell: Shell): void;
  /** paths of files that somebody let go of over the window */
  dropped(paths: readonly string[]): void;
}

/** The page's end of what the preload carries: a pair of ports when the page asks, and another for every new desk. */
export class Desktop {
  readonly #page: Window;
  readonly #hearing: Hearing;
  #hasShell = false;
  /** the last that came, until `connect` takes it */
  #next: MessagePort | null = null;
  #current: Connection | null = null;
  #arrived: () => void = () => {};

  constructor(page: Window, hearing: Hearing) {
    this.#page = page;
    this.#hearing = hearing;
    page.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (event.source !== page) return;
      const [desk, shell] = event.ports;
      if (event.data === PORTS && desk !== undefined && shell !== undefined) this.#take(desk, shell);
      const paths = droppedIn(event.data);
      if (paths.length > 0) hearing.dropped(paths);
    });
  }

  /** To the desk that is there now. @throws Error when `signal` is aborted first */
  async connect(signal: AbortSignal): Promise<Connection> {
    if (this.#next === null) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
        this.#page.postMessage(READY, this.#page.location.origin);
      });
    }
    if (this.#next === null) throw new Error('The shell gave no port.');
    this.#current = overPort(this.#next);
    this.#next = null;
    return this.#current;
  }

  #take(desk: MessagePort, shell: MessagePort): void {
    // The shell is the same for as long as the page is there, and a dialog may be open.
    if (this.#hasShell) shell.close();
    else {
      this.#hasShell = true;
      shell.start();
      this.#hearing.shell(createORPCClient<Shell>(new RPCLink({ port: shell })));
    }
    this.#next?.close();
    this.#next = desk;
    // What was asked of the desk before it is answered by nobody.
    this.#current?.close();
    this.#arrived();
  }
}

function droppedIn(data: unknown): readonly string[] {
  if (typeof data !== 'object' || data === null || !('kind' in data) || data.kind !== DROPPED || !('paths' in data))
    return [];
  return Array.isArray(data.paths) ? data.paths.filter((path): path is string => typeof path === 'string') : [];
}
