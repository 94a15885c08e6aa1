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
  // All of them is all of them, and no share is above 1, whatever the last digit says.
  const low = Math.max(0, Math.min(value, (middle - spread) / scale));
  const high = Math.min(1, Math.max(value, (middle + spread) / scale));
  return { value, low, high };
}
