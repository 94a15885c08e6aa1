/** Bounds that reader and writer share. */

export const DEFAULT_ALIGNMENT = 32;
export const MAX_ALIGNMENT = 2 ** 20;
/** bytes; GGML_MAX_NAME is 64 with the closing NUL */
export const MAX_TENSOR_NAME = 63;
/** GGML_MAX_DIMS */
export const MAX_DIMENSIONS = 4;
/** The largest models have some thousands of tensors and some dozens of keys. */
export const MAX_RECORDS = 2 ** 16;
/** bytes, from the format's description */
export const MAX_KEY = 2 ** 16 - 1;

export const isAlignment = (n: number): boolean => n >= 1 && n <= MAX_ALIGNMENT && (n & (n - 1)) === 0;

/** The first multiple of `alignment` from `n` on. */
export const padTo = (n: number, alignment: number): number => Math.ceil(n / alignment) * alignment;
