/** A workspace for one run: it lies in a folder that only this person may read, and is gone when the run ends. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'moderato-run-';

export interface Scratch extends Disposable {
  /** where the workspace file goes */
  readonly workspace: string;
}

/** Makes the folder; also removes those of runs that were killed before they could do so themselves. */
export function makeScratch(root = tmpdir()): Scratch {
  removeLeftOvers(root);
  // Made by mkdtemp, so no other person may enter it (mode 700) and nobody can have put it there before.
  const folder = mkdtempSync(join(root, `${PREFIX}${process.pid}-`));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // Also where the process is ended by an error that nobody caught.
  process.once('exit', remove);
  return {
    workspace: join(folder, 'run.moderato'),
    [Symbol.dispose]: () => {
      process.off('exit', remove);
      remove();
    },
  };
}

function removeLeftOvers(root: string): void {
  for (const name of existsSync(root) ? readdirSync(root) : []) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    try {
      rmSync(join(root, name), { recursive: true, force: true });
    } catch {
      // Another person's: theirs to remove.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Alive, but another person's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
