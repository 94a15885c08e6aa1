import { KINDS, type Kind } from '../importers/kinds.ts';
import type { Db } from './connection.ts';
import { EMPTY, kindOf } from './flags.ts';
import type { NotReadReason } from './not-read.ts';

export interface RevisionCounts {
  readonly scored: number;
  readonly notRead: Readonly<Partial<Record<NotReadReason, number>>>;
  /** Messages with text that the revision has not come to yet. */
  readonly waiting: number;
}

/** What is kept, and the same counted. */
const COUNTED = [
  [
    'SELECT kind, empty, language, items FROM item_counts WHERE items <> 0',
    `SELECT kind, flags & ${EMPTY}, language, count(*) FROM items GROUP BY 1, 2, 3`,
  ],
  [
    'SELECT revision, reason, items FROM score_counts WHERE items <> 0',
    `SELECT revision, coalesce(reason, ''), count(*) FROM scores GROUP BY 1, 2`,
  ],
] as const;

/** How much there is of what, as the triggers of migrations/0002_review.sql keep it. */
export class Counts {
  readonly #kinds;
  readonly #languages;
  readonly #empty;
  readonly #results;
  readonly #decided;
  readonly #verdicts;
  readonly #db;

  constructor(db: Db) {
    this.#db = db;
    this.#kinds = db.prepare<[], { kind: number; n: number }>(
      'SELECT kind, sum(items) AS n FROM item_counts GROUP BY kind',
    );
    this.#languages = db.prepare<[], { language: string; n: number }>(
      'SELECT language, items AS n FROM item_counts WHERE kind = 0 AND empty = 0 AND items > 0 ORDER BY n DESC, language',
    );
    this.#empty = db
      .prepare<[], number>('SELECT coalesce(sum(items), 0) FROM item_counts WHERE kind = 0 AND empty <> 0')
      .pluck();
    this.#decided = db.prepare<[], number>('SELECT count(*) FROM reviews').pluck();
    this.#verdicts = db.prepare<[], number>('SELECT count(*) FROM verdicts').pluck();
    this.#results = db.prepare<[number], { reason: NotReadReason | ''; n: number }>(
      'SELECT reason, items AS n FROM score_counts WHERE revision = ? AND items > 0',
    );
  }

  /** Items by kind; every kind is there, if only with 0. */
  kinds(): Readonly<Record<Kind, number>> {
    const counts = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
    for (const { kind, n } of this.#kinds.iterate()) counts[kindOf(kind)] = n;
    return counts;
  }

  /** Messages with text by language, most frequent first. */
  languages(): readonly { readonly language: string; readonly messages: number }[] {
    return this.#languages.all().map(({ language, n }) => ({ language, messages: n }));
  }

  /** Items about which somebody has done something. */
  get decided(): number {
    return this.#decided.get() ?? 0;
  }

  /** What reviewers decided last: one for each reviewer and item. */
  get verdicts(): number {
    return this.#verdicts.get() ?? 0;
  }

  /** Whether they are what counting every row gives; takes its time. */
  get areRight(): boolean {
    const apart = (kept: string, counted: string): string =>
      `SELECT * FROM (${kept}) EXCEPT SELECT * FROM (${counted})`;
    return COUNTED.every(([kept, counted]) =>
      [apart(kept, counted), apart(counted, kept)].every((sql) => this.#db.prepare(sql).get() === undefined),
    );
  }

  /** How far a revision has come, and what it did not read and why. */
  revision(revision: number): RevisionCounts {
    const kinds = this.kinds();
    const empty = this.#empty.get() ?? 0;
    const notRead: Partial<Record<NotReadReason, number>> = {};
    if (empty > 0) notRead.empty = empty;
    if (kinds['media-only'] > 0) notRead['media-only'] = kinds['media-only'];
    let scored = 0;
    let done = 0;
    for (const { reason, n } of this.#results.iterate(revision)) {
      done += n;
      if (reason === '') scored = n;
      else notRead[reason] = n;
    }
    return { scored, notRead, waiting: kinds.message - empty - done };
  }
}
