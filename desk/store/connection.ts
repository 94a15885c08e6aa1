import Database from 'better-sqlite3';
import { toWorkspaceError } from './errors.ts';

/** A connection to a workspace file. Only desk/store knows it. */
export type Db = Database.Database;

export interface ConnectionOptions {
  /** 'wal', or 'delete' where a network drive gives no shared memory. */
  readonly journal: 'wal' | 'delete';
  /** How long to wait for another writer, in milliseconds. */
  readonly busyTimeout: number;
  /** Page cache in KiB. */
  readonly cache: number;
}

/** How many bytes the write-ahead log grows before its pages go to the file. */
const WAL_BYTES = 32 << 20;

/**
 * Opens an existing file as hostile input: nothing in its schema may run functions with side effects, and every cell
 * is checked as it is read. Nothing is read yet.
 */
export function connect(path: string, options: ConnectionOptions): Db {
  const db = new Database(path, { fileMustExist: true, timeout: options.busyTimeout });
  try {
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    db.pragma('foreign_keys = ON');
    db.pragma(`cache_size = -${options.cache}`);
    db.pragma('temp_store = MEMORY');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Makes a commit durable before it returns, also over a power cut; journal files stay small. */
export function prepareForWriting(db: Db, options: ConnectionOptions): void {
  db.pragma(`journal_mode = ${options.journal}`);
  db.pragma('synchronous = FULL');
  // On macOS fsync alone does not reach the disk; elsewhere this does nothing.
  db.pragma('fullfsync = ON');
  db.pragma('checkpoint_fullfsync = ON');
  db.pragma(`wal_autocheckpoint = ${WAL_BYTES / 4096}`);
  db.pragma(`journal_size_limit = ${WAL_BYTES}`);
}

/**
 * Runs `work` in one transaction that has the write lock from its start; what `work` throws undoes it all.
 * @throws WorkspaceError where the file or the disk is the cause
 */
export function transact<T>(db: Db, work: () => T): T {
  try {
    db.exec('BEGIN IMMEDIATE');
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk ends the transaction on its own.
    if (db.inTransaction) db.exec('ROLLBACK');
    throw toWorkspaceError(error, db.name);
  }
}
