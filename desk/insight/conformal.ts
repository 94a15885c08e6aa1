/**
 * Thresholds with a promise that needs no model to be right: split conformal prediction (Vovk et al. 2005), for abuse alone,
 * so that it holds for abuse and not only on average (class-conditional). The audit items that were abuse, and the next
 * abusive message, are alike in everything but chance; so the next one scores below the k-th lowest of n with a chance of
 * k / (n + 1) at most. Where audit items had unequal chances, each counts by its weight, and the next message by the largest
 * of them (after Tibshirani et al. 2019).
 *
 * What one threshold catches for sure: of n items of equal weight the k-th lowest leaves a share of Beta(n + 1 − k, k) above it
 * (the distribution of an order statistic). Of unequal ones n is their effective number (Kish 1965) and k the weight up to
 * the threshold, in the same unit.
 */
import { betaQuantile } from './beta.ts';
import type { Weighed } from './audit-sample.ts';

export interface ConformalThreshold {
  /** share of abuse that scores as high */
  readonly share: number;
  /** null where too few audit items were abuse to promise it */
  readonly threshold: number | null;
  /**
   * what this very threshold catches with 95% confidence; the promise itself is on average over samples. Null also where weights
   * are too unequal to say so
   */
  readonly surely: number | null;
  /** audit items that were abuse, and how many it takes while they weigh as unequally as they do now: fewer, and no threshold */
  readonly items: number;
  readonly needed: number;
  /** more are needed than of items that each stand for the same number of messages */
  readonly uneven: boolean;
}

/** Effective number of items by their number, below which nothing is said to be sure. */
const LEAST_EFFECTIVE = 0.75;

export const SHARES: readonly number[] = [0.9, 0.95, 0.99];

export function conformalThresholds(
  items: readonly Pick<Weighed, 'score' | 'positive' | 'weight'>[],
  shares: readonly number[] = SHARES,
): readonly ConformalThreshold[] {
  const abuse = items.filter(({ positive }) => positive).sort((a, b) => a.score - b.score);
  const next = abuse.reduce((most, { weight }) => Math.max(most, weight), 0);
  const total = abuse.reduce((sum, { weight }) => sum + weight, next);
  const own = total - next;
  const effective = own ** 2 / abuse.reduce((sum, { weight }) => sum + weight ** 2, 0);
  return shares.map((share) => {
    // 1 − .95 is a hair more than .05.
    const missed = Math.round((1 - share) * 1e9) / 1e9;
    // The next message may weigh as much as the heaviest item; all items together must outweigh that 1/missed − 1 times.
    const each = Math.ceil(1 / missed - 1e-9) - 1;
    const needed = abuse.length === 0 ? each : Math.ceil((1 / missed - 1) * (next / (own / abuse.length)) - 1e-9);
    let below = 0;
    let left = next;
    for (const { weight } of abuse) {
      if (left > missed * total * (1 + 1e-12)) break;
      left += weight;
      below++;
    }
    // `below` items may lie under or at the threshold: the last of them is it.
    const threshold = abuse[below - 1]?.score ?? null;
    const upTo = abuse.reduce(
      (sum, { score, weight }) => sum + (threshold !== null && score <= threshold ? weight : 0),
      0,
    );
    const k = Math.max(1, (upTo / own) * effective);
    const isEven = effective >= LEAST_EFFECTIVE * abuse.length;
    return {
      share,
      threshold,
      surely: threshold === null || !isEven ? null : betaQuantile(0.05, effective + 1 - k, k),
      items: abuse.length,
      needed,
      uneven: needed > each,
    };
  });
}
