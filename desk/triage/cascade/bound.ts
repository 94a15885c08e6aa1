/**
 * How many flagged texts can be left in a part of which only a random sample was read: an upper bound that holds at every
 * moment at once, so that the sample may end as soon as the bound is low enough, without paying for the looks before.
 *
 * Texts are drawn without returning from a part of N of which K are flagged, n so far, x of them flagged. For every K
 *   M(K) = m(x, n) / p(x, n | K),   p = C(N − n, K − x) / C(N, K),   m = B(a + x, b + n − x) / B(a, b)
 * is a martingale that starts at 1 while K is the truth (the prior-posterior-ratio martingale of Waudby-Smith and Ramdas,
 * "Confidence sequences for sampling without replacement", NeurIPS 2020): p is the probability of what was drawn, m the same
 * under a beta-binomial guess. By Ville's inequality it ever reaches 1/δ with probability δ at most. So the true K is, at
 * all times at once and with probability 1 − δ, among those with M(K) < 1/δ. The guess (a, b) changes how soon a bound
 * is low, never whether it holds; it must not rest on the sample itself.
 */
import { lnBeta, lnGamma } from '../../insight/gamma.ts';

export interface Guess {
  /** share of the part that is expected to be flagged, above 0 */
  readonly share: number;
}

/** Strength of the guess: one flagged text's worth, so that it may be wrong by a factor of three and cost little. */
const STRENGTH = 1;
/** A guess of none at all would make the first flagged text of the sample a miracle. */
const LEAST_SHARE = 1e-7;

export class TailBound {
  readonly size: number;
  readonly #a: number;
  readonly #b: number;
  readonly #needed: number;
  drawn = 0;
  flagged = 0;

  /**
   * @param size texts of the part, N
   * @param delta probability with which the bound may ever be wrong, δ
   */
  constructor(size: number, guess: Guess, delta: number) {
    this.size = size;
    const share = Math.min(0.5, Math.max(guess.share, LEAST_SHARE));
    this.#a = STRENGTH;
    this.#b = STRENGTH / share - STRENGTH;
    this.#needed = -Math.log(delta);
  }

  note(flagged: boolean): void {
    this.drawn++;
    if (flagged) this.flagged++;
  }

  /** Flagged texts of the part that were not drawn, at most. */
  get left(): number {
    const { size, drawn, flagged } = this;
    // Above the most likely K the evidence only rises: the bound is the last K below the first that is ruled out.
    let low = Math.min(size - drawn + flagged, Math.max(flagged, Math.ceil((flagged * size) / Math.max(drawn, 1))));
    let high = size - drawn + flagged + 1;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.evidenceAgainst(middle) >= this.#needed) high = middle;
      else low = middle;
    }
    return low - flagged;
  }

  /** ln M(K) */
  evidenceAgainst(flaggedInAll: number): number {
    const { size, drawn, flagged } = this;
    if (flaggedInAll < flagged || flaggedInAll - flagged > size - drawn) return Infinity;
    return (
      lnGuessed(this.#a, this.#b, drawn, flagged) -
      (lnChoose(size - drawn, flaggedInAll - flagged) - lnChoose(size, flaggedInAll))
    );
  }
}

/** Texts that a sample will take until no more than `allowed` can be left, where `expected` are; Infinity where it never will. */
export function sampleSize(size: number, allowed: number, expected: number, delta: number): number {
  if (allowed < 1) return size;
  const share = Math.min(0.5, Math.max(expected / size, LEAST_SHARE));
  const [a, b] = [STRENGTH, STRENGTH / share - STRENGTH];
  const isEnough = (n: number): boolean => {
    const x = (n * expected) / size;
    const bad = x + allowed + 1;
    if (bad - x > size - n) return true;
    return lnGuessed(a, b, n, x) - (lnChoose(size - n, bad - x) - lnChoose(size, bad)) >= -Math.log(delta);
  };
  let low = 0;
  let high = size;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Texts that may be left where `found` flagged ones were found, so that they are the share `target` of all. */
export const allowedLeft = (found: number, target: number): number =>
  Math.floor((found * (1 - target)) / target + 1e-9);

/** ln of the probability of one order of x flagged among n, under the guess. */
const lnGuessed = (a: number, b: number, n: number, x: number): number => lnBeta(a + x, b + n - x) - lnBeta(a, b);

const lnChoose = (n: number, k: number): number => lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);
