/**
 * AdamW on the host, with what stands around it: loss scale, clipping, the proximal step of L1, learning rates. The
 * parameters of an adapter are so few (half a million at most) that this takes milliseconds, on every backend alike.
 */
import type { Parameter, Parameters } from '../../adapter/parameters.ts';
import type { Gradients } from './gradients.ts';

export interface OptimiserOptions {
  readonly learningRate: number;
  /** of gates, as a factor on the learning rate */
  readonly gateRate: number;
  /** decoupled (Loshchilov and Hutter 2019), of all but DoRA's magnitudes, whose zero means no layer at all */
  readonly weightDecay: number;
  /** the gradient of all parameters together is shortened to this length */
  readonly clip: number;
  /** λ of DS-LoRA: A and B are drawn towards zero by rate · λ each step, and stop there */
  readonly l1: number;
}

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** What must be kept to go on later as if nothing had happened. */
export interface OptimiserState {
  readonly steps: number;
  /** by parameter, padded */
  readonly moments: ReadonlyMap<string, Moments>;
}

export class Optimiser {
  readonly #parameters: Parameters;
  readonly #options: OptimiserOptions;
  readonly #moments: ReadonlyMap<string, Moments>;
  #steps = 0;

  constructor(parameters: Parameters, options: OptimiserOptions) {
    this.#parameters = parameters;
    this.#options = options;
    this.#moments = new Map(
      [...parameters.values].map(([name, { length }]) => [
        name,
        { first: new Float32Array(length), second: new Float32Array(length) },
      ]),
    );
  }

  /**
   * One step against the gradients, with the learning rate times `rate` (the schedule's). Rows of tables that have no
   * gradient stay as they are, their moments too.
   * Returns the gradients' length before clipping; nothing is done, and it is not finite, where one of them is not.
   */
  step(gradients: Gradients, rate: number): number {
    const { norm } = gradients;
    if (!Number.isFinite(norm)) return norm;
    const { clip, learningRate, gateRate, weightDecay, l1 } = this.#options;
    const shorten = norm > clip ? clip / norm : 1;
    this.#steps++;
    for (const parameter of this.#parameters.all) {
      const values = this.#parameters.values.get(parameter.name);
      const moments = this.#moments.get(parameter.name);
      if (!values || !moments) throw new Error(`There is no parameter called ${parameter.name}.`);
      const lr = learningRate * rate * (parameter.role === 'gate' ? gateRate : 1);
      const decay = parameter.role === 'magnitude' ? 0 : weightDecay;
      const threshold = parameter.role === 'low-rank' ? lr * l1 : 0;
      const options = { lr, shorten, weightDecay: decay, threshold, steps: this.#steps };
      const gradient = gradients.values.get(parameter.name);
      if (gradient) adamW(values, gradient, moments, options);
      for (const [row, rowGradient] of gradients.rows.get(parameter.name) ?? []) {
        const own = (all: Float32Array) => all.subarray(row * rowGradient.length, (row + 1) * rowGradient.length);
        const { first, second } = moments;
        adamW(own(values), rowGradient, { first: own(first), second: own(second) }, options);
      }
    }
    return norm;
  }

  get state(): OptimiserState {
    return { steps: this.#steps, moments: this.#moments };
  }

  /** Goes on from what `state` gave. */
  restore({ steps, moments }: OptimiserState): void {
    this.#steps = steps;
    for (const [name, { first, second }] of moments) {
      this.#moments.get(name)?.first.set(first);
      this.#moments.get(name)?.second.set(second);
    }
  }
}

interface StepSize {
  readonly lr: number;
  /** factor on the gradient */
  readonly shorten: number;
  readonly weightDecay: number;
  /** what stays within ± of it becomes zero, the rest comes closer by it */
  readonly threshold: number;
  /** this one included */
  readonly steps: number;
}

/** AdamW, then the proximal operator of threshold · |x|, so that zeros are real (Parikh and Boyd 2014, 6.5.2). */
function adamW(
  values: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  { lr, shorten, weightDecay, threshold, steps }: StepSize,
): void {
  // Both corrections for the start at zero, taken out of the loop.
  const rate = lr / (1 - BETA1 ** steps);
  const correction = 1 / Math.sqrt(1 - BETA2 ** steps);
  for (let i = 0; i < values.length; i++) {
    const g = (gradient[i] as number) * shorten;
    const m = BETA1 * (first[i] as number) + (1 - BETA1) * g;
    const v = BETA2 * (second[i] as number) + (1 - BETA2) * g * g;
    first[i] = m;
    second[i] = v;
    const value = values[i] as number;
    const next = value - (rate * m) / (Math.sqrt(v) * correction + EPSILON) - lr * weightDecay * value;
    // max(x − t, 0) + min(x + t, 0) without a branch: one on the sign of a weight is guessed wrong every other time.
    const above = next - threshold;
    const below = next + threshold;
    values[i] = 0.5 * (above + Math.abs(above) + (below - Math.abs(below)));
  }
}

/** Share of exact zeros among A and B, of those that are trained. */
export function sparsity(parameters: Parameters): number {
  let zeros = 0;
  let count = 0;
  for (const { name } of parameters.all.filter(({ role }: Parameter) => role === 'low-rank')) {
    const values = parameters.get(name);
    count += values.length;
    for (const value of values) if (value === 0) zeros++;
  }
  return count === 0 ? 0 : zeros / count;
}

/** Share of the learning rate at a step: rises in a line over the warm-up, then falls by the schedule to zero. */
export function scheduled(
  step: number,
  steps: number,
  { warmUp, schedule }: { readonly warmUp: number; readonly schedule: 'linear' | 'cosine' | 'constant' },
): number {
  const rising = Math.ceil(warmUp * steps);
  if (step < rising) return (step + 1) / rising;
  if (schedule === 'constant') return 1;
  const done = (step - rising) / Math.max(1, steps - rising);
  return schedule === 'linear' ? 1 - done : 0.5 * (1 + Math.cos(Math.PI * done));
}

/**
 * The power of two that the loss is multiplied with, since quantised and F16 products lose small gradients. Exact,
 * because the backward pass is linear: halved after a step that was not finite, doubled after many good ones.
 */
export class LossScale {
  #scale: number;
  #good = 0;

  constructor(start: number) {
    this.#scale = 2 ** Math.round(Math.log2(start));
  }

  get value(): number {
    return this.#scale;
  }

  record(finite: boolean): void {
    this.#good = finite ? this.#good + 1 : 0;
    if (!finite) this.#scale /= 2;
    else if (this.#good % GOOD_STEPS === 0) this.#scale = Math.min(2 * this.#scale, LARGEST_SCALE);
  }
}

const GOOD_STEPS = 200;
const LARGEST_SCALE = 2 ** 24;
