import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { Authors } from './authors.ts';
import { type ConnectionOptions, type Db, connect, prepareForWriting } from './connection.ts';
import { Counts } from './counts.ts';
import { WorkspaceError, toWorkspaceError } from './errors.ts';
import { checkHeader, refuseNewer } from './header.ts';
import { Items } from './items.ts';
import { Jobs } from './jobs.ts';
import { BatchBuilder } from './loader/builder.ts';
import { Loader } from './loader/loader.ts';
import { type Location, locate } from './location.ts';
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
import { Queue } from './queue.ts';
import { Rejected } from './rejected.ts';
import { Revisions } from './revisions.ts';
import { Scores } from './scores.ts';
import { Search } from './search.ts';
import { MARK, Settings, WORKSPACE_KEY } from './settings.ts';
import { Sources } from './sources.ts';

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
}

const SMALL_BYTES = 32 << 20;
const PAGE_CACHE_KIB = 16 << 10;
const LOADER_CACHE_KIB = 24 << 10;

/**
 * One workspace: one SQLite file. Several processes may have it open; each write is a transaction of its own.
 * Every method of its parts throws WorkspaceError where the file or the disk is the cause.
 */
export class Workspace implements Disposable {
  readonly path: string;
  readonly location: Location;
  readonly settings: Settings;
  readonly sources: Sources;
  readonly authors: Authors;
  readonly items: Items;
  readonly rejected: Rejected;
  readonly revisions: Revisions;
  readonly scores: Scores;
  readonly queue: Queue;
  readonly search: Search;
  readonly counts: Counts;
  readonly jobs: Jobs;
  readonly #db: Db;
  readonly #connection: ConnectionOptions;

  /** Makes a new workspace. @throws WorkspaceError exists, read-only, disk-full */
  static create(path: string, options: OpenOptions = {}): Workspace {
    const file = resolve(path);
    if (existsSync(file)) {
      throw new WorkspaceError(
        'exists',
        file,
        `There is already a file ${basename(file)}.`,
        'Open it, or choose another name.',
      );
    }
    // Made whole under another name, so that a crash leaves either no workspace or a complete one.
    const unfinished = `${file}-new`;
    rmSync(unfinished, { force: true });
    try {
      const db = new Database(unfinished);
      try {
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
    const location = locate(file);
    const connection: ConnectionOptions = {
      journal: location.kind === 'local' ? 'wal' : 'delete',
      busyTimeout: options.busyTimeout ?? 10_000,
      cache: PAGE_CACHE_KIB,
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

  /** Opens the workspace, or makes it where there is none. */
  static openOrCreate(path: string, options: OpenOptions = {}): Workspace {
    return existsSync(path) ? Workspace.open(path, options) : Workspace.create(path, options);
  }

  private constructor(db: Db, path: string, location: Location, connection: ConnectionOptions) {
    this.#db = db;
    this.#connection = connection;
    this.path = path;
    this.location = location;
    this.settings = new Settings(db);
    this.sources = new Sources(db);
    this.authors = new Authors(db, this.settings.workspaceKey(path));
    this.items = new Items(db);
    this.rejected = new Rejected(db);
    this.revisions = new Revisions(db);
    this.scores = new Scores(db);
    this.queue = new Queue(db);
    this.search = new Search(db);
    this.counts = new Counts(db);
    this.jobs = new Jobs(db);
  }

  /** What the person should know about this workspace, in sentences. */
  get warnings(): readonly string[] {
    return this.location.kind === 'local' ? [] : [this.location.warning];
  }

  /** Starts the thread that writes imported rows. It must be closed before the workspace is. */
  startLoader(): Loader {
    return new Loader(this.path, { ...this.#connection, cache: LOADER_CACHE_KIB });
  }

  /** What turns records into batches for a loader of this workspace. */
  batchBuilder(): BatchBuilder {
    return new BatchBuilder(this.settings.workspaceKey(this.path));
  }

  /** Brings all that was written into the one file, so that it can be copied. */
  checkpoint(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    if (!this.#db.open) return;
    try {
      this.checkpoint();
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

/** @throws WorkspaceError corrupt */
function checkPages(db: Db, file: string): void {
  const [problem] = db.prepare<[], string>('PRAGMA quick_check(1)').pluck().all();
  if (problem !== 'ok') {
    throw new WorkspaceError(
      'corrupt',
      file,
      `${basename(file)} is damaged: ${problem ?? 'it cannot be read'}.`,
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
