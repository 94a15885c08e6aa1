/**
 * A first guess of the curvature of logistic regression, for L-BFGS to start from. The states of a language model are
 * strongly correlated, and plain L-BFGS needs hundreds of passes for them; in this metric it needs some twenty.
 *   Hessian of one weight vector ≈ p (1 − p) · ((1 − ρ) Covariance + ρ I) + λ I
 * with the covariance of standardised features from a sample of rows, and ρ shrinking it where the sample is small.
 */

/** Rows that the covariance is taken from, evenly spaced. */
const SAMPLE = 4096;
/** Wider features cost more than the metric saves. */
export const WIDEST_METRIC = 1024;

/** Symmetric columns × columns; only the lower half is filled. */
export interface Covariance {
  readonly columns: number;
  readonly lower: Float64Array;
}

/**
 * Covariance of (x − mean) · inverse over a sample of rows.
 * values: rows × columns, row-major. `breathe` is awaited some fifty times.
 */
export async function sampleCovariance(
  values: Float32Array,
  rows: number,
  columns: number,
  mean: Float64Array,
  inverse: Float64Array,
  breathe: () => Promise<void>,
): Promise<Covariance> {
  const sampled = Math.min(rows, SAMPLE);
  const lower = new Float64Array(columns * columns);
  const z = new Float64Array(columns);
  for (let taken = 0; taken < sampled; taken++) {
    if (taken % 64 === 0) await breathe();
    const at = Math.floor((taken * rows) / sampled) * columns;
    for (let i = 0; i < columns; i++) {
      z[i] = ((values[at + i] as number) - (mean[i] as number)) * (inverse[i] as number);
    }
    for (let i = 0; i < columns; i++) {
      const factor = z[i] as number;
      const row = i * columns;
      for (let j = 0; j <= i; j++) lower[row + j] = (lower[row + j] as number) + factor * (z[j] as number);
    }
  }
  const shrinkage = columns / (columns + sampled);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j <= i; j++) {
      const at = i * columns + j;
      lower[at] = ((1 - shrinkage) * (lower[at] as number)) / sampled + (i === j ? shrinkage : 0);
    }
  }
  return { columns, lower };
}

/**
 * Applies the inverse of the guessed Hessian, in place, to a point of `vectors` × columns weights and then the biases.
 * `curvature` is p (1 − p) for the average row.
 */
export function inverseCurvature(
  covariance: Covariance,
  vectors: number,
  curvature: number,
  strength: number,
): (point: Float64Array) => void {
  const { columns, lower } = covariance;
  const factor = new Float64Array(columns * columns);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = curvature * (lower[i * columns + j] as number) + (i === j ? strength : 0);
      for (let k = 0; k < j; k++) sum -= (factor[i * columns + k] as number) * (factor[j * columns + k] as number);
      // Positive by the shrinkage; the floor guards against rounding alone.
      factor[i * columns + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (factor[j * columns + j] as number);
    }
  }
  return (point) => {
    for (let v = 0; v < vectors; v++) solve(factor, columns, point, v * columns);
    for (let v = 0; v < vectors; v++) {
      point[vectors * columns + v] = (point[vectors * columns + v] as number) / curvature;
    }
  };
}

/** Solves L Lᵀ x = b in place for the part of `point` that starts at `at`. */
function solve(factor: Float64Array, columns: number, point: Float64Array, at: number): void {
  for (let i = 0; i < columns; i++) {
    let sum = point[at + i] as number;
    for (let j = 0; j < i; j++) sum -= (factor[i * columns + j] as number) * (point[at + j] as number);
    point[at + i] = sum / (factor[i * columns + i] as number);
  }
  for (let i = columns - 1; i >= 0; i--) {
    const value = (point[at + i] as number) / (factor[i * columns + i] as number);
    point[at + i] = value;
    for (let j = 0; j < i; j++) {
      point[at + j] = (point[at + j] as number) - (factor[i * columns + j] as number) * value;
    }
  }
}
