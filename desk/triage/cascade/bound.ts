/**
 * How many flagged texts may be left unread in a part of which a random sample was read. Every text of the part is drawn on its
 * own, with the same chance `share`, and the flagged ones that were drawn count as found. Call the flagged texts from the end of
 * the part to its front trials: that A + 1 of them are left unread before more than d were drawn means that of the last
 * A + 1 + d of them d or fewer were drawn, and the chance of that is binomial. Where it is δ at most, A are left at most: Clopper
 * and Pearson's one-sided bound ("The use of confidence or fiducial limits", Biometrika 26, 1934), less what was drawn.
 *
 * The part may be looked at again while it shrinks, if texts leave it in an order that does not depend on what was drawn. Each
 * look that would wrongly allow A finds more than A unread behind it with no more drawn than it allows for; then that is also so
 * at the text that is the A + 1st unread one from the end, since fewer were drawn behind that. The order and A settle which
 * chance this has, however often somebody looks: δ for all looks together.
 */
import { betaCdf } from '../../insight/beta.ts';

/** P(`drawn` of `all` or fewer are drawn), each with a chance of `share`; defined between whole numbers, too. */
const chanceOfSoFew = (drawn: number, all: number, share: number): number =>
  drawn >= all ? 1 : betaCdf(1 - share, all - drawn, drawn + 1);

/**
 * Flagged texts of a part that are left unread at most, with a chance of 1 − δ.
 * @param drawn flagged texts among those that were drawn
 * @param share chance of each text to be drawn, above 0
 */
export function mostLeft(drawn: number, share: number, delta: number): number {
  if (share >= 1) return 0;
  let low = 0;
  let high = 1;
  while (chanceOfSoFew(drawn, drawn + high, share) > delta) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (chanceOfSoFew(drawn, drawn + middle, share) > delta) low = middle;
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
const FIRST = 0.6;

export function ladder(first: number, delta: number): readonly Rung[] {
  const rungs: Rung[] = [{ share: first, delta: FIRST * delta }];
  let left = (1 - FIRST) * delta;
  for (let share = GROWTH * first; share < 1; share *= GROWTH) {
    left /= 2;
    rungs.push({ share, delta: left });
  }
  return rungs;
}

/** An expectation is easily too low, and a second draw costs more than a first one that is somewhat too large. */
const PRUDENCE = 1.5;

/**
 * Share that is to be drawn first where `expected` flagged texts are and `allowed` may be; 1 where only reading all would do. Plans
 * for more than is expected, and does not take what will be drawn off what is left, as the bound does.
 */
export function shareFor(expected: number, allowed: number, delta: number): number {
  let low = 0;
  let high = 1;
  while (high - low > 1e-3 * high) {
    const middle = (low + high) / 2;
    if (chanceOfSoFew(middle * PRUDENCE * expected, allowed + 1, middle) <= FIRST * delta) high = middle;
    else low = middle;
  }
  return high;
}

/** Texts that may be left where `found` flagged ones were found, so that they are the share `target` of all. */
export const allowedLeft = (found: number, target: number): number =>
  Math.floor((found * (1 - target)) / target + 1e-9);
