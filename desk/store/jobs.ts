import { z } from 'zod';
import type { Db } from './connection.ts';

export type JobState = 'running' | 'done' | 'failed' | 'cancelled';

export interface Job {
  readonly id: number;
  readonly kind: string;
  readonly state: JobState;
  readonly done: number;
  readonly total: number | null;
  /** What the job needs to go on after a crash; its kind knows the shape. */
  readonly detail: unknown;
  readonly error: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Row extends Omit<Job, 'detail' | 'createdAt' | 'updatedAt'> {
  readonly detail: string;
  readonly created_at: number;
  readonly updated_at: number;
}

/** Long-running work and how far it came. A job found `running` at start was broken off. */
export class Jobs {
  readonly #start;
  readonly #update;
  readonly #end;
  readonly #running;

  constructor(db: Db) {
    this.#start = db
      .prepare<[string, number | null, string, number, number], number>(
        `INSERT INTO jobs (kind, state, done, total, detail, created_at, updated_at)
         VALUES (?, 'running', 0, ?, ?, ?, ?) RETURNING id`,
      )
      .pluck();
    this.#update = db.prepare<[number, string, number, number]>(
      "UPDATE jobs SET done = ?, detail = ?, updated_at = ? WHERE id = ? AND state = 'running'",
    );
    this.#end = db.prepare<[JobState, string | null, number, number]>(
      'UPDATE jobs SET state = ?, error = ?, updated_at = ? WHERE id = ?',
    );
    this.#running = db.prepare<[string], Row>("SELECT * FROM jobs WHERE kind = ? AND state = 'running' ORDER BY id");
  }

  /** @param total how many units there are, null where that is not known yet */
  start(kind: string, total: number | null, detail: unknown): number {
    const now = Date.now();
    const id = this.#start.get(kind, total, JSON.stringify(detail), now, now);
    if (id === undefined) throw new Error('SQLite returned no id for a new job.');
    return id;
  }

  update(id: number, done: number, detail: unknown): void {
    this.#update.run(done, JSON.stringify(detail), Date.now(), id);
  }

  end(id: number, state: Exclude<JobState, 'running'>, error: string | null = null): void {
    this.#end.run(state, error, Date.now(), id);
  }

  running(kind: string): readonly Job[] {
    return this.#running.all(kind).map((row) => ({
      id: row.id,
      kind: row.kind,
      state: row.state,
      done: row.done,
      total: row.total,
      detail: z.json().parse(JSON.parse(row.detail)),
      error: row.error,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }));
  }
}
