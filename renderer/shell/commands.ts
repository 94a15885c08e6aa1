/** What the desktop's menus ask for. Everything is an action of the window, or a place in it. */
import type { COMMANDS } from '../../desk/contract/shell.ts';
import type { Session } from '../session.svelte.ts';

type Command = (typeof COMMANDS)[number];

/** Commands that are actions, by the name of that action. */
const ACTIONS: Readonly<Partial<Record<Command, string>>> = {
  export: 'export.decisions',
  lock: 'window.lock',
  undo: 'queue.undo',
  redo: 'queue.redo',
  search: 'go.search',
  palette: 'window.palette',
  keys: 'window.keys',
};

/** @throws what the desk refuses */
export async function doCommand(session: Session, command: Command): Promise<void> {
  const { shell, router, workspace } = session;
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
    default:
      session.keys.do(ACTIONS[command] ?? '');
  }
}
