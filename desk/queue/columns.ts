/**
 * What the queue is filtered and ordered by, of every item, in columns in memory: 70 bytes an item. Whatever is asked, a
 * few passes over columns answer it in milliseconds, also of a million items, while SQLite would look up each of them. The
 * workspace stays the truth; these follow it.
 */
import type { ItemFacts, ReviewFacts, ScoreFacts } from '../store/queue-facts.ts';
import { GroupScores } from './group-scores.ts';
import { uncertaintyOf, urgencyOf } from './rank.ts';
import { NOT_READ_REASONS, type NotReadReason } from '../store/not-read.ts';

/** Bits of `marks`, seven at most. */
export const AUDIT = 1;
export const DISAGREE = 2;
/** The score is that of the model before: this one has not read the item. */
export const STANDS_IN = 4;
/** There is an item of this id that can be in a queue. */
export const PRESENT = 8;
/** It is in the order of what is urgent; it has a score; it has a reason why it was not read. */
export const URGENT = 16;
export const SCORED = 32;
export const NOT_READ = 64;

/** Whether what is said of an item is what the model of the queue says, and not the one before. */
export const isOfModel = (marks: number): boolean => (marks & (PRESENT | STANDS_IN)) === PRESENT;

/** No label, language or reason. */
export const NONE = 0;
/** The time of what has none: before all others. */
export const NO_TIME = -Number.MAX_VALUE;

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

  placeOf(hash: number): number {
    return hash % this.#counts.length;
  }

  /** @returns how often something of this place was met before, 255 at most */
  count(place: number): number {
    const before = this.#counts[place] as number;
    if (before < 255) this.#counts[place] = before + 1;
    return before;
  }
}

/** Those of large numbers first, so that each lies at a multiple of its size when they stand one behind the other. */
export const COLUMNS = {
  time: Float64Array,
  decidedAt: Float64Array,
  score: Float32Array,
  predicted: Uint32Array,
  channel: Uint32Array,
  author: Uint32Array,
  source: Uint32Array,
  decided: Uint32Array,
  auditPlace: Float32Array,
  textPlace: Uint32Array,
  language: Uint16Array,
  version: Uint16Array,
  status: Uint8Array,
  reason: Uint8Array,
  marks: Uint8Array,
} as const;
export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly (keyof typeof COLUMNS)[];
/** Columns that follow from the others. */
const DERIVED_NAMES = ['repeats', 'urgency', 'uncertainty'] as const;
export type Column = InstanceType<(typeof COLUMNS)[keyof typeof COLUMNS]>;

export type Columns = { readonly [K in keyof typeof COLUMNS]: InstanceType<(typeof COLUMNS)[K]> };

/** Everything that is known of the items from one id on. */
export interface ColumnsPart {
  readonly from: number;
  readonly columns: Columns;
  /** what the numbers of the column `language` mean, from 1 */
  readonly languages: readonly string[];
  readonly blindTo: readonly (readonly [item: number, reviewer: number])[];
  readonly parties: readonly (readonly [item: number, reviewers: readonly number[]])[];
}

export class QueueColumns {
  /** one more than the highest id */
  length = 1;
  /** how sure the model is that something is wrong; NaN where it has not read it */
  score = new Float32Array(1);
  /** labels that the model gives: bit i for the label in place i */
  predicted = new Uint32Array(1);
  channel = new Uint32Array(1);
  /** 0 for nobody */
  author = new Uint32Array(1);
  /** NO_TIME where there is none */
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
  /** desk/queue/rank.ts; −∞ where it is not in that order */
  urgency = new Float64Array(1);
  uncertainty = new Float64Array(1);
  /** of audit items, 0 … 1: their own order */
  auditPlace = new Float32Array(1);
  /** where its text is counted */
  textPlace = new Uint32Array(1);
  readonly #equals = new Tally();
  readonly languages = new Names();
  /** whom an appeal must not go to, of the few reopened items */
  readonly blindTo = new Map<number, number>();
  /** who sees an item differently from whom, of those that nobody has settled */
  readonly parties = new Map<number, readonly number[]>();
  readonly channelScores = new GroupScores();
  readonly authorScores = new GroupScores();
  readonly #threshold: number;

  /** @param threshold score at which the model changes its mind */
  constructor(threshold = 0.5) {
    this.#threshold = threshold;
  }

  /** Some items with everything that is known of them. `columns` as long as there are items. */
  putPart({ from, columns, languages, blindTo, parties }: ColumnsPart): void {
    const count = columns.channel.length;
    this.#grow(from + count);
    for (const name of COLUMN_NAMES) this[name].set(columns[name], from);
    const numbers = Uint16Array.from(['', ...languages], (language) => this.languages.numberOf(language));
    for (let id = from; id < from + count; id++) {
      if (this.channel[id] === 0) continue;
      this.language[id] = numbers[this.language[id] as number] as number;
      this.repeats[id] = this.#equals.count(this.textPlace[id] as number);
      // Its marks are as they were when it was put the first time.
      this.#place(id);
      this.channelScores.put(this.channel[id] as number, NaN, this.score[id] as number);
      this.authorScores.put(this.author[id] as number, NaN, this.score[id] as number);
    }
    for (const [item, reviewer] of blindTo) this.blindTo.set(item, reviewer);
    for (const [item, reviewers] of parties) this.parties.set(item, reviewers);
  }

  /** Items with ids in [from, to), as `putPart` takes them: views, good until something is put. */
  part(from: number, to: number): ColumnsPart {
    return {
      from,
      columns: Object.fromEntries(COLUMN_NAMES.map((name) => [name, this[name].subarray(from, to)])) as Columns,
      languages: this.languages.all().map(([name]) => name),
      blindTo: [...this.blindTo].filter(([item]) => item >= from && item < to),
      parties: [...this.parties].filter(([item]) => item >= from && item < to),
    };
  }

