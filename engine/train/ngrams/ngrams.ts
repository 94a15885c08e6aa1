/**
 * Logistic regression on hashed character n-grams: the baseline beside every figure, and the cheap proxy of triage.
 *   minimise  Σ −log softmax(W x + b)[target] / rows  +  (λ / 2) ‖W‖²
 * Targets may be probabilities, so that it can learn a larger model's scores.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { minimise, type Objective } from '../linear/lbfgs.ts';
import { softmax } from '../../score/linear-head.ts';
import { lossAndError, oneHot, vectorsOf } from '../linear/log-loss.ts';
import { NGRAM_SHAPE, NgramCounter, type NgramShape } from './ngram-features.ts';
import { metBuckets, type SparseRows } from './sparse-rows.ts';

/** Texts and targets that no n-gram model can be trained on, or a model whose arrays do not fit its shape. */
export class NgramError extends Error {
  override readonly name = 'NgramError';
}

export interface NgramModel extends NgramShape {
  readonly classes: number;
  /** vectors × buckets, row-major; in a GGUF a tensor of ne = (buckets, vectors). Two classes have one vector. */
  readonly weights: Float32Array;
  /** one a vector */
  readonly bias: Float32Array;
}

/** The class of each text, or its probabilities (texts × classes, row-major, each row summing to 1). */
export type NgramTargets =
  | { readonly kind: 'labels'; readonly labels: ArrayLike<number> }
  | { readonly kind: 'probabilities'; readonly probabilities: Float32Array };

export interface NgramOptions {
  readonly classes: number;
  /** `balanced`: each class weighs the same in sum; default `none` */
  readonly classWeights?: 'balanced' | 'none';
  /** λ; default 3e-5 */
  readonly strength?: number;
  readonly shape?: NgramShape;
  /** stop when no component of the gradient is larger; default 1e-5 */
  readonly tolerance?: number;
  /** default 30: further passes lower the objective by less than 1% and leave the figures on dev as they are */
  readonly maxIterations?: number;
}

export interface NgramHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (at: { readonly iteration: number; readonly objective: number }) => void;
}

const STRENGTH = 3e-5;

/** N-grams between two breaths of the event loop: some 20 ms. */
const BREATH = 2_000_000;

/**
 * Trains a model. Deterministic. Throws NgramError when targets do not fit the texts or a class has no text, and the
 * signal's reason when aborted.
 */
export async function trainNgrams(
  texts: readonly string[],
  targets: NgramTargets,
  options: NgramOptions,
  hooks: NgramHooks = {},
): Promise<NgramModel> {
  const shape = options.shape ?? NGRAM_SHAPE;
  checkShape(shape);
  const { classes } = options;
  const goal = targetsOf(texts.length, targets, classes);
  const rows = await ngramRows(texts, shape, hooks.signal);
  const rowWeights = weightsOf(goal, classes, options.classWeights ?? 'none');
  const vectors = vectorsOf(classes);
  const met = metBuckets(rows, { buckets: shape.buckets, vectors });
  const cut = vectors * met.count;
  const strength = options.strength ?? STRENGTH;
  const { point } = await minimise(
    objectiveOf(met.rows, goal, rowWeights, classes, met.count, strength, hooks.signal),
    new Float64Array(cut + vectors),
    {
      tolerance: options.tolerance ?? 1e-5,
      maxIterations: options.maxIterations ?? 30,
      metric: inverseCurvature(met.rows, rowWeights, classes, met.count, strength),
    },
    {
      signal: hooks.signal,
      onIteration: ({ iteration, value }) => hooks.onProgress?.({ iteration, objective: value }),
    },
  );
  const weights = new Float32Array(vectors * shape.buckets);
  met.put(point, weights);
  return { ...shape, classes, weights, bias: Float32Array.from(point.subarray(cut)) };
}

