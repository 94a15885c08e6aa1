/** What a recall target will cost from here, and where it is best to stop reading in the proxy's order. */
import { allowedLeft, shareFor } from './bound.ts';

export interface Plan {
  /** texts still to be read in the proxy's order */
  readonly ahead: number;
  /** share of the rest to be drawn at random; 0 where nothing but reading all does */
  readonly share: number;
  /** texts to be read in all, about */
  readonly cost: number;
}

/** Cuts that are compared. */
const CUTS = 60;

/**
 * The cheapest way to the target.
 * @param behind flagged texts expected from each place on, of the texts that were not read yet
 * @param found flagged texts so far
 * @param delta what the bound may fail with
 */
export function planFor(behind: Float64Array, found: number, target: number, delta: number): Plan {
  const count = behind.length - 1;
  const inAll = found + (behind[0] as number);
  let best: Plan = { ahead: count, share: 0, cost: count };
  for (let cut = 0; cut < CUTS; cut++) {
    const ahead = Math.round((count * cut * cut) / (CUTS * CUTS));
    const expected = behind[ahead] as number;
    const share = shareFor(expected, allowedLeft(inAll - expected, target), delta);
    const cost = ahead + share * (count - ahead);
    if (cost < best.cost) best = { ahead, share, cost };
  }
  return best;
}
