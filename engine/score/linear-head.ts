/**
 * A linear head on frozen states: logits = W x + b, probabilities = softmax(logits).
 */

/** `values` is rows × columns, row-major: one pooled state a row. */
export interface Features {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** logits = weights · x + bias on the features as they came; softmax of them are the probabilities. */
export interface LinearHead {
  readonly classes: number;
  readonly columns: number;
  /** classes × columns, row-major. In a GGUF this is a tensor of ne = (columns, classes). */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Some rows of features, in the order in which they are named. */
export function rowsOf({ values, columns }: Features, rows: readonly number[]): Features {
  const own = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => own.set(values.subarray(row * columns, (row + 1) * columns), i * columns));
  return { values: own, rows: rows.length, columns };
}

/** A head and features that do not belong together. */
export class LinearHeadError extends Error {
  override readonly name = 'LinearHeadError';
}

/** Probabilities, rows × classes. Throws LinearHeadError when the widths differ. */
export function predictLinear(head: LinearHead, features: Features): Float32Array {
  const { classes, columns, weights, bias } = head;
  if (features.columns !== columns) {
    throw new LinearHeadError(`The head was fitted to ${columns} columns, but the features have ${features.columns}.`);
  }
  const probabilities = new Float32Array(features.rows * classes);
  const logits = new Float64Array(classes);
  for (let row = 0; row < features.rows; row++) {
    const at = row * columns;
    for (let k = 0; k < classes; k++) {
      logits[k] = (bias[k] as number) + dotRow(features.values, at, weights, k * columns, columns);
    }
    softmax(logits);
    probabilities.set(logits, row * classes);
  }
  return probabilities;
}

/** The most probable class of each row; the first of equals. */
export function argMax(probabilities: Float32Array, classes: number): Int32Array {
  const best = new Int32Array(probabilities.length / classes);
  for (let row = 0; row < best.length; row++) {
    let at = 0;
    for (let k = 1; k < classes; k++) {
      if ((probabilities[row * classes + k] as number) > (probabilities[row * classes + at] as number)) at = k;
    }
    best[row] = at;
  }
  return best;
}

/** Turns logits into probabilities in place; the largest is taken off first, so that none overflows. */
export function softmax(logits: Float64Array): void {
  let largest = -Infinity;
  for (let k = 0; k < logits.length; k++) largest = Math.max(largest, logits[k] as number);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    const power = Math.exp((logits[k] as number) - largest);
    logits[k] = power;
    sum += power;
  }
  for (let k = 0; k < logits.length; k++) logits[k] = (logits[k] as number) / sum;
}

/** Σ a[aAt + i] · b[bAt + i] for i < length; four sums at once, because a single one waits for each addition. */
export function dotRow(
  a: Float32Array | Float64Array,
  aAt: number,
  b: Float32Array | Float64Array,
  bAt: number,
  length: number,
): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += (a[aAt + i] as number) * (b[bAt + i] as number);
    s1 += (a[aAt + i + 1] as number) * (b[bAt + i + 1] as number);
    s2 += (a[aAt + i + 2] as number) * (b[bAt + i + 2] as number);
    s3 += (a[aAt + i + 3] as number) * (b[bAt + i + 3] as number);
  }
  for (; i < length; i++) s0 += (a[aAt + i] as number) * (b[bAt + i] as number);
  return s0 + s1 + (s2 + s3);
}
