/**
 * The objective of logistic regression, its gradient, and what makes raw features ready for it.
 *   z = (x − mean) / deviation;  W z + b = (W / deviation) x + (b − W mean / deviation)
 * so the features are never copied: each evaluation folds the scaling into the weights.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Objective } from './lbfgs.ts';
import { sampleCovariance, WIDEST_METRIC, type Covariance } from './metric.ts';
import { dotRow, type Features, type LinearHead } from '../../score/linear-head.ts';
import { lossAndError, oneHot, vectorsOf } from './log-loss.ts';

/** Input that no head can be fitted to. The message says which row, column or class. */
export class LogisticError extends Error {
  override readonly name = 'LogisticError';
}

export interface Labelled {
  readonly features: Features;
  /** class of each row, 0 … classes − 1 */
  readonly labels: ArrayLike<number>;
}

/** `balanced`: n / (classes · n_of_class), so that each class weighs the same in sum. */
export type ClassWeights = 'balanced' | 'none' | readonly number[];

export interface LossOptions {
  readonly classes: number;
  readonly classWeights: ClassWeights;
  /** a further weight of each row, for samples that stand for more or fewer than themselves */
  readonly rowWeights?: ArrayLike<number>;
}

/** Multiply-adds between two breaths of the event loop: some 20 ms. */
const BREATH = 20_000_000;

/** Rows whose gradients are added at once. */
const BLOCK = 4;

/** Training data made ready: checked, weighted, with the scaling of its columns. */
export interface LogisticProblem {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  /** rows × classes, 1 at each row's class */
  readonly targets: Float32Array;
  /** weight of each row, summing to 1 */
  readonly rowWeights: Float64Array;
  readonly mean: Float64Array;
  /** 1 / deviation, 0 for a column that never changes: its weight stays 0 */
  readonly inverse: Float64Array;
  /** undefined for features too wide for it to pay */
  readonly covariance: Covariance | undefined;
}

/** Throws LogisticError for input that cannot be fitted, and the signal's reason when aborted. */
export async function prepareLogistic(
  train: Labelled,
  options: LossOptions,
  signal?: AbortSignal,
): Promise<LogisticProblem> {
  const { features, labels } = train;
  const { classes } = options;
  const { values, rows, columns } = features;
  const ofClass = checkLabels(train, classes, 'training');
  const empty = ofClass.indexOf(0);
  if (empty >= 0) {
    throw new LogisticError(
      `Class ${empty} has no training row: a head needs examples of all ${classes} classes. Label some first.`,
    );
  }
  const weightOfClass =
    options.classWeights === 'none'
      ? ofClass.map(() => 1)
      : options.classWeights === 'balanced'
        ? ofClass.map((count) => rows / (classes * count))
        : options.classWeights;
  if (weightOfClass.length !== classes || !weightOfClass.every((weight) => weight > 0 && weight < Infinity)) {
    throw new LogisticError(`Class weights must be ${classes} positive numbers.`);
  }
  const rowWeights = new Float64Array(rows);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const weight = (weightOfClass[labels[row] as number] as number) * (options.rowWeights?.[row] ?? 1);
    if (!(weight >= 0 && weight < Infinity))
      throw new LogisticError(`The weight of row ${row} is not a number from 0.`);
    rowWeights[row] = weight;
    sum += weight;
  }
  if (sum === 0) throw new LogisticError('All rows have weight 0.');
  for (let row = 0; row < rows; row++) rowWeights[row] = (rowWeights[row] as number) / sum;

  const mean = new Float64Array(columns);
  const inverse = new Float64Array(columns);
  const perBreath = Math.max(1, Math.floor(BREATH / columns));
  for (let row = 0; row < rows; row++) {
    if (row % perBreath === 0) await pause(signal);
    for (let column = 0, at = row * columns; column < columns; column++, at++) {
      const value = values[at] as number;
      if (!Number.isFinite(value)) {
        throw new LogisticError(`Feature ${column} of row ${row} is ${value}: a head cannot be fitted to it.`);
      }
      mean[column] = (mean[column] as number) + value / rows;
    }
  }
  for (let row = 0; row < rows; row++) {
    if (row % perBreath === 0) await pause(signal);
    for (let column = 0, at = row * columns; column < columns; column++, at++) {
      const difference = (values[at] as number) - (mean[column] as number);
      inverse[column] = (inverse[column] as number) + (difference * difference) / rows;
    }
  }
  for (let column = 0; column < columns; column++) {
    const deviation = Math.sqrt(inverse[column] as number);
    // A constant column keeps a rest of rounding in its deviation.
    inverse[column] = deviation > 1e-7 * Math.abs(mean[column] as number) && deviation > 1e-30 ? 1 / deviation : 0;
  }
  const covariance =
    columns > WIDEST_METRIC
      ? undefined
      : await sampleCovariance(values, rows, columns, mean, inverse, () => pause(signal));
  const targets = oneHot(labels, classes);
  return { values, rows, columns, classes, targets, rowWeights, mean, inverse, covariance };
}

