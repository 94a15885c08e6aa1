/**
 * Minimises a smooth function with L-BFGS (Liu and Nocedal, "On the limited memory BFGS method for large scale
 * optimization", Mathematical Programming 45, 1989), weak Wolfe line search by bisection (Lewis and Overton, 2013).
 * The function is asynchronous, so that a long evaluation can let the event loop breathe; the steps between do so themselves.
 */
import { setImmediate as breathe } from 'node:timers/promises';

/** Writes the gradient at `point` into `gradient` and gives the value. Must not keep either array. */
export type Objective = (point: Float64Array, gradient: Float64Array) => Promise<number>;

export interface MinimiseOptions {
  /** stop when no component of the gradient is larger */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** applies a guess of the inverse Hessian in place; symmetric and positive definite */
  readonly metric?: ((vector: Float64Array) => void) | undefined;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  /** largest absolute component of the gradient at `point` */
  readonly gradientNorm: number;
  readonly iterations: number;
  /** false when the iterations ran out, or rounding left no further descent, before the tolerance was met */
  readonly converged: boolean;
}

export interface MinimiseHooks {
  /** checked before every evaluation; the abort reason is thrown */
  readonly signal?: AbortSignal | undefined;
  readonly onIteration?: (at: { iteration: number; value: number; gradientNorm: number }) => void;
}

/** Curvature pairs that are remembered. */
const MEMORY = 10;
const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
const LINE_SEARCH_STEPS = 40;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / (step · change) */
  readonly rho: number;
}

export async function minimise(
  objective: Objective,
  start: Float64Array,
  options: MinimiseOptions,
  hooks: MinimiseHooks = {},
): Promise<Minimum> {
  const evaluate: Objective = async (at, into) => {
    await breathe();
    hooks.signal?.throwIfAborted();
    return objective(at, into);
  };
  let point = Float64Array.from(start);
  let gradient = new Float64Array(start.length);
  let value = await evaluate(point, gradient);
  let trial = new Float64Array(start.length);
  let trialGradient = new Float64Array(start.length);
  const pairs: Pair[] = [];
  const result = (iterations: number, converged: boolean): Minimum => ({
    point,
    value,
    gradientNorm: largest(gradient),
    iterations,
    converged,
  });

  for (let iteration = 0; ; iteration++) {
    const norm = largest(gradient);
    hooks.onIteration?.({ iteration, value, gradientNorm: norm });
    if (norm <= options.tolerance) return result(iteration, true);
    if (iteration >= options.maxIterations) return result(iteration, false);

    const direction = descentDirection(gradient, pairs, options.metric);
    const slope = dot(gradient, direction);
    // The first step may have no curvature to go by: move by a length of one at most.
    const blind = pairs.length === 0 && options.metric === undefined;
    let length = blind ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let low = 0;
    let high = Infinity;
    let found = false;
    let trialValue = value;
    // Near the minimum the decrease is smaller than what rounding leaves of the value.
    const rounding = 1e-14 * Math.abs(value);
    for (let step = 0; step < LINE_SEARCH_STEPS && !found; step++) {
      for (let i = 0; i < trial.length; i++) trial[i] = (point[i] as number) + length * (direction[i] as number);
      trialValue = await evaluate(trial, trialGradient);
      if (!(trialValue <= value + SUFFICIENT_DECREASE * length * slope + rounding)) high = length;
      else if (dot(trialGradient, direction) < CURVATURE * slope) low = length;
      else found = true;
      if (!found) length = high === Infinity ? 2 * low : (low + high) / 2;
    }
    if (!found) return result(iteration, false);

    remember(pairs, point, trial, gradient, trialGradient);
    [point, trial] = [trial, point];
    [gradient, trialGradient] = [trialGradient, gradient];
    value = trialValue;
  }
}

function remember(
  pairs: Pair[],
  from: Float64Array,
  to: Float64Array,
  before: Float64Array,
  after: Float64Array,
): void {
  const step = new Float64Array(from.length);
  const change = new Float64Array(from.length);
  for (let i = 0; i < from.length; i++) {
    step[i] = (to[i] as number) - (from[i] as number);
    change[i] = (after[i] as number) - (before[i] as number);
  }
  const curvature = dot(step, change);
  // Rounding can make it zero; such a pair would divide by it.
  if (curvature <= 0) return;
  pairs.push({ step, change, rho: 1 / curvature });
  if (pairs.length > MEMORY) pairs.shift();
}

/** The two-loop recursion: −H·gradient, with H from the remembered pairs. */
function descentDirection(
  gradient: Float64Array,
  pairs: readonly Pair[],
  metric: ((vector: Float64Array) => void) | undefined,
): Float64Array {
  const direction = Float64Array.from(gradient, (component) => -component);
  const alphas = new Float64Array(pairs.length);
  for (let p = pairs.length - 1; p >= 0; p--) {
    const { step, change, rho } = pairs[p] as Pair;
    const alpha = rho * dot(step, direction);
    alphas[p] = alpha;
    add(direction, -alpha, change);
  }
  metric?.(direction);
  const newest = pairs.at(-1);
  if (newest !== undefined) {
    // The newest pair says how long a step in this metric should have been.
    const measured = Float64Array.from(newest.change);
    metric?.(measured);
    const scale = 1 / (newest.rho * dot(newest.change, measured));
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * scale;
  }
  for (let p = 0; p < pairs.length; p++) {
    const { step, change, rho } = pairs[p] as Pair;
    add(direction, (alphas[p] as number) - rho * dot(change, direction), step);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** a += factor · b */
function add(a: Float64Array, factor: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + factor * (b[i] as number);
}

function largest(a: Float64Array): number {
  let norm = 0;
  for (let i = 0; i < a.length; i++) norm = Math.max(norm, Math.abs(a[i] as number));
  return norm;
}
