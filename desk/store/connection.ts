import { basename } from 'node:path';
import Database from 'better-sqlite3';
import { WorkspaceError } from './errors.ts';

/** A connection to a workspace file. Only desk/store knows it. */
export type Db = Database.Database;

export interface ConnectionOptions {
  /** 'wal', or 'delete' where a network drive gives no shared memory. */
  readonly journal: 'wal' | 'delete';
  /** How long to wait for another writer, in milliseconds. */
  readonly busyTimeout: number;
  /** Page cache in KiB. */
  readonly cache: number;
  /** Of the cipher, 32 bytes; null where the file is not encrypted. */
  readonly key: Uint8Array | null;
  /** Nothing is ever written over this connection. */
  readonly readOnly?: boolean;
}

/** How many bytes the write-ahead log grows before SQLite itself brings its pages into the file: desk/writer does it sooner. */
const WAL_BYTES = 256 << 20;
/** What an emptied log may keep of its length. */
const WAL_KEPT_BYTES = 32 << 20;

/**
 * Opens an existing file as hostile input: nothing in its schema may run functions with side effects, and every cell
 * is checked as it is read. Nothing is read yet, but of an encrypted file the first page.
 * @throws WorkspaceError wrong-secret
 */
export function connect(path: string, options: ConnectionOptions): Db {
  const { busyTimeout, readOnly = false } = options;
  const db = new Database(path, { fileMustExist: true, timeout: busyTimeout, readonly: readOnly });
  try {
    if (options.key !== null) {
      useKey(db, options.key);
      checkKey(db, path);
    }
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

/** ChaCha20 with a Poly1305 tag on every page: one that somebody changed is refused, not read as something else. */
const CIPHER = "cipher = 'chacha20'";

/** @param salt of a file that is made with this key: it begins with it */
export function useKey(db: Db, key: Uint8Array, salt?: Uint8Array): void {
  db.pragma(CIPHER);
  db.pragma(`key = '${raw(key, salt)}'`);
}

/** Reads the first page. */
function checkKey(db: Db, path: string): void {
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_NOTADB')) throw error;
    throw new WorkspaceError(
      'wrong-secret',
      path,
      `This does not open ${basename(path)}.`,
      'Check the passphrase (capitals, keyboard), or use the recovery key that was shown when it was set.',
      error,
    );
  }
}

/** Writes every page anew under another key, in one transaction. Null: without one. */
export function changeKey(db: Db, key: Uint8Array | null, salt?: Uint8Array): void {
  db.pragma(CIPHER);
  db.pragma(`rekey = '${key === null ? '' : raw(key, salt)}'`);
}

const raw = (key: Uint8Array, salt: Uint8Array = new Uint8Array()): string =>
  `raw:${Buffer.concat([key, salt]).toString('hex')}`;

/** Makes a commit durable before it returns, also over a power cut; journal files stay small. */
export function prepareForWriting(db: Db, options: ConnectionOptions): void {
  db.pragma(`journal_mode = ${options.journal}`);
  db.pragma('synchronous = FULL');
  // On macOS fsync alone does not reach the disk; elsewhere this does nothing.
  db.pragma('fullfsync = ON');
  db.pragma('checkpoint_fullfsync = ON');
  db.pragma(`wal_autocheckpoint = ${WAL_BYTES / 4096}`);
  db.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`);
}
