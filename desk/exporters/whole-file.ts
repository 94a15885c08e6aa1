import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { DeskError } from '../errors.ts';

/**
 * Writes a file that is whole or not there: as FILE.part, which is on the disk before it takes the name.
 * @param write makes FILE.part; throws when `signal` aborts
 * @throws DeskError cancelled, disk-full, bad-input; what `write` refused as it is
 */
export async function wholeFile(
  path: string,
  what: string,
  signal: AbortSignal,
  write: (part: string) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`;
  try {
    await write(part);
    const file = openSync(part, 'r+');
    fsyncSync(file);
    closeSync(file);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    if (signal.aborted) throw new DeskError('cancelled', `${what} was stopped.`, 'Start it again: it begins anew.');
    if (error instanceof DeskError) throw error;
    const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    throw new DeskError(
      full ? 'disk-full' : 'bad-input',
      full
        ? `There is no room left for ${path}.`
        : `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
      full ? 'Free some space or choose another disk, then start it again.' : 'Check the path and its permissions.',
    );
  }
}
