const STEP = 4;

/** The multiple of 4 that products of this many rows or columns are computed with. */
export const paddedSize = (n: number): number => Math.ceil(n / STEP) * STEP;
