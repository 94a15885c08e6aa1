import type { Figure } from './evaluation.ts';

/** 97.5% of a standard normal distribution lie below. */
const Z = 1.959963984540054;

/**
 * A share with its 95% interval after Wilson (1927), which also holds for few and for all or none. NaN of nothing.
 */
export function proportion(hits: number, total: number): Figure {
  const value = hits / total;
  const middle = value + (Z * Z) / (2 * total);
  const spread = Z * Math.sqrt((value * (1 - value)) / total + (Z * Z) / (4 * total * total));
  const scale = 1 + (Z * Z) / total;
  return { value, low: (middle - spread) / scale, high: (middle + spread) / scale };
}
