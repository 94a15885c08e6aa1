/**
 * Which items of the queue are wanted. Items are looked at some thousands at a time, so that what is said of them stays in the
 * processor's nearest memory; and no branch depends on an item, since one that is guessed wrong costs more than all else that
 * is done with it.
 */
import type { NotReadReason } from '../store/not-read.ts';
import { type Status, statusCode } from '../review/status.ts';
import { AUDIT, DISAGREE, type QueueColumns, bitsOf, reasonNumber } from './columns.ts';
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
  /** ids of items whose text holds what is searched for */
  readonly found?: Uint32Array | undefined;
  /** whose queue it is: appeals against this reviewer's decisions are not in it */
  readonly reviewer?: number | undefined;
  /** without what this reviewer sees differently from others: somebody else settles that */
  readonly noParty?: number | undefined;
}

/** Sets to 0 what does not pass, of the items from `from` on; the rest stays as it is. */
export type Condition = (mask: Uint8Array, from: number) => void;

/** Items that are looked at together. */
const BLOCK = 4096;
/** The first moment that a date can be: before it are those without one. */
const EARLIEST = -8.64e15;

/** What a filter asks for, as conditions that hold together. */
export function conditionsOf(columns: QueueColumns, filter: QueueFilter): readonly Condition[] {
  const { found, reviewer, noParty } = filter;
  const languages = filter.languages?.flatMap((language) => columns.languages.find(language) ?? []);
  const all = [
    found && foundAmong(columns.length, found),
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
    filter.audit === undefined ? undefined : marked(columns, AUDIT, filter.audit),
    filter.disagree === undefined ? undefined : marked(columns, DISAGREE, filter.disagree),
    reviewer === undefined ? undefined : without(columns.blindTo, (blind) => blind === reviewer),
    noParty === undefined ? undefined : without(columns.parties, (parties) => parties.includes(noParty)),
  ];
  return all.filter((condition) => condition !== undefined);
}

/** Ids of all that can be in a queue and pass, rising. */
export function idsOf(
  { present, length }: QueueColumns,
  conditions: readonly Condition[],
  room: PageRoom,
): Uint32Array {
  const ids = room.ids(length + 1);
  let at = 0;
  for (let from = 0; from < length; from += BLOCK) {
    const mask = room.mask(Math.min(BLOCK, length - from));
    mask.set(present.subarray(from, from + mask.length));
    for (const condition of conditions) condition(mask, from);
    for (let j = 0; j < mask.length; j++) {
      ids[at] = from + j;
      at += mask[j] as number;
    }
  }
  return ids.subarray(0, at);
}

// Copies of a block: a loop that meets arrays of one type alone is several times faster.
const whole = new Uint32Array(BLOCK);
const real = new Float64Array(BLOCK);

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
      for (let j = 0; j < mask.length; j++) mask[j]! &= Number(whole[j] === only);
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
    for (let j = 0; j < mask.length; j++) mask[j]! &= Number(((whole[j] as number) & bits) !== 0);
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

/** Leaves those that have a mark, or those that do not. */
export const marked =
  ({ marks }: QueueColumns, bit: number, wanted: boolean): Condition =>
  (mask, from) => {
    const right = wanted ? bit : 0;
    whole.set(marks.subarray(from, from + mask.length));
    for (let j = 0; j < mask.length; j++) mask[j]! &= Number(((whole[j] as number) & bit) === right);
  };

/** Leaves those of which a column holds something. */
export const notNothing =
  (column: Uint8Array | Float64Array, nothing: number): Condition =>
  (mask, from) => {
    real.set(column.subarray(from, from + mask.length));
    for (let j = 0; j < mask.length; j++) mask[j]! &= Number(real[j] !== nothing);
  };

function foundAmong(length: number, found: Uint32Array): Condition {
  const all = new Uint8Array(length);
  for (const item of found) if (item < length) all[item] = 1;
  return (mask, from) => {
    const own = all.subarray(from, from + mask.length);
    for (let j = 0; j < mask.length; j++) mask[j]! &= own[j] as number;
  };
}

/** Leaves out some of those few items of which something is known. */
function without<T>(known: ReadonlyMap<number, T>, out: (of: T) => boolean): Condition {
  const items = [...known].filter(([, of]) => out(of)).map(([item]) => item);
  return (mask, from) => {
    for (const item of items) if (item >= from && item < from + mask.length) mask[item - from] = 0;
  };
}
