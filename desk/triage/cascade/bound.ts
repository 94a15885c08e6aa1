/**
 * How many flagged texts a part can hold of which only a random sample was read. Every text of the part was drawn on its own, with
 * the same chance `share`; so of K flagged ones Binomial(K, share) were drawn, wherever they stand and however many others there
 * are. Clopper and Pearson's one-sided bound on K follows ("The use of confidence or fiducial limits", Biometrika 26, 1934):
 * the largest K of which so few would be drawn with a chance above δ.
 *
 * The part may be looked at again while it shrinks. If texts leave it in an order that does not depend on what was drawn, both
 * the flagged ones in it and the drawn of them only get fewer. That the bound allows some number A, while more than A are
 * there, is possible at any moment only if the bound is below the truth at the last moment at which more than A are there: one
 * moment, which the draws do not choose, and so a chance of δ for all looks together.
 */
import { betaCdf } from '../../insight/beta.ts';

/** P(`drawn` of `all` or fewer are drawn), each with a chance of `share`; defined between whole numbers, too. */
const chanceOfSoFew = (drawn: number, all: number, share: number): number =>
  drawn >= all ? 1 : betaCdf(1 - share, all - drawn, drawn + 1);

/**
 * Flagged texts of a part at most, those that were drawn included, with a chance of 1 − δ.
 * @param drawn flagged texts among those that were drawn
 * @param share chance of each text to be drawn, above 0
 */
export function mostFlagged(drawn: number, share: number, delta: number): number {
  if (share >= 1) return drawn;
  let low = drawn;
  let high = drawn + 1;
  while (chanceOfSoFew(drawn, high, share) > delta) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (chanceOfSoFew(drawn, middle, share) > delta) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Shares of a part that are drawn one after another until the bound is low enough: they are settled before the first draw, and
 * each has its own part of what the bounds together may fail with.
 */
export interface Rung {
  readonly share: number;
  readonly delta: number;
}

const GROWTH = 1.4;
/** Of δ for the first rung; every other one gets half of what is left. */
const FIRST = 0.8;

export function ladder(first: number, delta: number): readonly Rung[] {
  const rungs: Rung[] = [{ share: first, delta: FIRST * delta }];
  let left = (1 - FIRST) * delta;
  for (let share = GROWTH * first; share < 1; share *= GROWTH) {
    left /= 2;
    rungs.push({ share, delta: left });
  }
  return rungs;
}

/** Share that is to be drawn first where `expected` flagged texts are and `allowed` may be; 1 where only reading all would do. */
export function shareFor(expected: number, allowed: number, delta: number): number {
  let low = 0;
  let high = 1;
  while (high - low > 1e-3 * high) {
    const middle = (low + high) / 2;
    if (chanceOfSoFew(middle * expected, allowed + 1, middle) <= FIRST * delta) high = middle;
    else low = middle;
  }
  return high;
}

/** Texts that may be left where `found` flagged ones were found, so that they are the share `target` of all. */
export const allowedLeft = (found: number, target: number): number =>
  Math.floor((found * (1 - target)) / target + 1e-9);
