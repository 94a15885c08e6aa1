/**
 * Whose turn it is on the one connection that writes. Long work gives up its turn after every piece: what somebody waits
 * for goes first, inside the transaction that is open, which is then ended, so that a decision costs one write to the
 * disk and waits for a millisecond of somebody else's work at most.
 */
import type { Db } from '../store/connection.ts';
import { toWorkspaceError } from '../store/errors.ts';

/** A short piece of work, and who is told. */
export interface Short {
  readonly run: () => unknown;
  readonly done: (output: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** After somebody waited, long work ends its transactions this often for a while, milliseconds. */
const SLICE_MS = 4;
const WHILE_MS = 10_000;

export class Turns {
  readonly #db: Db;
  readonly #next: () => Short | undefined;
  #lastUrgent = -Infinity;

  /** @param next the next thing that somebody waits for; undefined where nobody does */
  constructor(db: Db, next: () => Short | undefined) {
    this.#db = db;
    this.#next = next;
  }

  /** One transaction of its own. Nothing is thrown: the work is told. */
  short(work: Short): void {
    this.#tell([work]);
  }

  /** All that somebody waits for, in one transaction. */
  urgent(): void {
    const waiting = this.#waiting();
    if (waiting.length > 0) this.#tell(waiting);
  }

  /**
   * Long work, in transactions that end after a piece of it. Gives what it returns, once all of it is on the disk.
   * @throws what the work throws, and WorkspaceError; what was ended before is kept
   */
  long<T>(work: Generator<void, T, void>): T {
    for (;;) {
      let finished: { readonly value: T } | undefined;
      // What is waited for was not there when the slice began, or it would have gone before it.
      const waiting: Short[] = [];
      this.#settle(waiting, () => {
        const began = performance.now();
        const hurried = began - this.#lastUrgent < WHILE_MS;
        for (;;) {
          const step = work.next();
          if (step.done === true) {
            finished = { value: step.value };
            return;
          }
          waiting.push(...this.#waiting());
          if (waiting.length > 0 || (hurried && performance.now() - began > SLICE_MS)) return;
        }
      });
      if (finished !== undefined) return finished.value;
    }
  }

  #waiting(): Short[] {
    const found: Short[] = [];
    for (let one = this.#next(); one !== undefined; one = this.#next()) found.push(one);
    if (found.length > 0) this.#lastUrgent = performance.now();
    return found;
  }

  #tell(waiting: readonly Short[]): void {
    try {
      this.#settle(waiting, () => undefined);
    } catch {
      // Each was told what went wrong.
    }
  }

  /**
   * One transaction of `first` and then of what is in `waiting` by then.
   * @throws WorkspaceError where nothing of it is kept; those in `waiting` are told as well
   */
  #settle(waiting: readonly Short[], first: () => void): void {
    const told: (() => void)[] = [];
    try {
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
