/** Which items of the queue are wanted: one pass over a column for each condition. */
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
}

/** 1 where an item passes, by id. */
export function maskOf(columns: QueueColumns, filter: QueueFilter, room: PageRoom): Uint8Array {
  const { length } = columns;
  const mask = startOf(columns, filter.found, room);
  among(mask, columns.channel, filter.channels);
  among(mask, columns.author, filter.authors);
  among(mask, columns.source, filter.sources);
  among(
    mask,
    columns.language,
    filter.languages?.flatMap((language) => columns.languages.find(language) ?? []),
  );
  anyOf(mask, columns.predicted, filter.predicted && bitsOf(filter.predicted));
  among(mask, columns.decided, filter.decided);
  among(mask, columns.status, filter.statuses?.map(statusCode));
  among(mask, columns.reason, filter.notRead?.map(reasonNumber));
  if (filter.from !== undefined || filter.to !== undefined)
    within(mask, columns.time, filter.from ?? EARLIEST, (filter.to ?? Infinity) - 1);
  if (filter.minScore !== undefined || filter.maxScore !== undefined)
    within(mask, columns.score, filter.minScore ?? -Infinity, filter.maxScore ?? Infinity);
  marked(mask, columns.marks, AUDIT, filter.audit);
  marked(mask, columns.marks, DISAGREE, filter.disagree);
  if (filter.reviewer !== undefined)
    for (const [item, reviewer] of columns.blindTo) if (reviewer === filter.reviewer && item < length) mask[item] = 0;
  return mask;
}

/**
 * Ids of all that pass, rising. Here and below no branch depends on an item: one that is guessed wrong costs more than all
 * else that is done with it.
 */
export function idsOf(mask: Uint8Array, room: PageRoom): Uint32Array {
  const ids = room.ids(mask.length + 1);
  let at = 0;
  for (let i = 0; i < mask.length; i++) {
    ids[at] = i;
    at += mask[i] as number;
  }
  return ids.subarray(0, at);
}

function startOf({ present, length }: QueueColumns, found: Uint32Array | undefined, room: PageRoom): Uint8Array {
  const mask = room.mask(length);
  if (found === undefined) {
    mask.set(present.subarray(0, length));
    return mask;
  }
  mask.fill(0);
  for (const item of found) if (item < length) mask[item] = present[item] as number;
  return mask;
}

/** Leaves those whose value is one of some. */
function among(
  mask: Uint8Array,
  column: Uint8Array | Uint16Array | Uint32Array,
  values: readonly number[] | undefined,
) {
  if (values === undefined) return;
  const [only] = values;
  if (values.length === 1 && only !== undefined) {
    for (let i = 0; i < mask.length; i++) mask[i]! &= Number(column[i] === only);
    return;
  }
  const largest = values.reduce((a, b) => Math.max(a, b), -1);
  // The last place stands for all that is larger.
  const wanted = new Uint8Array(largest + 2);
  for (const value of values) wanted[value] = 1;
  for (let i = 0; i < mask.length; i++) mask[i]! &= wanted[Math.min(column[i] as number, largest + 1)] as number;
}

/** Leaves those that have one of some bits. */
function anyOf(mask: Uint8Array, column: Uint32Array, bits: number | undefined): void {
  if (bits === undefined) return;
  for (let i = 0; i < mask.length; i++) mask[i]! &= Number(((column[i] as number) & bits) !== 0);
}

/** Leaves those from `low` to `high`, both included; none whose value is NaN. */
function within(mask: Uint8Array, column: Float32Array | Float64Array, low: number, high: number): void {
  for (let i = 0; i < mask.length; i++) {
    const value = column[i] as number;
    mask[i]! &= Number(value >= low) & Number(value <= high);
  }
}

function marked(mask: Uint8Array, marks: Uint8Array, bit: number, wanted: boolean | undefined): void {
  if (wanted === undefined) return;
  const right = wanted ? bit : 0;
  for (let i = 0; i < mask.length; i++) mask[i]! &= Number(((marks[i] as number) & bit) === right);
}

/** The first moment that a date can be: before it are those without one. */
const EARLIEST = -8.64e15;
