import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GgufWriteError } from './errors.ts';

export type Write = (bytes: Uint8Array) => void;

/**
 * Puts a new file in the place of `path` in one step: whoever opens it sees the old one or the whole new one, also after
 * a power cut. An error inside `fill` passes through as it is.
 * @throws GgufWriteError where the disk or folder refuses; the temporary file is gone and `path` as it was
 */
export function replaceFile(path: string, fill: (write: Write) => void): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  const handle = attempt(path, () => openSync(temporary, 'wx', 0o644));
  let open = true;
  try {
    fill((bytes) => {
      for (let done = 0; done < bytes.length;) {
        done += attempt(path, () => writeSync(handle, bytes, done, bytes.length - done));
      }
    });
    attempt(path, () => fsyncSync(handle));
    open = false;
    attempt(path, () => closeSync(handle));
    attempt(path, () => renameSync(temporary, path));
  } catch (error) {
    if (open) closeSync(handle);
    rmSync(temporary, { force: true });
    throw error;
  }
  flushFolder(dirname(path));
}

/** The rename itself is safe only once the folder is on the disk; Windows has no such call and needs none. */
function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch {
    // Some network file systems refuse to flush a folder; the file itself is flushed and in place.
  } finally {
    closeSync(handle);
  }
}

function attempt<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    const [what, remedy] = explain(error);
    throw new GgufWriteError(path, what, remedy, error);
  }
}

function explain(error: unknown): readonly [what: string, remedy: string] {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return ['the disk is full', 'Free some space or write to another disk; nothing was changed'];
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return ['this folder or file may not be written', 'Choose another folder, or change its permissions'];
    case 'ENOENT':
    case 'ENOTDIR':
      return ['there is no such folder', 'Make the folder first, or choose another'];
    case 'EISDIR':
      return ['this is a folder', 'Give the name of a file'];
    default:
      return [
        `writing failed (${error instanceof Error ? error.message : String(error)})`,
        'Check the disk, then try again',
      ];
  }
}
