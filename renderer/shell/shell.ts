/**
 * What the window asks of the desktop around it, and hears from it. In a browser there is none: paths are typed, and menus
 * are missing.
 *
 * The shell posts { kind: 'shell-port' } with a port when the window posts { kind: 'shell-wanted' }, as in
 * renderer/desk/connect.ts. Over it go:
 *   window → shell  { id, ask: 'choose', what }            an open dialog for one of `Choice`
 *                   { id, ask: 'save', what, name }        a save dialog
 *   shell → window  { id, paths }                          the answer; empty where somebody changed their mind
 *                   { tell: 'do', action }                 a menu item: the name of an action, as in renderer/keys/actions.ts
 *                   { tell: 'open', path }                 a workspace was opened from outside: double click, command line
 *                   { tell: 'dropped', paths }             files were dropped on the window
 * Nothing else, and nothing of Electron.
 */
export type Choice = 'workspace' | 'exports' | 'model' | 'signed-decisions' | 'evidence';
export type Saving = 'workspace' | 'copy' | 'decisions' | 'evidence' | 'report' | 'signed-decisions';

export type Told =
  | { readonly tell: 'do'; readonly action: string }
  | { readonly tell: 'open'; readonly path: string }
  | { readonly tell: 'dropped'; readonly paths: readonly string[] };

export class Shell {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (paths: readonly string[]) => void>();
  #last = 0;

  constructor(port: MessagePort, heard: (told: Told) => void) {
    this.#port = port;
    port.addEventListener('message', ({ data }: MessageEvent<unknown>) => this.#hear(data, heard));
    port.start();
  }

  /** Paths that somebody chose; none where they changed their mind. */
  async choose(what: Choice): Promise<readonly string[]> {
    return await this.#ask({ ask: 'choose', what });
  }

  /** Where something is to be written; null where somebody changed their mind. */
  async save(what: Saving, name: string): Promise<string | null> {
    return (await this.#ask({ ask: 'save', what, name }))[0] ?? null;
  }

  async #ask(question: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const id = ++this.#last;
    return await new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#port.postMessage({ id, ...question });
    });
  }

  #hear(data: unknown, heard: (told: Told) => void): void {
    if (typeof data !== 'object' || data === null) return;
    if ('id' in data && typeof data.id === 'number' && 'paths' in data) {
      this.#waiting.get(data.id)?.(pathsOf(data.paths));
      this.#waiting.delete(data.id);
    } else if ('tell' in data) {
      if (data.tell === 'do' && 'action' in data && typeof data.action === 'string')
        heard({ tell: 'do', action: data.action });
      if (data.tell === 'open' && 'path' in data && typeof data.path === 'string')
        heard({ tell: 'open', path: data.path });
      if (data.tell === 'dropped' && 'paths' in data) heard({ tell: 'dropped', paths: pathsOf(data.paths) });
    }
  }
}

const pathsOf = (paths: unknown): readonly string[] =>
  Array.isArray(paths) ? paths.filter((path): path is string => typeof path === 'string') : [];
