/**
 * Whose turn it is on the one connection that writes. Long work gives up its turn after every piece: what somebody waits
 * for goes first, in a transaction of its own, which alone waits for the disk. What can be made again, an import or scores,
 * is committed without that: the log is one file, so that the next write that waits brings it to the disk as well, and a
 * power cut before takes away a whole number of its transactions. A decision waits for a piece of somebody else's work at
 * most, and for one write to the disk.
 */
import type { Db } from '../store/connection.ts';
import type { Precedence } from '../precedence.ts';
import { toWorkspaceError } from '../store/errors.ts';

/** A short piece of work, and who is told. */
export interface Short {
  readonly run: () => unknown;
  readonly done: (output: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Long work, in pieces of some milliseconds: it yields after each. When it is told true, the transaction ends: it makes what it
 * has done whole, and yields once more.
 */
export type Work<T> = Generator<void, T, boolean | undefined>;

/** After somebody waited, long work ends its transactions this often for a while, milliseconds. */
const SLICE_MS = 4;
const WHILE_MS = 10_000;

export class Turns {
  readonly #db: Db;
  readonly #next: () => Short | undefined;
  /** a rollback journal is no log: each of its transactions must wait */
  readonly #mayLag: boolean;
  readonly #precedence: Precedence;
  #lags = false;
  #lastUrgent = -Infinity;

  /**
   * @param next the next thing that somebody waits for; undefined where nobody does
   * @param journal of the connection
   */
  constructor(db: Db, next: () => Short | undefined, journal: 'wal' | 'delete', precedence: Precedence) {
    this.#db = db;
    this.#next = next;
    this.#mayLag = journal === 'wal';
    this.#precedence = precedence;
  }

  /** One transaction of its own. Nothing is thrown: the work is told. @param lags it need not be on the disk yet */
  short(work: Short, lags = false): void {
    this.#tell([work], lags);
  }

  /** All that somebody waits for, in one transaction. */
  urgent(): void {
    const waiting = this.#waiting();
    if (waiting.length > 0) this.#tell(waiting);
  }

  /**
   * Long work, in transactions that end after a piece of it. Gives what it returns, once all of it is committed; it is on the
   * disk with the next short work.
   * @throws what the work throws, and WorkspaceError; what was ended before is kept
   */
  long<T>(work: Work<T>): T {
    for (;;) {
      const waiting: Short[] = [];
      try {
        const finished = this.#slice(work, waiting);
        if (finished !== undefined) return finished.value;
      } finally {
        if (waiting.length > 0) this.#tell(waiting);
      }
    }
  }

  /** A transaction of long work. @param waiting gets what somebody waits for, which ends it */
  #slice<T>(work: Work<T>, waiting: Short[]): { readonly value: T } | undefined {
    let finished: { readonly value: T } | undefined;
    // What is waited for was not there when the slice began, or it would have gone before it.
    this.#settle([], true, () => {
      const began = performance.now();
      const hurried = began - this.#lastUrgent < WHILE_MS;
      for (let ends = false; ;) {
        const step = work.next(ends);
        if (step.done === true) {
          finished = { value: step.value };
          return;
        }
        if (ends) return;
        // Beside what is waited for here, a page may be being made.
        this.#precedence.standStill(() => waiting.push(...this.#waiting()) > 0);
        waiting.push(...this.#waiting());
        ends = waiting.length > 0 || (hurried && performance.now() - began > SLICE_MS);
      }
    });
    return finished;
  }

  #waiting(): Short[] {
    const found: Short[] = [];
    for (let one = this.#next(); one !== undefined; one = this.#next()) found.push(one);
    if (found.length > 0) this.#lastUrgent = performance.now();
    return found;
  }

  #tell(waiting: readonly Short[], lags = false): void {
    try {
      this.#settle(waiting, lags, () => undefined);
    } catch {
      // Each was told what went wrong.
    }
  }

  /**
   * One transaction of `first` and then of what is in `waiting` by then.
   * @throws WorkspaceError where nothing of it is kept; those in `waiting` are told as well
   */
  #settle(waiting: readonly Short[], lags: boolean, first: () => void): void {
    const told: (() => void)[] = [];
    try {
      this.#let(lags && this.#mayLag);
      this.#db.exec('BEGIN IMMEDIATE');
      first();
      for (const work of waiting) told.push(this.#inside(work));
      this.#db.exec('COMMIT');
    } catch (error) {
      // A full disk ends the transaction on its own.
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      const known = toWorkspaceError(error, this.#db.name);
      for (const work of waiting) work.failed(known);
      throw known;
    }
    for (const tell of told) tell();
  }

  /** Whether commits may come before the disk. */
  #let(lag: boolean): void {
    if (lag === this.#lags) return;
    this.#db.pragma(`synchronous = ${lag ? 'NORMAL' : 'FULL'}`);
    this.#lags = lag;
  }

  /** Runs within the open transaction; what goes wrong in it is undone alone, unless the transaction is lost. */
  #inside({ run, done, failed }: Short): () => void {
    this.#db.exec('SAVEPOINT short');
    try {
      const output = run();
      this.#db.exec('RELEASE short');
      return () => done(output);
    } catch (error) {
      if (!this.#db.inTransaction) throw error;
      this.#db.exec('ROLLBACK TO short; RELEASE short');
      return () => failed(toWorkspaceError(error, this.#db.name));
    }
  }
}