/** Probabilities, texts × classes. Throws NgramError for a model whose arrays do not fit its shape. */
export function predictNgrams(model: NgramModel, texts: readonly string[]): Float32Array {
  const { classes, buckets, weights, bias } = model;
  checkShape(model);
  const vectors = vectorsOf(classes);
  if (weights.length !== vectors * buckets || bias.length !== vectors) {
    throw new NgramError(
      `An n-gram model of ${classes} classes and ${buckets} buckets has ${vectors * buckets} weights, not ${weights.length}.`,
    );
  }
  const counter = new NgramCounter(model);
  const probabilities = new Float32Array(texts.length * classes);
  const logits = new Float64Array(classes);
  texts.forEach((text, row) => {
    const filled = counter.count(text);
    const { buckets: at, values } = counter;
    for (let v = 0; v < vectors; v++) {
      let logit = bias[v] as number;
      const base = v * buckets;
      for (let i = 0; i < filled; i++) logit += (values[i] as number) * (weights[base + (at[i] as number)] as number);
      logits[classes - vectors + v] = logit;
    }
    // One vector is that of class 1 against class 0.
    if (vectors === 1) logits[0] = 0;
    softmax(logits);
    probabilities.set(logits, row * classes);
  });
  return probabilities;
}

function checkShape({ buckets, shortest, longest }: NgramShape): void {
  const whole = [buckets, shortest, longest].every(Number.isInteger);
  if (!whole || buckets < 2 || (buckets & (buckets - 1)) !== 0 || shortest < 1 || longest < shortest) {
    throw new NgramError(`An n-gram model cannot have ${buckets} buckets of ${shortest} to ${longest} characters.`);
  }
}

function targetsOf(rows: number, targets: NgramTargets, classes: number): Float32Array {
  if (!Number.isInteger(classes) || classes < 2) throw new NgramError('An n-gram model needs at least two classes.');
  if (rows === 0) throw new NgramError('There are no texts to train on.');
  if (targets.kind === 'probabilities') {
    if (targets.probabilities.length !== rows * classes) {
      throw new NgramError(`${rows} texts need ${rows * classes} probabilities, not ${targets.probabilities.length}.`);
    }
    if (!targets.probabilities.every((p) => p >= 0 && p <= 1)) throw new NgramError('A target is not a probability.');
    return targets.probabilities;
  }
  const { labels } = targets;
  if (labels.length !== rows) throw new NgramError(`${rows} texts need as many labels, not ${labels.length}.`);
  const ofClass = new Array<number>(classes).fill(0);
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new NgramError(`The label of text ${row} is ${label}; it must be 0 to ${classes - 1}.`);
    }
    ofClass[label] = (ofClass[label] as number) + 1;
  }
  const empty = ofClass.indexOf(0);
  if (empty >= 0) throw new NgramError(`Class ${empty} has no text to learn from. Label some first.`);
  return oneHot(labels, classes);
}

/** Weight of each row, summing to 1. With soft targets a row is weighted by the mixture of its classes. */
function weightsOf(targets: Float32Array, classes: number, kind: 'balanced' | 'none'): Float64Array {
  const rows = targets.length / classes;
  const weights = new Float64Array(rows).fill(1 / rows);
  if (kind === 'none') return weights;
  const ofClass = new Float64Array(classes);
  targets.forEach((target, i) => (ofClass[i % classes] = (ofClass[i % classes] as number) + target));
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    let weight = 0;
    for (let k = 0; k < classes; k++) {
      const mass = ofClass[k] as number;
      if (mass > 0) weight += (targets[row * classes + k] as number) / mass;
    }
    weights[row] = weight;
    sum += weight;
  }
  return weights.map((weight) => weight / sum);
}

