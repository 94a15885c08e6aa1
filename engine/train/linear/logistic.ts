/**
 * Logistic regression on frozen states, multinomial with L2:
 *   minimise  Σ s_i · −log softmax(W z_i + b)[y_i] / Σ s_i  +  (λ / 2) ‖W‖²,    z = (x − mean) / deviation
 * The bias is not penalised. With two classes one weight vector is fitted, as scikit-learn does: its C is 1 / (λ Σ s_i).
 * Features are standardised without a copy of them: the scaling is folded into the weights of each evaluation and, at
 * the end, into what is returned.
 */
import { minimise } from './lbfgs.ts';
import { argMax, predictLinear, type LinearHead } from '../../score/linear-head.ts';
import {
  checkLabels,
  headAt,
  LogisticError,
  logisticObjective,
  prepareLogistic,
  type Labelled,
  type LogisticProblem,
  type LossOptions,
} from './logistic-problem.ts';
import { vectorsOf } from './log-loss.ts';
import { inverseCurvature } from './metric.ts';
import { confusionOf, macroF1 } from '../macro-f1.ts';

export interface LogisticOptions extends LossOptions {
  /** λ: how strongly weights are held small, per unit of mean loss */
  readonly strength: number;
  /** stop when no component of the gradient is larger; default 1e-5 */
  readonly tolerance?: number;
  /** default 500 */
  readonly maxIterations?: number;
}

export interface LogisticFit {
  readonly head: LinearHead;
  readonly strength: number;
  /** mean loss with the penalty */
  readonly objective: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface LogisticProgress {
  readonly strength: number;
  readonly iteration: number;
  readonly objective: number;
  readonly gradientNorm: number;
}

export interface LogisticHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: LogisticProgress) => void;
}

/**
 * Fits a head for one strength. Deterministic. Throws LogisticError for input that cannot be fitted, and the signal's reason when aborted.
 */
export async function fitLogistic(
  train: Labelled,
  options: LogisticOptions,
  hooks: LogisticHooks = {},
): Promise<LogisticFit> {
  const problem = await prepareLogistic(train, options, hooks.signal);
  return (await fitPoint(problem, options, undefined, hooks)).fit;
}

/**
 * From strong to weak, so that each fit starts near its minimum. A few thousand labels want about 1, tens of thousands
 * a tenth of it or less; the ends leave room on both sides.
 */
export const STRENGTHS: readonly number[] = [30, 10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003];

export interface StrengthTrial {
  readonly strength: number;
  readonly devMacroF1: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface LogisticSelection extends LogisticFit {
  readonly devMacroF1: number;
  /** every strength that was tried, in the order of the grid */
  readonly trials: readonly StrengthTrial[];
}

/**
 * Fits a head for each strength with warm starts and keeps the one with the best macro-F1 on `dev`; among equals the
 * strongest, which is the plainest. Throws as `fitLogistic` does.
 */
export async function selectLogistic(
  train: Labelled,
  dev: Labelled,
  options: Omit<LogisticOptions, 'strength'> & { readonly strengths?: readonly number[] },
  hooks: LogisticHooks = {},
): Promise<LogisticSelection> {
  const strengths = [...(options.strengths ?? STRENGTHS)].sort((a, b) => b - a);
  const problem = await prepareLogistic(train, options, hooks.signal);
  if (dev.features.columns !== problem.columns) {
    throw new LogisticError(
      `The training features have ${problem.columns} columns, but those of dev have ${dev.features.columns}.`,
    );
  }
  checkLabels(dev, options.classes, 'dev');
  let best: LogisticSelection | undefined;
  let start: Float64Array | undefined;
  const trials: StrengthTrial[] = [];
  for (const strength of strengths) {
    const { fit, point } = await fitPoint(problem, { ...options, strength }, start, hooks);
    start = point;
    const predicted = argMax(predictLinear(fit.head, dev.features), options.classes);
    const devMacroF1 = macroF1(confusionOf(dev.labels, predicted, options.classes));
    trials.push({ strength, devMacroF1, iterations: fit.iterations, converged: fit.converged });
    if (best === undefined || devMacroF1 > best.devMacroF1) best = { ...fit, devMacroF1, trials };
  }
  if (best === undefined) throw new LogisticError('No regularisation strength was given to choose from.');
  return best;
}

async function fitPoint(
  problem: LogisticProblem,
  options: LogisticOptions,
  start: Float64Array | undefined,
  hooks: LogisticHooks,
): Promise<{ readonly fit: LogisticFit; readonly point: Float64Array }> {
  const { strength } = options;
  if (!(strength >= 0 && strength < Infinity)) throw new LogisticError('The strength must be a number from 0.');
  const size = vectorsOf(problem.classes) * (problem.columns + 1);
  const { classes, covariance } = problem;
  // The mean of p (1 − p) lies below 1/4, the more so the better the classes are told apart.
  const curvature = (1 / classes) * (1 - 1 / classes) * 0.7;
  const metric =
    covariance === undefined ? undefined : inverseCurvature(covariance, vectorsOf(classes), curvature, strength);
  const minimum = await minimise(
    logisticObjective(problem, strength, hooks.signal),
    start ?? new Float64Array(size),
    { tolerance: options.tolerance ?? 1e-5, maxIterations: options.maxIterations ?? 500, metric },
    {
      signal: hooks.signal,
      onIteration: ({ iteration, value, gradientNorm }) =>
        hooks.onProgress?.({ strength, iteration, objective: value, gradientNorm }),
    },
  );
  const fit: LogisticFit = {
    head: headAt(problem, minimum.point),
    strength,
    objective: minimum.value,
    gradientNorm: minimum.gradientNorm,
    iterations: minimum.iterations,
    converged: minimum.converged,
  };
  return { fit, point: minimum.point };
}
