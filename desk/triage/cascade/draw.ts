import type { Random } from '../../../engine/train/random.ts';

/** `count` of some places, drawn at random without returning, in the order in which they were drawn (Fisher and Yates). */
export function drawn(places: Uint32Array, count: number, random: Random): Uint32Array {
  const left = Uint32Array.from(places);
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (left.length - i));
    const held = left[i] as number;
    left[i] = left[j] as number;
    left[j] = held;
  }
  return left.slice(0, count);
}