/** Features of texts that several models learn from or are asked about. Throws the signal's reason when aborted. */
export async function ngramRows(
  texts: readonly string[],
  shape: NgramShape = NGRAM_SHAPE,
  signal?: AbortSignal,
): Promise<SparseRows> {
  const counter = new NgramCounter(shape);
  const starts = new Float64Array(texts.length + 1);
  let buckets = new Int32Array(1 << 16);
  let values = new Float32Array(1 << 16);
  let size = 0;
  let breathed = 0;
  for (const [row, text] of texts.entries()) {
    const filled = counter.count(text);
    if (size + filled > buckets.length) {
      const larger = Math.ceil((size + filled) * 1.5);
      const [oldBuckets, oldValues] = [buckets, values];
      buckets = new Int32Array(larger);
      values = new Float32Array(larger);
      buckets.set(oldBuckets);
      values.set(oldValues);
    }
    buckets.set(counter.buckets.subarray(0, filled), size);
    values.set(counter.values.subarray(0, filled), size);
    size += filled;
    starts[row + 1] = size;
    if (size - breathed > BREATH / 8) {
      breathed = size;
      await pause(signal);
    }
  }
  return { starts, buckets, values };
}

/** A point is vectors × buckets weights, then the biases. */
function objectiveOf(
  { starts, buckets: at, values }: SparseRows,
  targets: Float32Array,
  rowWeights: Float64Array,
  classes: number,
  buckets: number,
  strength: number,
  signal: AbortSignal | undefined,
): Objective {
  const vectors = vectorsOf(classes);
  const biasAt = vectors * buckets;
  const logits = new Float64Array(vectors);
  return async (point, gradient) => {
    let penalty = 0;
    for (let i = 0; i < biasAt; i++) {
      const weight = point[i] as number;
      penalty += weight * weight;
      gradient[i] = strength * weight;
    }
    gradient.fill(0, biasAt);
    let loss = 0;
    let breathed = 0;
    for (let row = 0; row < rowWeights.length; row++) {
      const from = starts[row] as number;
      const to = starts[row + 1] as number;
      if (from - breathed > BREATH / vectors) {
        breathed = from;
        await pause(signal);
      }
      for (let v = 0; v < vectors; v++) {
        let logit = point[biasAt + v] as number;
        const base = v * buckets;
        for (let i = from; i < to; i++) logit += (values[i] as number) * (point[base + (at[i] as number)] as number);
        logits[v] = logit;
      }
      const weight = rowWeights[row] as number;
      loss += weight * lossAndError(logits, targets, row * classes);
      for (let v = 0; v < vectors; v++) {
        const error = weight * (logits[v] as number);
        gradient[biasAt + v] = (gradient[biasAt + v] as number) + error;
        const base = v * buckets;
        for (let i = from; i < to; i++) {
          const cell = base + (at[i] as number);
          gradient[cell] = (gradient[cell] as number) + error * (values[i] as number);
        }
      }
    }
    return loss + (strength / 2) * penalty;
  };
}

/**
 * Divides a point by the diagonal of the Hessian at zero. Frequent buckets curve a thousand times as strongly as rare
 * ones; with one step length for all of them, the rare ones would need hundreds of passes.
 */
function inverseCurvature(
  { starts, buckets: at, values }: SparseRows,
  rowWeights: Float64Array,
  classes: number,
  buckets: number,
  strength: number,
): (point: Float64Array) => void {
  const vectors = vectorsOf(classes);
  const curvature = (1 / classes) * (1 - 1 / classes);
  const diagonal = new Float64Array(buckets).fill(strength);
  for (let row = 0; row < rowWeights.length; row++) {
    const weight = curvature * (rowWeights[row] as number);
    for (let i = starts[row] as number; i < (starts[row + 1] as number); i++) {
      const bucket = at[i] as number;
      diagonal[bucket] = (diagonal[bucket] as number) + weight * (values[i] as number) ** 2;
    }
  }
  return (point) => {
    for (let v = 0; v < vectors; v++) {
      for (let i = 0; i < buckets; i++) {
        point[v * buckets + i] = (point[v * buckets + i] as number) / (diagonal[i] as number);
      }
      point[vectors * buckets + v] = (point[vectors * buckets + v] as number) / curvature;
    }
  };
}

/** Lets messages in and out, and ends the work when it was cancelled. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await breathe();
  signal?.throwIfAborted();
}
