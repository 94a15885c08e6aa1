import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { reasonOf } from '../reason.ts';
import { DeskError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { checkTarget } from './target.ts';

/**
 * Writes a file that is whole or not there: as FILE.part, which is on the disk before it takes the name. Nobody but its
 * owner can read it.
 * @param write fills FILE.part; throws when `signal` aborts
 * @throws DeskError cancelled, disk-full, bad-input; what `write` refused as it is
 */
export async function wholeFile(
  store: Store,
  path: string,
  what: string,
  signal: AbortSignal,
  write: (part: string) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`;
  let isOurs = false;
  try {
    for (const file of [path, part]) checkTarget(file, store.sources.paths(), store.path);
    // What a run before left behind. Then made anew, so that nothing is written through a link that lies there.
    rmSync(part, { force: true });
    closeSync(openSync(part, 'wx', 0o600));
    isOurs = true;
    await write(part);
    const file = openSync(part, 'r+');
    fsyncSync(file);
    closeSync(file);
    renameSync(part, path);
  } catch (error) {
    if (isOurs) rmSync(part, { force: true });
    if (signal.aborted) throw new DeskError('cancelled', `${what} was stopped.`, 'Start it again: it begins anew.');
    if (error instanceof DeskError) throw error;
    const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    throw new DeskError(
      full ? 'disk-full' : 'bad-input',
      full ? `There is no room left for ${path}.` : `${path} cannot be written: ${reasonOf(error)}.`,
      full ? 'Free some space or choose another disk, then start it again.' : 'Check the path and its permissions.',
    );
  }
}
