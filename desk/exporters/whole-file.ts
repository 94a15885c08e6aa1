/** A file that is whole or not there. */
import { createWriteStream, renameSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { DeskError } from '../errors.ts';

/**
 * Writes PATH.part, which takes its name when it is whole.
 * @throws DeskError cancelled, disk-full, bad-input
 */
export async function writeWhole(
  path: string,
  signal: AbortSignal,
  write: (file: Writable) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`;
  try {
    await write(createWriteStream(part, { flush: true }));
    renameSync(part, path);
  } catch (error) {
    if (signal.aborted) throw new DeskError('cancelled', 'The export was stopped.', 'Start it again: it begins anew.');
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
