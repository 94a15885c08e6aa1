/**
 * What the queue is filtered and ordered by, of every item, in columns in memory: 40 bytes an item. Whatever is asked, a
 * few passes over columns answer it in milliseconds, also of a million items, while SQLite would look up each of them. The
 * workspace stays the truth; these follow it.
 */
import type { ItemFacts, ReviewFacts, ScoreFacts } from '../store/queue-facts.ts';
import { NOT_READ_REASONS, type NotReadReason } from '../store/not-read.ts';

/** Bits of `marks`. */
export const AUDIT = 1;
export const DISAGREE = 2;

/** No label, language or reason. */
export const NONE = 0;

/** Numbers of names, from 1, in the order in which they were met. */
export class Names {
  readonly #numbers = new Map<string, number>();

  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#numbers.size + 1);
    return this.#numbers.size;
  }

  all(): readonly (readonly [string, number])[] {
    return [...this.#numbers];
  }

  /** undefined where nothing has that name */
  find(name: string): number | undefined {
    return this.#numbers.get(name);
  }
}

/** How often something was met, in a table of fixed size: two that fall into one place count as one. */
class Tally {
  readonly #counts = new Uint8Array(1 << 22);

  /** @returns how often it was met before, 255 at most */
  count(hash: number): number {
    const place = hash % this.#counts.length;
    const before = this.#counts[place] as number;
    if (before < 255) this.#counts[place] = before + 1;
    return before;
  }
}

export class QueueColumns {
  /** one more than the highest id */
  length = 1;
  /** 1 where there is an item of this id that can be in a queue */
  present = new Uint8Array(1);
  /** how sure the model is that something is wrong; NaN where it has not read it */
  score = new Float32Array(1);
  /** labels that the model gives: bit i for the label in place i */
  predicted = new Uint32Array(1);
  channel = new Uint32Array(1);
  /** 0 for nobody */
  author = new Uint32Array(1);
  /** NaN where there is none */
  time = new Float64Array(1);
  language = new Uint16Array(1);
  source = new Uint32Array(1);
  version = new Uint16Array(1);
  status = new Uint8Array(1);
  /** id of the most severe label that was decided; 0 for none */
  decided = new Uint32Array(1);
  decidedAt = new Float64Array(1);
  /** why it was not read, by place from 1; 0 where it was, or waits */
  reason = new Uint8Array(1);
  marks = new Uint8Array(1);
  /** how many items with the same text came before it, 255 at most */
  repeats = new Uint8Array(1);
  /** of audit items, 0 … 1: their own order */
  auditPlace = new Float32Array(1);
  readonly #equals = new Tally();
  readonly languages = new Names();
  /** whom an appeal must not go to, of the few reopened items */
  readonly blindTo = new Map<number, number>();

  putItem({ id, channel, author, time, language, source, version, kind, empty, erased, contentHash }: ItemFacts): void {
    this.#grow(id + 1);
    // Of what the model never reads, the queue has messages and pictures: system rows and gone messages need nobody.
    this.present[id] = !erased && (kind === 'message' || kind === 'media-only' || kind === 'share') ? 1 : 0;
    // Looked at once more, it is no repetition of itself.
    if (this.channel[id] === 0) this.repeats[id] = this.#equals.count(contentHash);
    this.channel[id] = channel;
    this.author[id] = author ?? 0;
    this.time[id] = time ?? NaN;
    this.language[id] = this.languages.numberOf(language);
    this.source[id] = source;
    this.version[id] = Math.min(version, 0xffff);
    if (kind === 'media-only') this.reason[id] = reasonNumber('media-only');
    else if (empty) this.reason[id] = reasonNumber('empty');
  }

  putScore({ item, score, predicted, reason }: ScoreFacts): void {
    if (item >= this.length) return;
    this.score[item] = score ?? NaN;
    this.predicted[item] = predicted;
    if (reason !== null) this.reason[item] = reasonNumber(reason);
    else if (score !== null) this.reason[item] = NONE;
  }

  putReview({ item, status, label, disagree, decidedAt, blindTo }: ReviewFacts): void {
    if (item >= this.length) return;
    this.status[item] = status;
    this.decided[item] = label ?? NONE;
    this.decidedAt[item] = decidedAt ?? NaN;
    this.marks[item] = ((this.marks[item] ?? 0) & ~DISAGREE) | (disagree ? DISAGREE : 0);
    if (blindTo === null) this.blindTo.delete(item);
    else this.blindTo.set(item, blindTo);
  }

  putAudit(item: number, place: number): void {
    if (item >= this.length) return;
    this.marks[item] = (this.marks[item] ?? 0) | AUDIT;
    this.auditPlace[item] = place;
  }

  /** Nothing is known of the item any more. */
  forget(item: number): void {
    if (item >= this.length) return;
    this.present[item] = 0;
    this.reason[item] = NONE;
    this.marks[item] = 0;
    this.putScore({ item, score: null, predicted: 0, reason: null });
    this.putReview({ item, status: 0, label: null, disagree: false, decidedAt: null, blindTo: null });
  }

  #grow(length: number): void {
    const had = this.length;
    this.length = Math.max(had, length);
    if (length <= this.present.length) {
      this.score.fill(NaN, had, this.length);
      return;
    }
    const room = Math.max(1024, length + (length >> 2));
    const grown = <T extends Column>(column: T): T => {
      const larger = new (column.constructor as new (length: number) => T)(room);
      larger.set(column.subarray(0, had));
      return larger;
    };
    this.present = grown(this.present);
    this.score = grown(this.score).fill(NaN, had);
    this.predicted = grown(this.predicted);
    this.channel = grown(this.channel);
    this.author = grown(this.author);
    this.time = grown(this.time);
    this.language = grown(this.language);
    this.source = grown(this.source);
    this.version = grown(this.version);
    this.status = grown(this.status);
    this.decided = grown(this.decided);
    this.decidedAt = grown(this.decidedAt);
    this.reason = grown(this.reason);
    this.marks = grown(this.marks);
    this.repeats = grown(this.repeats);
    this.auditPlace = grown(this.auditPlace);
  }
}

/** Labels that one can filter by: as many as a number has bits. */
export const MOST_LABELS = 32;

/** Bit i for the label in place i. */
export const bitsOf = (places: readonly number[]): number =>
  places.reduce((bits, place) => (place >= 0 && place < MOST_LABELS ? (bits | (1 << place)) >>> 0 : bits), 0);

export const reasonNumber = (reason: NotReadReason): number => NOT_READ_REASONS.indexOf(reason) + 1;

type Column = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;
