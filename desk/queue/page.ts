/** The next entries of the queue: the highest keys among those that pass, without sorting the rest. */
import type { Keys } from './order.ts';

/** Where a page ended: the keys of its last entry, and its id. */
export interface Place {
  readonly keys: readonly [number, number, number];
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

/** @param after the last entry of the page before */
export function pageOf(keys: Keys, size: number, after: Place | null): Page {
  const { ids, first } = keys;
  const best: number[] = [];
  let total = 0;
  let before = 0;
  let worst = -Infinity;
  const look = (j: number): void => {
    const key = first[j] as number;
    if (key === -Infinity) return;
    total++;
    if (after !== null && !follows(keys, j, after)) {
      before++;
      return;
    }
    if (best.length === size) {
      if (key < worst || !comesBefore(keys, j, best[size - 1] as number)) return;
      best.pop();
    }
    insert(best, j, keys);
    if (best.length === size) worst = first[best[size - 1] as number] as number;
  };
  for (let j = 0; j < ids.length; j += STRIDE) look(j);
  for (let from = 0; from < ids.length; from += STRIDE) {
    const to = Math.min(from + STRIDE, ids.length);
    for (let j = from + 1; j < to; j++) look(j);
  }
  const last = best.at(-1);
  const more = total - before > best.length;
  return {
    items: best.map((j) => ids[j] as number),
    total,
    before,
    next: last !== undefined && more ? placeOf(keys, last) : null,
  };
}

const placeOf = ({ ids, first, second, third }: Keys, j: number): Place => ({
  keys: [first[j] ?? 0, second?.[j] ?? 0, third?.[j] ?? 0],
  item: ids[j] ?? 0,
});

function insert(sorted: number[], j: number, keys: Keys): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comesBefore(keys, j, sorted[middle] as number)) high = middle;
    else low = middle + 1;
  }
  sorted.splice(low, 0, j);
}

/** Higher keys first; among equal ones the item that came first. */
function comesBefore({ ids, first, second, third }: Keys, a: number, b: number): boolean {
  const one = (first[a] as number) - (first[b] as number);
  if (one !== 0) return one > 0;
  if (second !== null) {
    const two = (second[a] as number) - (second[b] as number);
    if (two !== 0) return two > 0;
  }
  if (third !== null) {
    const three = (third[a] as number) - (third[b] as number);
    if (three !== 0) return three > 0;
  }
  return (ids[a] as number) < (ids[b] as number);
}

function follows({ ids, first, second, third }: Keys, j: number, { keys, item }: Place): boolean {
  const one = first[j] as number;
  if (one !== keys[0]) return one < keys[0];
  if (second !== null) {
    const two = second[j] as number;
    if (two !== keys[1]) return two < keys[1];
  }
  if (third !== null) {
    const three = third[j] as number;
    if (three !== keys[2]) return three < keys[2];
  }
  return (ids[j] as number) > item;
}
