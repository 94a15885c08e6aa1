/** Whether the scores of an import are those that one had before: population stability index, and Kolmogorov and Smirnov's test. */
import { STABILITY } from '../contract/stability.ts';

export interface Drift {
  /** messages with a score, before and now */
  readonly before: number;
  readonly now: number;
  /** Σ (share now − share before) · ln(share now / share before) over tenths of what was before */
  readonly psi: number;
  /** largest difference of the two cumulative shares */
  readonly ks: number;
  /** that chance alone makes it as large */
  readonly p: number;
  readonly verdict: 'alike' | 'moved' | 'moved much' | 'too few';
  /** mean scores */
  readonly means: { readonly before: number; readonly now: number };
}

/** Of many imports one would move by chance: it takes more than 5%. */
const SIGNIFICANT = 0.01;
const LEAST = 50;
const PARTS = 10;

/** @param compared how many imports are looked at together (Bonferroni) */
export function driftOf(before: ArrayLike<number>, now: ArrayLike<number>, compared = 1): Drift {
  const a = Float64Array.from(before).sort();
  const b = Float64Array.from(now).sort();
  const means = { before: mean(a), now: mean(b) };
  const psi = stabilityIndex(a, b);
  const ks = kolmogorovSmirnov(a, b);
  const p = Math.min(1, compared * chanceOf(ks, a.length, b.length));
  const isFew = a.length < LEAST || b.length < LEAST;
  const moved = p <= SIGNIFICANT && psi >= STABILITY.some;
  return {
    before: a.length,
    now: b.length,
    psi,
    ks,
    p,
    means,
    verdict: isFew ? 'too few' : !moved ? 'alike' : psi >= STABILITY.much ? 'moved much' : 'moved',
  };
}

/** Over tenths of `a`; half a message is added to each, so that an empty one has a logarithm. */
function stabilityIndex(a: Float64Array, b: Float64Array): number {
  if (a.length === 0 || b.length === 0) return NaN;
  const edges = [...new Set(Array.from({ length: PARTS - 1 }, (_, i) => a[Math.floor(((i + 1) * a.length) / PARTS)]))];
  const sharesOf = (sorted: Float64Array): readonly number[] => {
    const counts = new Float64Array(edges.length + 1).fill(0.5);
    let part = 0;
    for (const value of sorted) {
      while (part < edges.length && value >= (edges[part] as number)) part++;
      counts[part]! += 1;
    }
    const total = sorted.length + counts.length / 2;
    return Array.from(counts, (count) => count / total);
  };
  const now = sharesOf(b);
  return sharesOf(a).reduce((sum, share, part) => {
    const other = now[part] as number;
    return sum + (other - share) * Math.log(other / share);
  }, 0);
}

function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  let most = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && a[i] === at) i++;
    while (j < b.length && b[j] === at) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}

const TERMS = 100;

/** P(D ≥ ks) for two samples of one distribution, by its limit: 2 Σ (−1)^(k−1) exp(−2 k² λ²), λ = ks √(n m / (n + m)). */
function chanceOf(ks: number, n: number, m: number): number {
  const lambda = ks * Math.sqrt((n * m) / (n + m));
  // The sum does not converge near 0, where the chance is 1.
  if (!(lambda > 0.2)) return 1;
  let sum = 0;
  for (let k = 1; k <= TERMS; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * lambda * lambda);
  return Math.min(1, Math.max(0, sum));
}

const mean = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;
