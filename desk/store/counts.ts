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

/** How much there is of what. */
export class Counts {
  readonly #kinds;
  readonly #languages;
  readonly #empty;
  readonly #results;
  readonly #decided;
  readonly #verdicts;

  constructor(db: Db) {
    this.#kinds = db.prepare<[], { kind: number; n: number }>('SELECT kind, count(*) AS n FROM items GROUP BY kind');
    this.#languages = db.prepare<[], { language: string; n: number }>(
      `SELECT language, count(*) AS n FROM items WHERE kind = 0 AND flags & ${EMPTY} = 0
       GROUP BY language ORDER BY n DESC, language`,
    );
    this.#empty = db.prepare<[], number>(`SELECT count(*) FROM items WHERE kind = 0 AND flags & ${EMPTY} <> 0`).pluck();
    this.#decided = db.prepare<[], number>('SELECT count(*) FROM reviews').pluck();
    this.#verdicts = db.prepare<[], number>('SELECT count(*) FROM verdicts').pluck();
    this.#results = db.prepare<[number], { reason: NotReadReason | null; n: number }>(
      'SELECT reason, count(*) AS n FROM scores WHERE revision = ? GROUP BY reason',
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
      if (reason === null) scored = n;
      else notRead[reason] = n;
    }
    return { scored, notRead, waiting: kinds.message - empty - done };
  }
}
