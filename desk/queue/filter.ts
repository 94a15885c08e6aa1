/** Which items of the queue are wanted: one pass over a column for each condition. */
import type { NotReadReason } from '../store/not-read.ts';
import { type Status, statusCode } from '../review/status.ts';
import { AUDIT, DISAGREE, type QueueColumns, bitsOf, reasonNumber } from './columns.ts';

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

/** Ids of all items that pass, rising. */
export function matching(columns: QueueColumns, filter: QueueFilter): Uint32Array {
  const { length } = columns;
  const mask = startOf(columns, filter.found);
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
  within(mask, columns.time, filter.from, filter.to === undefined ? undefined : filter.to - 1);
  within(mask, columns.score, filter.minScore, filter.maxScore);
  marked(mask, columns.marks, AUDIT, filter.audit);
  marked(mask, columns.marks, DISAGREE, filter.disagree);
  if (filter.reviewer !== undefined)
    for (const [item, reviewer] of columns.blindTo) if (reviewer === filter.reviewer && item < length) mask[item] = 0;
  return idsOf(mask);
}

function idsOf(mask: Uint8Array): Uint32Array {
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += mask[i] as number;
  const ids = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] === 1) ids[at++] = i;
  return ids;
}

function startOf({ present, length }: QueueColumns, found: Uint32Array | undefined): Uint8Array {
  if (found === undefined) return present.slice(0, length);
  const mask = new Uint8Array(length);
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
    for (let i = 0; i < mask.length; i++) if (column[i] !== only) mask[i] = 0;
    return;
  }
  const largest = values.reduce((a, b) => Math.max(a, b), -1);
  const wanted = new Uint8Array(largest + 1);
  for (const value of values) wanted[value] = 1;
  for (let i = 0; i < mask.length; i++) {
    const value = column[i] as number;
    if (value > largest || wanted[value] === 0) mask[i] = 0;
  }
}

/** Leaves those that have one of some bits. */
function anyOf(mask: Uint8Array, column: Uint32Array, bits: number | undefined): void {
  if (bits === undefined) return;
  for (let i = 0; i < mask.length; i++) if (((column[i] as number) & bits) === 0) mask[i] = 0;
}

/** Leaves those from `from` to `to`, both included; none whose value is NaN. */
function within(mask: Uint8Array, column: Float32Array | Float64Array, from?: number, to?: number): void {
  if (from === undefined && to === undefined) return;
  const low = from ?? -Infinity;
  const high = to ?? Infinity;
  for (let i = 0; i < mask.length; i++) {
    const value = column[i] as number;
    if (!(value >= low && value <= high)) mask[i] = 0;
  }
}

function marked(mask: Uint8Array, marks: Uint8Array, bit: number, wanted: boolean | undefined): void {
  if (wanted === undefined) return;
  const other = wanted ? 0 : bit;
  for (let i = 0; i < mask.length; i++) if (((marks[i] as number) & bit) === other) mask[i] = 0;
}
