/** What a recall target will cost from here, and where it is best to stop reading in the proxy's order. */
import { allowedLeft, sampleSize } from './bound.ts';

export interface Plan {
  /** texts still to be read in the proxy's order */
  readonly ahead: number;
  /** texts then drawn at random from the rest, about */
  readonly drawn: number;
  /** flagged texts expected in that rest */
  readonly expected: number;
}

export const costOf = ({ ahead, drawn }: Plan): number => ahead + drawn;

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
  let best: Plan = { ahead: count, drawn: 0, expected: 0 };
  for (let cut = 0; cut < CUTS; cut++) {
    const plan = planAt(Math.round((count * cut * cut) / (CUTS * CUTS)), behind, found, target, delta);
    if (plan !== null && costOf(plan) < costOf(best)) best = plan;
  }
  return best;
}

/** The plan with its cut behind so many texts; null where more would be left than the target allows. */
export function planAt(ahead: number, behind: Float64Array, found: number, target: number, delta: number): Plan | null {
  const rest = behind.length - 1 - ahead;
  const expected = behind[ahead] as number;
  const allowed = allowedLeft(found + (behind[0] as number) - expected, target);
  if (rest === 0 || expected >= allowed) return null;
  return { ahead, drawn: sampleSize(rest, allowed, expected, delta), expected };
}
