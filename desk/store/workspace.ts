import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { type ConnectionOptions, type Db, changeKey, connect, prepareForWriting, useKey } from './connection.ts';
import { WorkspaceError, toWorkspaceError } from './errors.ts';
import { checkHeader, refuseNewer, saltOf } from './header.ts';
import { copyWhole } from './copy.ts';
import { type Location, locate, refuseNoFolder } from './location.ts';
import { machineKeyFile, markOf } from './machine.ts';
import {
  type Migration,
  expectedSchema,
  firstForeignMigration,
  migrate,
  readMigrations,
  schemaOf,
  schemaVersion,
} from './migrations.ts';
import { MARK, Settings, WORKSPACE_KEY } from './settings.ts';
import { Store } from './store.ts';

export interface OpenOptions {
  /** How long to wait while another process writes, in milliseconds (default 10,000). */
  readonly busyTimeout?: number;
  /**
   * Whether every page is checked before use, so that a damaged file is refused instead of half read. `foreign`, the
   * default: always for small files, and for large ones unless this computer has made or checked them before.
   */
  readonly check?: 'always' | 'foreign' | 'never';
  /** Bytes up to which a file is small: checking it takes a fraction of a second. Default 32 MiB. */
  readonly small?: number;
  /** File with this computer's key, by which it knows its workspaces again. */
  readonly machineKeyFile?: string;
  /** Of the cipher; a file that is not encrypted needs none (desk/store/secret.ts). */
  readonly key?: Uint8Array | undefined;
  /** With which a new encrypted file begins; the key was made from it. */
  readonly salt?: Uint8Array | undefined;
}

/** Of a workspace that a newer program made. */
export const ONLY_READ = 'It can be read here, not changed: install the newer program to go on with it.';

const SMALL_BYTES = 32 << 20;
const PAGE_CACHE_KIB = 16 << 10;
const WRITER_CACHE_KIB = 24 << 10;

/**
 * One workspace: one SQLite file. Several processes may have it open; each write is a transaction of its own.
 * Every method of its parts throws WorkspaceError where the file or the disk is the cause.
 */
export class Workspace extends Store implements Disposable {
  readonly location: Location;
  readonly #db: Db;
  readonly #connection: ConnectionOptions;

  /** Makes a new workspace. @throws WorkspaceError exists, read-only, disk-full */
  static create(path: string, options: OpenOptions = {}): Workspace {
    const file = resolve(path);
    if (existsSync(file)) {
      throw exists(file);
    }
    // Made whole under another name, so that a crash leaves either no workspace or a complete one.
    const unfinished = `${file}-new`;
    rmSync(unfinished, { force: true });
    try {
      const db = new Database(unfinished);
      try {
        if (options.key !== undefined) useKey(db, options.key, options.salt);
        db.pragma('foreign_keys = ON');
        migrate(db, readMigrations());
        const key = randomBytes(32);
        const settings = new Settings(db);
        settings.set(WORKSPACE_KEY, key.toString('hex'));
        settings.set(MARK, markOf(key, options.machineKeyFile ?? machineKeyFile()));
      } finally {
        db.close();
      }
      renameSync(unfinished, file);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw toWorkspaceError(error, file);
    }
    return Workspace.open(file, options);
  }

  /**
   * Opens a workspace, bringing an older one up to this program's schema.
   * @throws WorkspaceError, whose kind says why it cannot be used
   */
  static open(path: string, options: OpenOptions = {}): Workspace {
    const file = resolve(path);
    const migrations = readMigrations();
    checkHeader(file, migrations.length);
    const encrypted = saltOf(file) !== null;
    if (encrypted && options.key === undefined) throw locked(file);
    const location = locate(file);
    const connection: ConnectionOptions = {
      journal: location.kind === 'local' ? 'wal' : 'delete',
      busyTimeout: options.busyTimeout ?? 10_000,
      cache: PAGE_CACHE_KIB,
      key: encrypted ? (options.key ?? null) : null,
    };
    let db: Db | undefined;
    try {
      db = connect(file, connection);
      checkSchema(db, file, migrations);
      const settings = new Settings(db);
      const mark = markOf(settings.workspaceKey(file), options.machineKeyFile ?? machineKeyFile());
      const marked = mark !== null && settings.get(MARK, z.string()) === mark;
      const check = options.check ?? 'foreign';
      const small = statSync(file).size <= (options.small ?? SMALL_BYTES);
      const checked = check === 'always' || (check === 'foreign' && (small || !marked));
      if (checked) checkPages(db, file);
      prepareForWriting(db, connection);
      migrate(db, migrations);
      if (checked && !marked) settings.set(MARK, mark);
      return new Workspace(db, file, location, connection);
    } catch (error) {
      db?.close();
      throw toWorkspaceError(error, file);
    }
  }

