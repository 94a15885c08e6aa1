/** The next entries of the queue: the highest keys among those that pass, without sorting the rest. */
import type { Keys } from './order.ts';

/** Where a page ended: the keys of its last entry, and its id. */
export interface Place {
  readonly keys: readonly [number, number];
  readonly item: number;
}

export interface Page {
  /** ids, in order */
  readonly items: readonly number[];
  /** all that pass, on whatever page */
  readonly total: number;
  /** of all that pass, those before this page */
  readonly before: number;
  /** where the next page begins; null where nothing follows */
  readonly next: Place | null;
}

/** Every so many entries are looked at first, so that the bar is high when the others come, in whatever order they lie. */
const STRIDE = 256;

/**
 * @param ids of all that pass, rising
 * @param after the last entry of the page before
 */
export function pageOf(ids: Uint32Array, keys: Keys, size: number, after: Place | null): Page {
  const best: number[] = [];
  let before = 0;
  let worst = -Infinity;
  let worstSecond = -Infinity;
  const { second } = keys;
  const look = (item: number): void => {
    if (after !== null && !follows(keys, item, after)) {
      before++;
      return;
    }
    if (best.length === size) {
      if (second !== null && firstOf(keys, item) === worst && second(item) < worstSecond) return;
      if (!comesBefore(keys, item, best[size - 1] as number)) return;
      best.pop();
    }
    insert(best, item, keys);
    if (best.length < size) return;
    worst = firstOf(keys, best[size - 1] as number);
    worstSecond = second?.(best[size - 1] as number) ?? 0;
  };
  for (let j = 0; j < ids.length; j += STRIDE) look(ids[j] as number);
  for (let from = 0; from < ids.length; from += STRIDE) {
    const to = Math.min(from + STRIDE, ids.length);
    for (let j = from; (j = nextAbove(worst, ids, keys, j + 1, to)) < to;) look(ids[j] as number);
  }
  const last = best.at(-1);
  const more = ids.length - before > best.length;
  return { items: best, total: ids.length, before, next: last !== undefined && more ? placeOf(keys, last) : null };
}

/**
 * The entry in a place of the order, to begin the next page behind it: found by sorting keys alone.
 * @param rank from 0. @returns null where there are not so many
 */
export function placeAt(ids: Uint32Array, keys: Keys, rank: number): Place | null {
  if (rank < 0 || rank >= ids.length) return null;
  const sorted = Float64Array.from(ids, (item) => firstOf(keys, item)).sort();
  const key = sorted[ids.length - 1 - rank] as number;
  let before = 0;
  const equal = ids.filter((item) => {
    const first = firstOf(keys, item);
    if (first > key) before++;
    return first === key;
  });
  equal.sort((a, b) => (comesBefore(keys, a, b) ? -1 : 1));
  return placeOf(keys, equal[rank - before] as number);
}

/** The next place whose first key is not below what is asked for; `to` where there is none. Nearly all are below. */
function nextAbove(least: number, ids: Uint32Array, { first, through }: Keys, from: number, to: number): number {
  let j = from;
  if (through === null) while (j < to && (first[ids[j] as number] as number) < least) j++;
  else while (j < to && (first[through[ids[j] as number] as number] as number) < least) j++;
  return j;
}

const firstOf = ({ first, through }: Keys, item: number): number =>
  first[through === null ? item : (through[item] as number)] as number;

const placeOf = (keys: Keys, item: number): Place => ({
  keys: [firstOf(keys, item), keys.second?.(item) ?? 0],
  item,
});

function insert(sorted: number[], item: number, keys: Keys): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comesBefore(keys, item, sorted[middle] as number)) high = middle;
    else low = middle + 1;
  }
  sorted.splice(low, 0, item);
}

/** Higher keys first; among equal ones the item that came first. */
function comesBefore(keys: Keys, a: number, b: number): boolean {
  const one = firstOf(keys, a) - firstOf(keys, b);
  if (one !== 0) return one > 0;
  const { second } = keys;
  if (second !== null) {
    const two = second(a) - second(b);
    if (two !== 0) return two > 0;
  }
  return a < b;
}

function follows(keys: Keys, item: number, after: Place): boolean {
  const one = firstOf(keys, item);
  if (one !== after.keys[0]) return one < after.keys[0];
  if (keys.second !== null) {
    const two = keys.second(item);
    if (two !== after.keys[1]) return two < after.keys[1];
  }
  return item > after.item;
}
