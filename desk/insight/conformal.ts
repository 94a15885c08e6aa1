/**
 * Thresholds with a promise that needs no model to be right: split conformal prediction (Vovk et al. 2005), for abuse alone,
 * so that it holds for abuse and not only on average (class-conditional). The audit items that were abuse, and the next
 * abusive message, are alike in everything but chance; so the next one scores below the k-th lowest of n with a chance of
 * k / (n + 1) at most. Where audit items had unequal chances, each counts by its weight, and the next message by the largest
 * of them (after Tibshirani et al. 2019).
 */
import { betaQuantile } from './beta.ts';
import type { Weighed } from './audit-sample.ts';

export interface ConformalThreshold {
  /** share of abuse that scores as high */
  readonly share: number;
  /** null where too few audit items were abuse to promise it */
  readonly threshold: number | null;
  /** what this very threshold catches with 95% confidence; the promise itself is on average over samples */
  readonly surely: number | null;
  /** audit items that were abuse, and how many it takes */
  readonly items: number;
  readonly needed: number;
}

export const SHARES: readonly number[] = [0.9, 0.95, 0.99];

export function conformalThresholds(
  items: readonly Pick<Weighed, 'score' | 'positive' | 'weight'>[],
  shares: readonly number[] = SHARES,
): readonly ConformalThreshold[] {
  const abuse = items.filter(({ positive }) => positive).sort((a, b) => a.score - b.score);
  const next = abuse.reduce((most, { weight }) => Math.max(most, weight), 0);
  const total = abuse.reduce((sum, { weight }) => sum + weight, next);
  return shares.map((share) => {
    // 1 − .95 is a hair more than .05.
    const missed = Math.round((1 - share) * 1e9) / 1e9;
    const needed = Math.ceil(1 / missed - 1e-9) - 1;
    let below = 0;
    let left = next;
    for (const { weight } of abuse) {
      if (left > missed * total * (1 + 1e-12)) break;
      left += weight;
      below++;
    }
    // `below` items may lie under or at the threshold: the last of them is it.
    const threshold = abuse[below - 1]?.score ?? null;
    return {
      share,
      threshold,
      // Of n items the k-th lowest leaves a share of Beta(n + 1 − k, k) above it.
      surely: threshold === null ? null : betaQuantile(0.05, abuse.length + 1 - below, below),
      items: abuse.length,
      needed,
    };
  });
}