  putItem({ id, channel, author, time, language, source, version, kind, empty, erased, contentHash }: ItemFacts): void {
    this.#grow(id + 1);
    // Of what the model never reads, the queue has messages and pictures: system rows and gone messages need nobody.
    this.#mark(id, PRESENT, !erased && (kind === 'message' || kind === 'media-only' || kind === 'share'));
    // Looked at once more, it is no repetition of itself.
    this.textPlace[id] = this.#equals.placeOf(contentHash);
    if (this.channel[id] === 0) this.repeats[id] = this.#equals.count(this.textPlace[id]);
    this.channel[id] = channel;
    this.author[id] = author ?? 0;
    this.time[id] = time ?? NO_TIME;
    this.language[id] = this.languages.numberOf(language);
    this.source[id] = source;
    this.version[id] = Math.min(version, 0xffff);
    if (kind === 'media-only') this.reason[id] = reasonNumber('media-only');
    else if (empty) this.reason[id] = reasonNumber('empty');
    this.#rank(id);
  }

  /** @param standsIn it is of the model before */
  putScore({ item, score, predicted, reason }: ScoreFacts, standsIn: boolean): void {
    if (item >= this.length) return;
    this.#score(item, score ?? NaN);
    this.#mark(item, STANDS_IN, standsIn);
    this.predicted[item] = predicted;
    if (reason !== null) this.reason[item] = reasonNumber(reason);
    else if (score !== null) this.reason[item] = NONE;
    this.#rank(item);
  }

  putReview({ item, status, label, disagree, decidedAt, blindTo, parties }: ReviewFacts): void {
    if (item >= this.length) return;
    this.status[item] = status;
    this.decided[item] = label ?? NONE;
    this.decidedAt[item] = decidedAt ?? NaN;
    this.#mark(item, DISAGREE, disagree);
    if (blindTo === null) this.blindTo.delete(item);
    else this.blindTo.set(item, blindTo);
    this.#rank(item);
    if (parties.length === 0) this.parties.delete(item);
    else this.parties.set(item, parties);
  }

  putAudit(item: number, place: number): void {
    if (item >= this.length) return;
    this.#mark(item, AUDIT, true);
    this.auditPlace[item] = place;
  }

  /** Nothing is known of the item any more. */
  forget(item: number): void {
    if (item >= this.length) return;
    this.reason[item] = NONE;
    this.marks[item] = 0;
    this.putScore({ item, score: null, predicted: 0, reason: null }, false);
    this.putReview({ item, status: 0, label: null, disagree: false, decidedAt: null, blindTo: null, parties: [] });
  }

  /** Whether a score of these items, with ids in [from, to), stands in. */
  standIn(from: number, to: number): boolean {
    return this.marks.subarray(from, to).some((marks) => (marks & STANDS_IN) !== 0);
  }

  /** Of these items all that a model said is of the model before from now on. */
  letStandIn(from: number, to: number): void {
    for (let id = from; id < to; id++) {
      const said = !Number.isNaN(this.score[id]) || !OWN_REASONS.has(this.reason[id] as number);
      if (said) this.#mark(id, STANDS_IN, true);
    }
  }

  #mark(item: number, bit: number, wanted: boolean): void {
    this.marks[item] = ((this.marks[item] as number) & ~bit) | (wanted ? bit : 0);
  }

  #score(item: number, score: number): void {
    const before = this.score[item] as number;
    this.score[item] = score;
    // As it is kept: in 32 bits.
    const after = this.score[item];
    this.channelScores.put(this.channel[item] as number, before, after);
    this.authorScores.put(this.author[item] as number, before, after);
  }

  #rank(item: number): void {
    this.#place(item);
    this.#mark(item, URGENT, this.urgency[item] !== -Infinity);
    this.#mark(item, SCORED, !Number.isNaN(this.score[item]));
    this.#mark(item, NOT_READ, this.reason[item] !== NONE);
  }

  #place(item: number): void {
    const score = this.score[item] as number;
    this.urgency[item] = urgencyOf(score, this.status[item] as number);
    this.uncertainty[item] = uncertaintyOf(score, this.#threshold, this.repeats[item] as number);
  }

  /** Makes room for ids below `length`, so that columns that will hold so many need not grow on the way. */
  reserve(length: number): void {
    const grown = <T extends Column>(column: T): T => {
      const larger = new (column.constructor as new (length: number) => T)(length);
      larger.set(column.subarray(0, this.length));
      return larger;
    };
    const names = [...COLUMN_NAMES, ...DERIVED_NAMES];
    Object.assign(this, Object.fromEntries(names.map((name) => [name, grown(this[name])])));
  }

  #grow(length: number): void {
    const had = this.length;
    if (length <= had) return;
    this.length = length;
    if (length > this.marks.length) this.reserve(Math.max(1024, length + (length >> 2)));
    this.score.fill(NaN, had, length);
    this.urgency.fill(-Infinity, had, length);
    this.uncertainty.fill(-Infinity, had, length);
  }
}

/** Labels that one can filter by: as many as a number has bits. */
export const MOST_LABELS = 32;

/** Bit i for the label in place i. */
export const bitsOf = (places: readonly number[]): number =>
  places.reduce((bits, place) => (place >= 0 && place < MOST_LABELS ? (bits | (1 << place)) >>> 0 : bits), 0);

export const reasonNumber = (reason: NotReadReason): number => NOT_READ_REASONS.indexOf(reason) + 1;

/** What lies in the item, not in the model. */
const OWN_REASONS: ReadonlySet<number> = new Set([NONE, reasonNumber('media-only'), reasonNumber('empty')]);