  /**
   * Opens a workspace of a newer program to read it, as far as its tables are those that this program knows.
   * @throws WorkspaceError newer-version where they are not
   */
  static openNewer(path: string, options: OpenOptions = {}): Workspace {
    const file = resolve(path);
    const connection: ConnectionOptions = {
      journal: 'wal',
      busyTimeout: options.busyTimeout ?? 10_000,
      cache: PAGE_CACHE_KIB,
      key: saltOf(file) === null ? null : (options.key ?? null),
      readOnly: true,
    };
    let db: Db | undefined;
    try {
      db = connect(file, connection);
      return new Workspace(db, file, locate(file), connection);
    } catch (error) {
      const version = db === undefined ? Infinity : schemaVersion(db);
      db?.close();
      // A table or column that this program asks for is not there any more.
      if (error instanceof Error && 'code' in error && error.code === 'SQLITE_ERROR')
        refuseNewer(file, version, readMigrations().length);
      throw toWorkspaceError(error, file);
    }
  }

  /**
   * Encrypts a workspace that nobody has open, changes its key, or takes the encryption away. It is done whole or not at all.
   * @param from the key that it has; null where it has none
   * @param to the key that it gets, with the salt that it was made from; null for none
   * @throws WorkspaceError wrong-secret, locked, disk-full, read-only
   */
  static changeKey(
    path: string,
    from: Uint8Array | null,
    to: { readonly key: Uint8Array; readonly salt: Uint8Array } | null,
  ): void {
    const file = resolve(path);
    let db: Db | undefined;
    try {
      db = connect(file, { journal: 'delete', busyTimeout: 1_000, cache: PAGE_CACHE_KIB, key: from });
      // A log would keep pages as they were.
      db.pragma('journal_mode = DELETE');
      db.pragma('synchronous = FULL');
      changeKey(db, to?.key ?? null, to?.salt);
    } catch (error) {
      throw toWorkspaceError(error, file);
    } finally {
      db?.close();
    }
  }

  /** @throws WorkspaceError wrong-secret where this is not the key of the file */
  static checkKey(path: string, key: Uint8Array): void {
    const file = resolve(path);
    connect(file, { journal: 'delete', busyTimeout: 1_000, cache: PAGE_CACHE_KIB, key }).close();
  }

  private constructor(db: Db, path: string, location: Location, connection: ConnectionOptions) {
    super(db, path);
    this.#db = db;
    this.#connection = connection;
    this.location = location;
  }

  /** A newer program made it: it can be read, not changed. */
  get isReadOnly(): boolean {
    return this.#connection.readOnly === true;
  }

  /** What the person should know about this workspace, in sentences. */
  get warnings(): readonly string[] {
    return [
      ...(this.isReadOnly ? [`${basename(this.path)} was made by a newer Moderato. ${ONLY_READ}`] : []),
      ...(this.location.kind === 'local' ? [] : [this.location.warning]),
    ];
  }

  /** From now on this connection reads: another thread writes. */
  onlyRead(): void {
    this.#db.pragma('query_only = ON');
  }

  get isEncrypted(): boolean {
    return this.#connection.key !== null;
  }