/** Checks shapes and labels, and counts the rows of each class. */
export function checkLabels({ features, labels }: Labelled, classes: number, part: string): number[] {
  const { values, rows, columns } = features;
  if (!Number.isInteger(classes) || classes < 2) throw new LogisticError('A head needs at least two classes.');
  if (rows === 0 || columns === 0) throw new LogisticError(`There are no ${part} rows.`);
  if (values.length !== rows * columns || labels.length !== rows) {
    throw new LogisticError(
      `The ${part} part does not fit together: ${rows} × ${columns} features said, ${values.length} numbers and ` +
        `${labels.length} labels given.`,
    );
  }
  const ofClass = new Array<number>(classes).fill(0);
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new LogisticError(`The label of ${part} row ${row} is ${label}; it must be 0 to ${classes - 1}.`);
    }
    ofClass[label] = (ofClass[label] as number) + 1;
  }
  return ofClass;
}

/**
 * Value and gradient of the objective. A point is vectors × columns weights for standardised features, then the biases.
 */
export function logisticObjective(problem: LogisticProblem, strength: number, signal?: AbortSignal): Objective {
  const { values, rows, columns, classes, targets, rowWeights, mean, inverse } = problem;
  const vectors = vectorsOf(classes);
  const biasAt = vectors * columns;
  const folded = new Float64Array(vectors * columns);
  const foldedBias = new Float64Array(vectors);
  const logits = new Float64Array(vectors);
  const errors = new Float64Array(vectors * BLOCK);
  const perBreath = Math.max(BLOCK, Math.floor(BREATH / (columns * vectors * 2)));

  return async (point, gradient) => {
    let penalty = 0;
    for (let v = 0; v < vectors; v++) {
      let bias = point[biasAt + v] as number;
      for (let column = 0, at = v * columns; column < columns; column++, at++) {
        const weight = point[at] as number;
        penalty += weight * weight;
        const scaled = weight * (inverse[column] as number);
        folded[at] = scaled;
        bias -= scaled * (mean[column] as number);
      }
      foldedBias[v] = bias;
    }
    gradient.fill(0);
    let loss = 0;
    for (let first = 0; first < rows; first += BLOCK) {
      if (first % perBreath < BLOCK) await pause(signal);
      errors.fill(0);
      for (let row = first; row < Math.min(first + BLOCK, rows); row++) {
        for (let v = 0; v < vectors; v++) {
          logits[v] = (foldedBias[v] as number) + dotRow(values, row * columns, folded, v * columns, columns);
        }
        const weight = rowWeights[row] as number;
        loss += weight * lossAndError(logits, targets, row * classes);
        for (let v = 0; v < vectors; v++) {
          const error = weight * (logits[v] as number);
          gradient[biasAt + v] = (gradient[biasAt + v] as number) + error;
          errors[v * BLOCK + row - first] = error;
        }
      }
      for (let v = 0; v < vectors; v++) addRows(gradient, v * columns, errors, v * BLOCK, values, first, rows, columns);
    }
    for (let v = 0; v < vectors; v++) {
      const error = gradient[biasAt + v] as number;
      for (let column = 0, at = v * columns; column < columns; column++, at++) {
        gradient[at] =
          ((gradient[at] as number) - error * (mean[column] as number)) * (inverse[column] as number) +
          strength * (point[at] as number);
      }
    }
    return loss + (strength / 2) * penalty;
  };
}

/** The head for features as they came, with every class's own weights. */
export function headAt(problem: LogisticProblem, point: Float64Array): LinearHead {
  const { classes, columns, mean, inverse } = problem;
  const vectors = vectorsOf(classes);
  const weights = new Float32Array(classes * columns);
  const bias = new Float32Array(classes);
  for (let k = 0; k < classes; k++) {
    // Two classes share one vector w: −w/2 and w/2 have the same difference and the smallest norm.
    const v = vectors === 1 ? 0 : k;
    const factor = vectors === 1 ? k - 0.5 : 1;
    let shift = (point[vectors * columns + v] as number) * factor;
    for (let column = 0; column < columns; column++) {
      const scaled = (point[v * columns + column] as number) * (inverse[column] as number) * factor;
      weights[k * columns + column] = scaled;
      shift -= scaled * (mean[column] as number);
    }
    bias[k] = shift;
  }
  return { classes, columns, weights, bias };
}

/** Adds BLOCK rows, each times its error, to the gradient: one pass over the gradient instead of four. */
function addRows(
  gradient: Float64Array,
  at: number,
  errors: Float64Array,
  errorsAt: number,
  values: Float32Array,
  first: number,
  rows: number,
  columns: number,
): void {
  // Past the end the error is zero, and any row will do.
  const last = rows - 1;
  const r0 = first * columns;
  const r1 = Math.min(first + 1, last) * columns;
  const r2 = Math.min(first + 2, last) * columns;
  const r3 = Math.min(first + 3, last) * columns;
  const e0 = errors[errorsAt] as number;
  const e1 = errors[errorsAt + 1] as number;
  const e2 = errors[errorsAt + 2] as number;
  const e3 = errors[errorsAt + 3] as number;
  for (let i = 0; i < columns; i++) {
    gradient[at + i] =
      (gradient[at + i] as number) +
      (e0 * (values[r0 + i] as number) + e1 * (values[r1 + i] as number)) +
      (e2 * (values[r2 + i] as number) + e3 * (values[r3 + i] as number));
  }
}

/** Lets messages in and out, and ends the work when it was cancelled. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await breathe();
  signal?.throwIfAborted();
}
