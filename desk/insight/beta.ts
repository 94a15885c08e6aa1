/** The beta distribution: what is known of a rate after so many of so many. */
import { lnBeta } from './gamma.ts';

/** Steps of the continued fraction; it needs about √max(a, b). */
const MOST_STEPS = 10_000;
const TINY = 1e-300;

/** P(X ≤ x) for X ~ Beta(a, b): the regularised incomplete beta function, by its continued fraction (DLMF 8.17.22). */
export function betaCdf(x: number, a: number, b: number): number {
  return x <= 0 ? 0 : x >= 1 ? 1 : below(x, a, b, -lnBeta(a, b));
}

/** @param scale −ln B(a, b) */
function below(x: number, a: number, b: number, scale: number): number {
  // The fraction converges fast below the mean; above it the other tail is computed.
  if (x > (a + 1) / (a + b + 2)) return 1 - below(1 - x, b, a, scale);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + scale) / a;
  let c = 1;
  let d = away(1 - ((a + b) * x) / (a + 1));
  let fraction = 1 / d;
  d = fraction;
  for (let m = 1; m < MOST_STEPS; m++) {
    let step = 1;
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      step = c * d;
      fraction *= step;
    }
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return front * fraction;
}

const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

/** The x with P(X ≤ x) = p for X ~ Beta(a, b), by bisection. */
export function betaQuantile(p: number, a: number, b: number): number {
  const scale = -lnBeta(a, b);
  let low = 0;
  let high = 1;
  for (let middle = 0.5; high - low > 1e-12 * high; middle = (low + high) / 2) {
    if (below(middle, a, b, scale) < p) low = middle;
    else high = middle;
    if (high < 1e-15) return 0;
  }
  return (low + high) / 2;
}
