import { z } from 'zod';
import type { JobState } from '../jobs/states.ts';
import type { Db } from './connection.ts';

export interface StoredJob {
  readonly id: number;
  /** what was asked for; whoever runs it knows the shape */
  readonly input: unknown;
  readonly state: JobState;
  readonly done: number;
  readonly total: number | null;
  readonly report: z.infer<ReturnType<typeof z.json>> | null;
  readonly problem: { readonly message: string; readonly remedy: string } | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a job may turn into. */
export interface JobChange {
  readonly state: JobState;
  readonly done: number;
  readonly total: number | null;
  readonly report?: unknown;
  readonly problem?: { readonly message: string; readonly remedy: string };
}

interface Row {
  readonly id: number;
  readonly input: string;
  readonly state: JobState;
  readonly done: number;
  readonly total: number | null;
  readonly report: string | null;
  readonly message: string | null;
  readonly remedy: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** Long work, and how far it came. What is found `running` when a workspace is opened was broken off. */
export class Jobs {
  readonly #add;
  readonly #change;
  readonly #progress;
  readonly #get;
  readonly #list;
  readonly #open;
  readonly #last;

  constructor(db: Db) {
    this.#add = db
      .prepare<[string, number, number], number>(
        "INSERT INTO jobs (input, state, done, created_at, updated_at) VALUES (?, 'waiting', 0, ?, ?) RETURNING id",
      )
      .pluck();
    this.#change = db.prepare<
      [JobState, number, number | null, string | null, string | null, string | null, number, number]
    >(
      'UPDATE jobs SET state = ?, done = ?, total = ?, report = ?, message = ?, remedy = ?, updated_at = ? WHERE id = ?',
    );
    this.#progress = db.prepare<[number, number | null, number, number]>(
      "UPDATE jobs SET done = ?, total = ?, updated_at = ? WHERE id = ? AND state = 'running'",
    );
    this.#get = db.prepare<[number], Row>('SELECT * FROM jobs WHERE id = ?');
    this.#list = db.prepare<[number], Row>('SELECT * FROM jobs ORDER BY id DESC LIMIT ?');
    this.#last = db.prepare<[string], Row>(
      "SELECT * FROM jobs WHERE state = 'done' AND json_extract(input, '$.kind') = ? ORDER BY id DESC LIMIT 1",
    );
    this.#open = db.prepare<[], Row>("SELECT * FROM jobs WHERE state IN ('waiting', 'running', 'paused') ORDER BY id");
  }

  /** @returns its id */
  add(input: unknown, now: number): number {
    const id = this.#add.get(JSON.stringify(input), now, now);
    if (id === undefined) throw new Error('SQLite returned no id for a new job.');
    return id;
  }

  change(id: number, { state, done, total, report, problem }: JobChange, now: number): void {
    const json = report === undefined ? null : JSON.stringify(report);
    this.#change.run(state, done, total, json, problem?.message ?? null, problem?.remedy ?? null, now, id);
  }

  /** How far a running job is; of one that is over nothing is changed any more. */
  progress(id: number, done: number, total: number | null, now: number): void {
    this.#progress.run(done, total, now, id);
  }

  get(id: number): StoredJob | undefined {
    const row = this.#get.get(id);
    return row && toJob(row);
  }

  /** The latest ones, newest first. */
  list(limit: number): readonly StoredJob[] {
    return this.#list.all(limit).map(toJob);
  }

  /** The last job of a kind that ended well. */
  lastDone(kind: string): StoredJob | undefined {
    const row = this.#last.get(kind);
    return row && toJob(row);
  }

  /** Those that are not over, in the order in which they were asked for. */
  open(): readonly StoredJob[] {
    return this.#open.all().map(toJob);
  }
}

/** A job as it is after a change, where that could not be written. */
export const afterChange = (job: StoredJob, { state, done, total, report, problem }: JobChange): StoredJob => ({
  ...job,
  state,
  done,
  total,
  report: report === undefined ? null : z.json().parse(JSON.parse(JSON.stringify(report))),
  problem: problem ?? null,
});

const toJob = (row: Row): StoredJob => ({
  id: row.id,
  input: JSON.parse(row.input) as unknown,
  state: row.state,
  done: row.done,
  total: row.total,
  report: row.report === null ? null : z.json().parse(JSON.parse(row.report)),
  problem: row.message === null ? null : { message: row.message, remedy: row.remedy ?? '' },
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
