/**
 * Logistic regression that goes on from a head: what is held small is how far the weights move from it, not the weights:
 *   minimise  mean loss(W0 + D) + (λ / 2) ‖D‖²
 * in standardised features, as in logistic.ts. With few rows the head stays what it was; from W0 = 0 it is a plain fit.
 */
import type { LinearHead } from '../../score/linear-head.ts';
import { minimise } from './lbfgs.ts';
import { headAt, LogisticError, logisticObjective, prepareLogistic } from './logistic-problem.ts';
import type { Labelled, LogisticProblem, LossOptions } from './logistic-problem.ts';

export interface LogisticFromOptions extends Pick<LossOptions, 'classWeights'> {
  /** λ: how strongly the head is held to where it starts, per unit of mean loss */
  readonly strength: number;
  readonly signal?: AbortSignal | undefined;
}

const TOLERANCE = 1e-4;
const MOST_ITERATIONS = 200;

/**
 * A head of two classes. Deterministic. @param start null: zero
 * @throws LogisticError for input that cannot be fitted, and the signal's reason when aborted
 */
export async function fitLogisticFrom(
  train: Labelled,
  start: LinearHead | null,
  { classWeights, strength, signal }: LogisticFromOptions,
): Promise<LinearHead> {
  const problem = await prepareLogistic(train, { classes: 2, classWeights }, signal);
  const { columns } = problem;
  if (start !== null && (start.columns !== columns || start.classes !== 2))
    throw new LogisticError(
      `The head to go on from has ${start.columns} columns and ${start.classes} classes, not ${columns} and 2.`,
    );
  const loss = logisticObjective(problem, 0, signal);
  const from = start === null ? new Float64Array(columns + 1) : pointOf(start, problem);
  const at = new Float64Array(columns + 1);
  const { point } = await minimise(
    async (moved, gradient) => {
      for (let i = 0; i <= columns; i++) at[i] = (from[i] as number) + (moved[i] as number);
      const value = await loss(at, gradient);
      let penalty = 0;
      for (let i = 0; i < columns; i++) {
        const by = moved[i] as number;
        gradient[i] = (gradient[i] as number) + strength * by;
        penalty += by * by;
      }
      return value + (strength / 2) * penalty;
    },
    new Float64Array(columns + 1),
    { tolerance: TOLERANCE, maxIterations: MOST_ITERATIONS },
    { signal },
  );
  return headAt(
    problem,
    point.map((moved, i) => moved + (from[i] as number)),
  );
}

/** A head as a point for standardised features: undoes `headAt`. */
function pointOf({ weights, bias }: LinearHead, { columns, mean, inverse }: LogisticProblem): Float64Array {
  const point = new Float64Array(columns + 1);
  let shift = (bias[1] as number) - (bias[0] as number);
  for (let column = 0; column < columns; column++) {
    const weight = (weights[columns + column] as number) - (weights[column] as number);
    const scale = inverse[column] as number;
    // A column that never changes among these rows says the same of all of them.
    point[column] = scale === 0 ? 0 : weight / scale;
    shift += weight * (mean[column] as number);
  }
  point[columns] = shift;
  return point;
}