  /** How a further connection to it is made: by the thread that writes. */
  get connection(): ConnectionOptions {
    return { ...this.#connection, cache: WRITER_CACHE_KIB };
  }

  /** What pseudonyms depend on. */
  get key(): Uint8Array {
    return this.settings.workspaceKey(this.path);
  }

  /** Nothing was ever imported, and nobody decided anything. */
  get isEmpty(): boolean {
    return this.sources.list().length === 0 && this.reviewers.list().length === 0;
  }

  /** Brings all that was written into the one file, so that it can be copied. */
  checkpoint(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }

  /** A copy as it is now, whole, while others read and write. @throws WorkspaceError exists, missing, disk-full, read-only */
  async copyTo(path: string): Promise<void> {
    const file = resolve(path);
    if (existsSync(file)) throw exists(file);
    refuseNoFolder(file);
    const unfinished = `${file}-new`;
    rmSync(unfinished, { force: true });
    try {
      await copyWhole(this.path, unfinished, this.#connection);
      renameSync(unfinished, file);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw toWorkspaceError(error, file);
    }
  }

  /**
   * Writes a workspace that nobody has open anew, so that no page of it holds what was taken out.
   * @throws WorkspaceError disk-full; then it is as it was
   */
  static async rewrite(path: string, connection: ConnectionOptions): Promise<void> {
    const unfinished = `${path}-new`;
    rmSync(unfinished, { force: true });
    try {
      await copyWhole(path, unfinished, connection);
      renameSync(unfinished, path);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw toWorkspaceError(error, path);
    }
  }

  /** What is wrong with its pages and rows, in words; nothing where all is well. Reads everything. */
  problems(): readonly string[] {
    const pages = this.#db.prepare<[], string>('PRAGMA integrity_check(20)').pluck().all();
    const keys = this.#db.prepare<[], { table: string }>('PRAGMA foreign_key_check').all();
    return [
      ...pages.filter((line) => line !== 'ok'),
      ...keys.slice(0, 20).map(({ table }) => `a row of ${table} points nowhere`),
      ...(this.counts.areRight ? [] : ['the counts of messages are not those of the rows']),
    ];
  }

  close(): void {
    if (!this.#db.open) return;
    try {
      if (!this.isReadOnly) this.checkpoint();
    } catch (error) {
      // On a full disk, or while another process reads, the log stays beside the file; the next open reads it.
      if (!(toWorkspaceError(error, this.path) instanceof WorkspaceError)) throw error;
    } finally {
      this.#db.close();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** @throws WorkspaceError newer-version, altered */
function checkSchema(db: Db, file: string, migrations: readonly Migration[]): void {
  const version = schemaVersion(db);
  refuseNewer(file, version, migrations.length);
  const expected = new Set(expectedSchema(migrations, version));
  const found = schemaOf(db);
  const foreign = found.find((entry) => !expected.has(entry));
  if (foreign !== undefined || found.length !== expected.size) {
    throw altered(file, foreign === undefined ? 'a table is missing' : `it has ${foreign.split(':', 1)[0]}`);
  }
  const migration = firstForeignMigration(db, migrations);
  if (migration !== undefined) throw altered(file, `its migration ${migration} is not this program's`);
}

/** Stands in front of what SQLite has to say of a page. */
const WHERE = /^\*\*\* in database \w+ \*\*\*\s*/;

/** @throws WorkspaceError corrupt */
function checkPages(db: Db, file: string): void {
  const [problem] = db.prepare<[], string>('PRAGMA quick_check(1)').pluck().all();
  if (problem !== 'ok') {
    throw new WorkspaceError(
      'corrupt',
      file,
      `${basename(file)} is damaged: ${problem?.replace(WHERE, '') ?? 'it cannot be read'}.`,
      'Keep the file as it is and go on with your last copy of it.',
    );
  }
}

function altered(file: string, what: string): WorkspaceError {
  return new WorkspaceError(
    'altered',
    file,
    `${basename(file)} was changed by another program: ${what}. It is not opened, because such changes can run code.`,
    'Go on with your last copy of it.',
  );
}

const exists = (file: string): WorkspaceError =>
  new WorkspaceError('exists', file, `There is already a file ${basename(file)}.`, 'Open it, or choose another name.');

const locked = (file: string): WorkspaceError =>
  new WorkspaceError('encrypted', file, `${basename(file)} is encrypted.`, 'Give its passphrase, or its recovery key.');
