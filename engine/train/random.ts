/**
 * Seeded random numbers, so that every draw in training and evaluation can be made again from its seed.
 * Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, period 2^32; for sampling, not for keys.
 */
export type Random = () => number;

/** Gives numbers in [0, 1). Equal seeds give equal sequences on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A list whose members can change places: an array, or a typed one. */
interface Places<T> {
  readonly length: number;
  [place: number]: T;
}

/** Draws `count` of `items` to the end of the list, the first one last (Fisher–Yates). */
function drawToEnd<T>(items: Places<T>, count: number, random: Random): void {
  for (let i = items.length - 1; i >= items.length - count; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = items[i] as T;
    items[i] = items[j] as T;
    items[j] = held;
  }
}

/** Shuffles `items` in place and returns them. */
export function shuffle<T>(items: T[], random: Random): T[] {
  // The one that is left at last has no choice.
  drawToEnd(items, items.length - 1, random);
  return items;
}

/** `count` of some numbers, drawn at random without returning, in the order in which they were drawn. */
export function drawn(numbers: Uint32Array, count: number, random: Random): Uint32Array {
  const left = Uint32Array.from(numbers);
  drawToEnd(left, count, random);
  return left.subarray(left.length - count).reverse();
}
