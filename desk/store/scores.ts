import type { Db } from './connection.ts';
import type { NotReadReason } from './not-read.ts';
import { type Revision } from './revisions.ts';

export interface Run {
  readonly id: number;
  readonly revision: Revision;
}

/** What one revision says of one version of an item's text. `probabilities`: one per label, in the revision's order. */
export type ItemResult =
  | {
      readonly item: number;
      readonly version: number;
      readonly status: 'scored';
      readonly probabilities: Float32Array;
    }
  | {
      readonly item: number;
      readonly version: number;
      readonly status: 'not-read';
      readonly reason: Exclude<NotReadReason, 'empty' | 'media-only'>;
    };

export interface StoredScore {
  readonly score: number | null;
  readonly probabilities: Float32Array | null;
  readonly reason: NotReadReason | null;
  readonly backend: string;
  readonly layout: string;
}

interface Row extends Omit<StoredScore, 'probabilities'> {
  readonly probabilities: Buffer | null;
}

/** Scores of items, one per revision and item, for the text that the item has now. */
export class Scores {
  readonly #start;
  readonly #write;
  readonly #get;
  readonly #atLeast;

  constructor(db: Db) {
    this.#start = db
      .prepare<[number, string, string, number, number], number>(
        'INSERT INTO score_runs (revision, backend, layout, threads, started_at) VALUES (?, ?, ?, ?, ?) RETURNING id',
      )
      .pluck();
    // Nothing is written where the text has changed since it was read, or the item is gone.
    this.#write = db.prepare<[number, number, number | null, Uint8Array | null, string | null, number, number]>(
      `INSERT INTO scores (revision, item, run, version, score, probabilities, reason)
       SELECT ?, id, ?, version, ?, ?, ? FROM items WHERE id = ? AND version = ?
       ON CONFLICT DO UPDATE SET run = excluded.run, version = excluded.version, score = excluded.score,
         probabilities = excluded.probabilities, reason = excluded.reason`,
    );
    this.#get = db.prepare<[number, number], Row>(
      `SELECT score, probabilities, reason, backend, layout FROM scores JOIN score_runs ON score_runs.id = run
       WHERE scores.revision = ? AND item = ?`,
    );
    this.#atLeast = db
      .prepare<[number, number], number>('SELECT count(*) FROM scores WHERE revision = ? AND score >= ?')
      .pluck();
  }

  /** Notes on what a stretch of scoring runs. */
  startRun(revision: Revision, engine: { backend: string; layout: string; threads: number }): Run {
    const id = this.#start.get(revision.id, engine.backend, engine.layout, engine.threads, Date.now());
    if (id === undefined) throw new Error('SQLite returned no id for a new run.');
    return { id, revision };
  }

  /**
   * Writes results.
   * @returns what was kept: a result for a text that has changed meanwhile is not
   * @throws RangeError when a result has not one finite probability per label
   */
  write(run: Run, results: readonly ItemResult[]): readonly ItemResult[] {
    return results.filter((result) => this.#writeOne(run, result));
  }

  #writeOne({ id, revision }: Run, result: ItemResult): boolean {
    if (result.status === 'not-read') {
      return this.#write.run(revision.id, id, null, null, result.reason, result.item, result.version).changes > 0;
    }
    const { probabilities } = result;
    if (probabilities.length !== revision.labels.length || !probabilities.every(Number.isFinite)) {
      throw new RangeError(
        `The result for item ${result.item} has not ${revision.labels.length} finite probabilities, one per label.`,
      );
    }
    const bytes = Buffer.alloc(4 * probabilities.length);
    probabilities.forEach((p, place) => bytes.writeFloatLE(p, 4 * place));
    const score = queueScore(revision, probabilities);
    return this.#write.run(revision.id, id, score, bytes, null, result.item, result.version).changes > 0;
  }

  /** Items with this score or a higher one. */
  countAtLeast(revision: number, score: number): number {
    return this.#atLeast.get(revision, score) ?? 0;
  }

  get(revision: number, item: number): StoredScore | undefined {
    const row = this.#get.get(revision, item);
    if (row === undefined) return undefined;
    const bytes = row.probabilities;
    const probabilities =
      bytes === null ? null : Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
    return { ...row, probabilities };
  }
}

/** What the queue is ordered by: the probability that something is wrong. */
export function queueScore(revision: Revision, probabilities: Float32Array): number {
  const { fineLabel } = revision;
  if (fineLabel !== null && revision.labels.length === 2) return probabilities[1 - fineLabel] ?? 0;
  if (fineLabel !== null) return 1 - (probabilities[fineLabel] ?? 0);
  return Math.max(...probabilities);
}
