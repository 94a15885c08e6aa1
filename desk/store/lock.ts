/**
 * One desk at a time works on a workspace. Who does, holds a write lock on a small database beside it: the operating
 * system lets go of that lock when the process ends, however it ends, so that a lock is never stale.
 */
import { rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import Database from 'better-sqlite3';
import type { Db } from './connection.ts';
import { WorkspaceError, toWorkspaceError } from './errors.ts';
import { refuseNoFolder } from './location.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: number;
}

/** Times that the file is made anew, because somebody else just took it away. */
const TRIES = 5;

export class WorkspaceLock implements Disposable {
  readonly #db: Db;
  readonly #path: string;

  /** @param file the workspace. @throws WorkspaceError in-use, missing, read-only, disk-full */
  static take(file: string): WorkspaceLock {
    refuseNoFolder(file);
    const path = `${file}-lock`;
    for (let tries = 0; ; tries++) {
      let db: Db | undefined;
      try {
        db = new Database(path, { timeout: 0 });
        const before = statSync(path).ino;
        hold(db);
        // Whoever had it before may have removed the file that we waited for.
        if (inodeOf(path) === before) return new WorkspaceLock(db, path);
        db.close();
      } catch (error) {
        const holder = db && readHolder(db);
        db?.close();
        if (!isBusy(error)) throw toWorkspaceError(error, file);
        throw inUse(file, holder);
      }
      if (tries === TRIES) throw inUse(file, undefined);
    }
  }

  private constructor(db: Db, path: string) {
    this.#db = db;
    this.#path = path;
  }

  [Symbol.dispose](): void {
    if (!this.#db.open) return;
    // Removed while it is held, so that nobody can hold a file that is gone (Windows removes it only afterwards).
    remove(this.#path);
    this.#db.close();
    if (process.platform === 'win32') remove(this.#path);
  }
}

function hold(db: Db): void {
  db.pragma('journal_mode = MEMORY');
  db.exec('BEGIN IMMEDIATE');
  db.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER, host TEXT, since INTEGER); DELETE FROM holder');
  db.prepare('INSERT INTO holder VALUES (?, ?, ?)').run(process.pid, hostname(), Date.now());
  // Written, so that others can read who it is; then held.
  db.exec('COMMIT; BEGIN IMMEDIATE');
}

function readHolder(db: Db): Holder | undefined {
  try {
    return db.prepare<[], Holder>('SELECT pid, host, since FROM holder').get();
  } catch {
    return undefined;
  }
}

function inUse(file: string, holder: Holder | undefined): WorkspaceError {
  const who =
    holder === undefined
      ? ''
      : ` (process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}, since ${new Date(holder.since).toLocaleTimeString()})`;
  return new WorkspaceError(
    'in-use',
    file,
    `${basename(file)} is open in another Moderato${who}.`,
    'Close it there, or wait until it is done.',
  );
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Still open somewhere on Windows: it stays, and hinders nobody.
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_BUSY');
