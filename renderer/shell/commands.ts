/** What the desktop's menus ask for. Everything is an action of the window, or a place in it. */
import type { Command } from '../../desk/contract/menus.ts';
import type { Router } from '../frame/router.svelte.ts';
import type { Keys } from '../keys/keys.svelte.ts';
import type { WorkspaceState } from '../state/workspace.svelte.ts';
import type { Shell } from './shell.ts';

/** What of the session a command needs. */
export interface Commanded {
  readonly shell: Shell | null;
  readonly router: Router;
  readonly keys: Keys;
  readonly workspace: WorkspaceState;
  close(): Promise<void>;
  openFromOutside(path: string): Promise<void>;
}

/** @throws what the desk refuses */
export async function doCommand(session: Commanded, command: Command): Promise<void> {
  const { shell, router, keys, workspace } = session;
  switch (command) {
    case 'new':
    case 'close':
      // With nothing open, the window asks what is to be started.
      if (workspace.open !== null) await session.close();
      return;
    case 'open': {
      const [path] = (await shell?.chooseFiles({ opening: 'workspace' }))?.paths ?? [];
      if (path !== undefined) await session.openFromOutside(path);
      return;
    }
    case 'import':
      return router.go('import');
    case 'settings':
      return router.go('settings');
    case 'copy':
      return router.go('settings', { part: 'privacy' });
    case 'search':
      return router.go('search');
    case 'export':
      return keys.do('export.decisions');
    case 'lock':
      // It says there that only an encrypted one can be locked, and encrypts it.
      if (workspace.open?.encrypted === false) return router.go('settings', { part: 'privacy' });
      return keys.do('window.lock');
    case 'undo':
      return keys.do('queue.undo');
    case 'redo':
      return keys.do('queue.redo');
    case 'palette':
      return keys.do('window.palette');
    case 'keys':
      return keys.do('window.keys');
  }
}
