/** Gradients held against finite differences of the loss, which know nothing of the backward pass. */
import { Parameters, type Parameter } from '../../../../engine/adapter/parameters.ts';
import { linearHead, type Head } from '../../../../engine/adapter/head.ts';
import type { Backend } from '../../../../engine/ggml/backend.ts';
import { Graph } from '../../../../engine/ggml/graph.ts';
import { readGguf } from '../../../../engine/ggml/gguf/read.ts';
import { Batch, nodesOf } from '../../../../engine/model/batch.ts';
import type { Pooling } from '../../../../engine/model/blocks/pooling.ts';
import { EXACT } from '../../../../engine/model/layout.ts';
import { Model } from '../../../../engine/model/model.ts';
import { seededRandom } from '../../../../engine/train/random.ts';
import type { Targets } from '../../../../engine/train/steps/loss.ts';
import { TrainingStep, type StepOptions, type Trained } from '../../../../engine/train/steps/step.ts';
import { gradientOf, runStep } from './run-step.ts';

export const LABELS = 3;
const TEXTS = [
  [5, 6, 7, 8, 9, 10, 11],
  [20, 21, 22],
  [30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45],
  [50],
];
const TARGETS: Targets = {
  shares: Float32Array.from([1, 0, 0, 0.1, 0.8, 0.1, 0, 0, 1, 0, 1, 0]),
  weights: Float32Array.of(1, 1, 1, 0.5, 0.5, 0.5, 2, 2, 2, 1, 1, 1),
};

export interface SetUpOptions {
  readonly head?: (width: number) => Head;
  readonly task?: Trained['task'];
  /** the lowest layer with a module */
  readonly lowest?: number;
}

/** A tiny model with modules on it, all parameters drawn at random so that no gradient is zero. */
export async function setUp(
  backend: Backend,
  file: string,
  modulesOn: (model: Model) => Pick<Trained, 'modules'> & { readonly parameters: readonly Parameter[] },
  { head = (width) => linearHead(width, LABELS), task = 'exclusive', lowest = 0 }: SetUpOptions,
  held: AsyncDisposableStack,
): Promise<Trained> {
  using gguf = readGguf(file);
  const model = held.use(await Model.load(gguf, { backend, layout: EXACT, backwardTo: lowest, rowNorms: true }));
  const { modules, parameters: all } = modulesOn(model);
  const made = head(model.hyper.width);
  const parameters = held.use(new Parameters(backend, [...all, ...made.parameters()]));
  const random = seededRandom(11);
  for (const { name, ne } of parameters.all) {
    const { around = () => 0, spread = 1 } = drawnHow(name);
    parameters.set(
      name,
      Float32Array.from(
        { length: ne[0] * ne[1] },
        (_, i) => around(i) + (spread * (2 * random() - 1)) / Math.sqrt(ne[0]),
      ),
    );
  }
  parameters.upload();
  return { model, modules, head: made, parameters, lowest, task };
}

/** Around what the values of a parameter are drawn, and how far apart. */
function drawnHow(name: string): { readonly around?: (i: number) => number; readonly spread?: number } {
  // Hidden units are clearly on or off: a difference across the kink of a ReLU is no gradient.
  if (/\.gate\.b1$|^moderato\.hidden\.bias$/.test(name)) return { around: (i) => (i % 2 ? 1.5 : -1.5) };
  if (/\.gate\.w1$|^moderato\.hidden\.weight$/.test(name)) return { spread: 0.5 };
  if (/\.dora_magnitude$|_norm\.weight$/.test(name)) return { around: () => 1 };
  return {};
}

/** The loss whose gradient a step computes, from its logits, in double precision. */
export function lossOf(logits: Float32Array, { shares, weights }: Targets, task: Trained['task']): number {
  let loss = 0;
  for (let b = 0; b < weights.length / LABELS; b++) {
    const row = Array.from(logits.subarray(b * LABELS, (b + 1) * LABELS));
    const total = Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0));
    row.forEach((z, k) => {
      const share = shares[b * LABELS + k] ?? NaN;
      loss +=
        (weights[b * LABELS + k] ?? NaN) *
        (task === 'exclusive' ? share * (total - z) : Math.log1p(Math.exp(z)) - share * z);
    });
  }
  return loss;
}

