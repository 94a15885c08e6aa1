import type { Kind } from '../importers/kinds.ts';
import type { Db } from './connection.ts';
import { EMPTY, ERASED, kindOf } from './flags.ts';
import type { NotReadReason } from './not-read.ts';

/** What the queue needs to know of an item, without its text. */
export interface ItemFacts {
  readonly id: number;
  readonly kind: Kind;
  readonly empty: boolean;
  readonly erased: boolean;
  readonly channel: number;
  readonly author: number | null;
  readonly time: number | null;
  readonly language: string;
  readonly source: number;
  readonly version: number;
  /** the same for equal texts */
  readonly contentHash: number;
}

export interface ScoreFacts {
  readonly item: number;
  readonly score: number | null;
  /** labels that the model gives: bit i for the label in place i */
  readonly predicted: number;
  readonly reason: NotReadReason | null;
}

export interface ReviewFacts {
  readonly item: number;
  readonly status: number;
  readonly label: number | null;
  readonly disagree: boolean;
  readonly decidedAt: number | null;
  readonly blindTo: number | null;
  /** who sees it differently from whom; nobody where reviewers agree */
  readonly parties: readonly number[];
}

export interface AuditFacts {
  readonly item: number;
  readonly place: number;
}

type ItemTuple = [number, number, number, number, number | null, number | null, string, number, number, number];
type ScoreTuple = [number, number | null, Buffer | null, NotReadReason | null];
type ReviewTuple = [number, number, number | null, number, number | null, number | null, string | null];

/** Facts of items with ids in (after, to], in their order. */
export class QueueFacts {
  readonly #items;
  readonly #scores;
  readonly #reviews;
  readonly #audits;

  constructor(db: Db) {
    this.#items = db
      .prepare<[number, number], ItemTuple>(
        `SELECT id, kind, flags, channel, author, time, language, source, version, content_hash FROM items
         WHERE id > ? AND id <= ? ORDER BY id`,
      )
      .raw();
    this.#scores = db
      .prepare<[number, number, number], ScoreTuple>(
        `SELECT item, score, probabilities, reason FROM scores
         WHERE revision = ? AND item > ? AND item <= ? ORDER BY item`,
      )
      .raw();
    this.#reviews = db
      .prepare<[number, number], ReviewTuple>(
        `SELECT item, status, label, disagree, decided_at, blind_to,
           CASE disagree WHEN 1 THEN (SELECT group_concat(reviewer) FROM verdicts WHERE verdicts.item = reviews.item) END
         FROM reviews WHERE item > ? AND item <= ? ORDER BY item`,
      )
      .raw();
    this.#audits = db
      .prepare<[number, number], [number, number]>(
        'SELECT item, place FROM audit_items WHERE item > ? AND item <= ? ORDER BY item',
      )
      .raw();
  }

  items(after: number, to: number): readonly ItemFacts[] {
    return this.#items
      .all(after, to)
      .map(([id, kind, flags, channel, author, time, language, source, version, contentHash]) => ({
        id,
        kind: kindOf(kind),
        empty: (flags & EMPTY) !== 0,
        erased: (flags & ERASED) !== 0,
        channel,
        author,
        time,
        language,
        source,
        version,
        contentHash,
      }));
  }

  /** @param predict which labels the probabilities give, as bits */
  scores(
    revision: number,
    after: number,
    to: number,
    predict: (probabilities: Float32Array) => number,
  ): readonly ScoreFacts[] {
    return this.#scores.all(revision, after, to).map(([item, score, bytes, reason]) => ({
      item,
      score,
      predicted: bytes === null ? 0 : predict(floatsOf(bytes)),
      reason,
    }));
  }

  reviews(after: number, to: number): readonly ReviewFacts[] {
    return this.#reviews.all(after, to).map(([item, status, label, disagree, decidedAt, blindTo, parties]) => ({
      item,
      status,
      label,
      disagree: disagree === 1,
      decidedAt,
      blindTo,
      parties: parties === null ? [] : parties.split(',').map(Number),
    }));
  }

  audits(after: number, to: number): readonly AuditFacts[] {
    return this.#audits.all(after, to).map(([item, place]) => ({ item, place }));
  }
}

const floatsOf = (bytes: Buffer): Float32Array =>
  Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
