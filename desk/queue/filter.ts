/**
 * Which items of the queue are wanted. Items are looked at some thousands at a time, so that what is said of them stays in the
 * processor's nearest memory; and no branch depends on an item, since one that is guessed wrong costs more than all else that
 * is done with it.
 */
import type { NotReadReason } from '../store/not-read.ts';
import { type Status, statusCode } from '../review/status.ts';
import { AUDIT, DISAGREE, PRESENT, type QueueColumns, bitsOf, reasonNumber } from './columns.ts';
import type { PageRoom } from './page-room.ts';

/** All conditions hold together; of a list one must hold. */
export interface QueueFilter {
  readonly channels?: readonly number[] | undefined;
  readonly authors?: readonly number[] | undefined;
  readonly sources?: readonly number[] | undefined;
  /** BCP 47, 'unsure', or '' */
  readonly languages?: readonly string[] | undefined;
  /** milliseconds since 1970 UTC, [from, to) */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** of the model, both ends included */
  readonly minScore?: number | undefined;
  readonly maxScore?: number | undefined;
  /** labels that the model gives, by place in the revision */
  readonly predicted?: readonly number[] | undefined;
  /** labels that were decided, by id */
  readonly decided?: readonly number[] | undefined;
  readonly statuses?: readonly Status[] | undefined;
  /** the model did not read it, for one of these reasons */
  readonly notRead?: readonly NotReadReason[] | undefined;
  readonly audit?: boolean | undefined;
  readonly disagree?: boolean | undefined;
  /** ids of items whose text holds what is searched for, rising */
  readonly found?: Uint32Array | undefined;
  /** ids of items of which a larger model has the opinion that is asked for, rising */
  readonly opined?: Uint32Array | undefined;
  /** the same of items that are like another one */
  readonly like?: Uint32Array | undefined;
  /** the same, of items that are not wanted, for each word that they hold */
  readonly hidden?: readonly Uint32Array[] | undefined;
  /** whose queue it is: appeals against this reviewer's decisions are not in it */
  readonly reviewer?: number | undefined;
  /** without what this reviewer sees differently from others: somebody else settles that */
  readonly noParty?: number | undefined;
}

/** Sets to 0 what does not pass, of the items from `from` on; the rest stays as it is. */
type Condition = (mask: Uint8Array, from: number) => void;

/** Items that are looked at together. */
const BLOCK = 4096;
/** The first moment that a date can be: before it are those without one. */
const EARLIEST = -8.64e15;

/** What a filter asks for beside marks, as conditions that hold together. */
function conditionsOf(columns: QueueColumns, filter: QueueFilter): readonly Condition[] {
  const { found, opined, like, hidden = [], reviewer, noParty } = filter;
  const languages = filter.languages?.flatMap((language) => columns.languages.find(language) ?? []);
  const all = [
    found && foundAmong(found, true),
    opined && foundAmong(opined, true),
    like && foundAmong(like, true),
    ...hidden.map((ids) => foundAmong(ids, false)),
    among(columns.channel, filter.channels),
    among(columns.author, filter.authors),
    among(columns.source, filter.sources),
    among(columns.language, languages),
    filter.predicted && anyOf(columns.predicted, bitsOf(filter.predicted)),
    among(columns.decided, filter.decided),
    among(columns.status, filter.statuses?.map(statusCode)),
    among(columns.reason, filter.notRead?.map(reasonNumber)),
    within(columns.time, filter.from, filter.to === undefined ? undefined : filter.to - 1, EARLIEST),
    within(columns.score, filter.minScore, filter.maxScore, -Infinity),
    reviewer === undefined ? undefined : without(columns.blindTo, (blind) => blind === reviewer),
    noParty === undefined ? undefined : without(columns.parties, (parties) => parties.includes(noParty)),
  ];
  return all.filter((condition) => condition !== undefined);
}

/** Ids of all that can be in a queue, have all of some marks and pass, rising; good until the room is taken again. */
export function idsOf(columns: QueueColumns, filter: QueueFilter, marks: number, room: PageRoom): Uint32Array {
  const { length } = columns;
  const { audit, disagree } = filter;
  const wanted = PRESENT | marks | (audit === true ? AUDIT : 0) | (disagree === true ? DISAGREE : 0);
  const unwanted = (audit === false ? AUDIT : 0) | (disagree === false ? DISAGREE : 0);
  const conditions = conditionsOf(columns, filter);
  const ids = room.ids(length + 1);
  let at = 0;
  for (let from = 0; from < length; from += BLOCK) {
    const count = Math.min(BLOCK, length - from);
    mask.set(columns.marks.subarray(from, from + count));
    mask.fill(0, count);
    keepMarked(wanted * EACH, unwanted * EACH);
    const part = mask.subarray(0, count);
    for (const condition of conditions) condition(part, from);
    at = gather(ids, at, from);
  }
  return ids.subarray(0, at);
}