/** Seed of what dropout leaves out. */
const DRAWN = 9;

/**
 * Length of a step along a direction. F32 rounds a loss of about 5 by some 3e-7, so that slopes are off by 3e-6 to 1e-5 here
 * and by as much more as the step is shorter; the formula's own error grows with its sixth power, from 2e-4 of the slope
 * where softmax bends the most to 4e-3 at 0.1.
 */
const H = 0.06;
/** Weights of the differences over one, two and three steps to both sides: the seven-point formula. */
const SEVEN_POINTS = [45 / 60, -9 / 60, 1 / 60] as const;
/** Directions in which a parameter is moved, all its numbers at once. */
const DIRECTIONS = 6;
/** Smaller slopes are measured against this one: rounding takes up to half of a bound of 1e-3 then. The smallest are 9e-5. */
const FLOOR = 0.02;

export interface CompareOptions {
  readonly pooling?: Pooling;
  readonly recomputes?: StepOptions['recomputes'];
  readonly dropout?: number;
  /** Called when values of a parameter were set: puts back what the gradient takes as a constant. */
  readonly moved?: (name: string) => void;
}

/** For each parameter: |gradient · v − slope along v| / |slope along v| over some random directions v. */
export async function compareGradients(
  trained: Trained,
  { pooling = 'mean', moved = () => {}, recomputes, dropout }: CompareOptions = {},
): Promise<ReadonlyMap<string, number>> {
  const { model, modules, head, parameters, task } = trained;
  const lengths = TEXTS.map(({ length }) => length);
  await using step = new TrainingStep(trained, lengths, { recomputes, dropout });
  const { gradients } = await runStep(step, parameters, TEXTS, TARGETS, pooling, DRAWN);
  // The forward pass alone takes a third of the time.
  await using graph = new Graph(model.backend, nodesOf(model, { trains: true, modules }));
  const batch = new Batch(graph, model, lengths, { trains: true, modules, parameters: parameters.tensors, dropout });
  const { y: logits } = head.forward(batch.pass, batch.pooled);
  graph.finish([logits]);
  const lossWith = async (name: string, values: Float32Array): Promise<number> => {
    parameters.set(name, values);
    moved(name);
    parameters.upload();
    batch.upload(TEXTS, pooling, seededRandom(DRAWN));
    await graph.compute();
    return lossOf(logits.download(), TARGETS, task);
  };
  const random = seededRandom(5);
  const errors = new Map<string, number>();
  for (const { name } of parameters.all) {
    const kept = parameters.get(name);
    const gradient = gradientOf(gradients, parameters, name);
    let apart = 0;
    let size = 0;
    for (let i = 0; i < DIRECTIONS; i++) {
      const direction = kept.map(() => (random() < 0.5 ? -1 : 1) / Math.sqrt(kept.length));
      const along = parameters.unpadded(name, gradient).reduce((sum, d, k) => sum + d * (direction[k] as number), 0);
      const slope = await slopeOf((by) =>
        lossWith(
          name,
          kept.map((value, k) => value + by * (direction[k] as number)),
        ),
      );
      apart += (along - slope) ** 2;
      size += slope ** 2;
    }
    await lossWith(name, kept);
    errors.set(name, Math.sqrt(apart) / Math.max(Math.sqrt(size), FLOOR));
  }
  return errors;
}

/** The derivative of f at 0 */
async function slopeOf(f: (by: number) => Promise<number>): Promise<number> {
  let slope = 0;
  for (const [i, weight] of SEVEN_POINTS.entries()) {
    const by = (i + 1) * H;
    slope += (weight * ((await f(by)) - (await f(-by)))) / H;
  }
  return slope;
}
