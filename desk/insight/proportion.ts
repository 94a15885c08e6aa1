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
  // All of them is all of them, whatever the last digit says.
  return { value, low: Math.min(value, (middle - spread) / scale), high: Math.max(value, (middle + spread) / scale) };
}