// Of one block. A loop that meets arrays of one type alone is several times faster: what is compared is copied first.
const mask = new Uint8Array(BLOCK);
const fours = new Int32Array(mask.buffer);
const bytes = new Uint8Array(BLOCK);
const whole = new Uint32Array(BLOCK);
const real = new Float64Array(BLOCK);

/** One in each byte of a number. */
const EACH = 0x01010101;

/**
 * Makes 1 of marks that are all that is wanted and nothing that is not, and 0 of the others: four items at once, each in a byte
 * of a number. Marks have 7 bits, so that a sum with 127 has the eighth where they are not 0.
 */
function keepMarked(wanted: number, unwanted: number): void {
  for (let i = 0; i < fours.length; i++) {
    const wrong = ((fours[i] as number) & (wanted | unwanted)) ^ wanted;
    fours[i] = (~(wrong + 127 * EACH) >>> 7) & EACH;
  }
}

/** Adds the ids that the mask has left. @returns where the next one goes */
function gather(ids: Uint32Array, start: number, from: number): number {
  let at = start;
  for (let i = 0; i < fours.length; i++) {
    if (fours[i] === 0) continue;
    for (let j = 4 * i; j < 4 * i + 4; j++) {
      ids[at] = from + j;
      at += mask[j] as number;
    }
  }
  return at;
}

/** 1 where two numbers of 32 bits are not the same, without a branch: what is not 0 has a sign, or its opposite has. */
function differs(a: number, b: number): number {
  const bits = a ^ b;
  return (bits | -bits) >>> 31;
}

/** Leaves those that have one of some values. */
function among(
  column: Uint8Array | Uint16Array | Uint32Array,
  values: readonly number[] | undefined,
): Condition | undefined {
  if (values === undefined) return undefined;
  const [only] = values;
  if (only !== undefined && values.length === 1)
    return (mask, from) => {
      whole.set(column.subarray(from, from + mask.length));
      for (let j = 0; j < mask.length; j++) mask[j]! &= 1 ^ differs(whole[j] as number, only);
    };
  const largest = values.reduce((a, b) => Math.max(a, b), -1);
  // The last place stands for all that is larger.
  const wanted = new Uint8Array(largest + 2);
  for (const value of values) wanted[value] = 1;
  return (mask, from) => {
    whole.set(column.subarray(from, from + mask.length));
    for (let j = 0; j < mask.length; j++) mask[j]! &= wanted[Math.min(whole[j] as number, largest + 1)] as number;
  };
}

/** Leaves those that have one of some bits. */
const anyOf =
  (column: Uint32Array, bits: number): Condition =>
  (mask, from) => {
    whole.set(column.subarray(from, from + mask.length));
    for (let j = 0; j < mask.length; j++) mask[j]! &= differs((whole[j] as number) & bits, 0);
  };

/** Leaves those from `low` to `high`, both included; none whose value is NaN. @param least where `low` is left out */
function within(
  column: Float32Array | Float64Array,
  low: number | undefined,
  high: number | undefined,
  least: number,
): Condition | undefined {
  if (low === undefined && high === undefined) return undefined;
  const [from, to] = [low ?? least, high ?? Infinity];
  return (mask, first) => {
    real.set(column.subarray(first, first + mask.length));
    for (let j = 0; j < mask.length; j++) {
      const value = real[j] as number;
      mask[j]! &= Number(value >= from) & Number(value <= to);
    }
  };
}

/** Leaves those that were found, or those that were not. @param found ids, rising */
function foundAmong(found: Uint32Array, wanted: boolean): Condition {
  return (mask, from) => {
    const to = from + mask.length;
    bytes.fill(wanted ? 0 : 1);
    for (let k = firstNotBelow(found, from); k < found.length && (found[k] as number) < to; k++)
      bytes[(found[k] as number) - from] = wanted ? 1 : 0;
    for (let j = 0; j < mask.length; j++) mask[j]! &= bytes[j] as number;
  };
}

/** Where the first number that is not below `least` stands, of rising ones. */
function firstNotBelow(rising: Uint32Array, least: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Leaves out some of those few items of which something is known. */
function without<T>(known: ReadonlyMap<number, T>, out: (of: T) => boolean): Condition {
  const items = [...known].filter(([, of]) => out(of)).map(([item]) => item);
  return (mask, from) => {
    for (const item of items) if (item >= from && item < from + mask.length) mask[item - from] = 0;
  };
}
