/** Workspaces that are opened from outside: a double click, the dock, a second start of the program. */
import { resolve } from 'node:path';
import { app } from 'electron';

/** The workspace that a command line names, if one does. @param folder in which it was typed */
export function openedFrom(argv: readonly string[], folder = process.cwd()): string | null {
  const named = argv.slice(1).find((word) => !word.startsWith('-') && word.toLowerCase().endsWith('.moderato'));
  return named === undefined ? null : resolve(folder, named);
}

export interface Opening {
  /** What is to be opened first, until it is taken. */
  readonly first: string | null;
  /** The same, once. */
  take(): string | null;
  /** Somebody wants this opened, or (null) only to see the program. Until it is set, the last one waits for `take`. */
  onOpened: (path: string | null) => void;
}

export function setUpOpening(first: string | null): Opening {
  let waiting = first;
  const opening: Opening = {
    get first() {
      return waiting;
    },
    take: () => {
      const taken = waiting;
      waiting = null;
      return taken;
    },
    onOpened: (path) => (waiting = path ?? waiting),
  };
  app.on('second-instance', (_event, argv, folder) => opening.onOpened(openedFrom(argv, folder)));
  app.on('open-file', (event, path) => {
    event.preventDefault();
    opening.onOpened(path);
  });
  return opening;
}
