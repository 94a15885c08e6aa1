/** Where no file may be written: over a workspace, what belongs to one, or an export that was read. */
import { realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { DeskError } from '../errors.ts';
import { isDatabase } from '../store/header.ts';

/** What lies beside a workspace while it is open, or after the program was killed. */
const BESIDE = /-(?:wal|shm|journal|lock|training)$/;

/**
 * Looks at what would be replaced before anything is written.
 * @param read files that were imported, or are being read
 * @param open the workspace that is open, if one is
 * @throws DeskError bad-input
 */
export function checkTarget(path: string, read: Iterable<string>, open?: string): void {
  const refuse = (why: string): never => {
    throw new DeskError('bad-input', `${path} ${why}`, 'Nothing was written. Choose another name for the new file.');
  };
  const isOpen = (file: string): boolean => open !== undefined && isSame(file, open);
  const workspace = path.replace(BESIDE, '');
  if (workspace !== path && (isOpen(workspace) || holdsDatabase(workspace)))
    refuse(`belongs to the workspace ${basename(workspace)}.`);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isFile()) refuse('is no ordinary file.');
  if (isOpen(path)) refuse('is the workspace that is open.');
  if (holdsDatabase(path)) refuse('is a workspace or another database: it would be lost.');
  for (const source of read) if (isSame(path, source)) refuse('is an export that was read: it would be lost.');
}

/** True for two names of one file. */
function isSame(a: string, b: string): boolean {
  try {
    return realpathSync.native(a) === realpathSync.native(b);
  } catch {
    return false;
  }
}

/** What cannot be looked at may be one. */
function holdsDatabase(path: string): boolean {
  try {
    return isDatabase(path);
  } catch {
    return true;
  }
}
