/**
 * Training of an adapter by gradients: epochs of shuffled batches, each split over the lanes, AdamW on the host, dev
 * macro-F1 after every epoch, the best epoch kept.
 */
import { headLayers, linearHead, mlpHead, type Head } from '../adapter/head.ts';
import { modulesOf, type ModuleSettings, type Modules } from '../adapter/methods.ts';
import { Parameters, type Draw } from '../adapter/parameters.ts';
import type { Model } from '../model/model.ts';
import { pooledStates, type Reader } from '../score/pooled-states.ts';
import { logitsOf } from '../score/head.ts';
import { crossEntropy, targetsOf } from './loss.ts';
import { confusionOf, macroF1 } from './macro-f1.ts';
import { LossScale, Optimiser, scheduled } from './optimiser.ts';
import type { TrainingOptions } from './options.ts';
import { seededRandom, type Random } from './random.ts';
import { epochBatches, splitBatch } from './schedule.ts';
import { newState, type BestEpoch, type Evaluation, type TrainingState } from './state.ts';
import { TrainingStep, type Trained } from './step.ts';

export interface Examples {
  /** token ids of each text */
  readonly texts: readonly Int32Array[];
  /** index of each text's label */
  readonly labels: Int32Array;
}

export interface TrainerInput {
  readonly train: Examples;
  readonly dev: Examples;
  readonly labels: number;
  /** null: only the head is trained, on frozen states */
  readonly method: ModuleSettings | null;
  readonly options: TrainingOptions;
}

/** Where a training stands, after every step. */
export interface TrainingProgress {
  /** from 1 */
  readonly epoch: number;
  readonly epochs: number;
  /** steps done, of all epochs */
  readonly step: number;
  readonly steps: number;
  /** smoothed */
  readonly loss: number;
  /** of the last epoch that ended */
  readonly devMacroF1: number | null;
  readonly tokensPerSecond: number;
}

export interface TrainerResult {
  readonly parameters: Parameters;
  readonly head: Head;
  readonly state: TrainingState;
  readonly best: BestEpoch;
  /** finished early; what was best so far is kept */
  readonly interrupted: boolean;
}

/** Where a training is kept between epochs. */
export interface CheckpointKeeper {
  /** The state of an earlier run, put back into parameters and optimiser; null to start anew. */
  restore(parameters: Parameters, optimiser: Optimiser): TrainingState | null;
  save(state: TrainingState, parameters: Parameters, optimiser: Optimiser): void;
}

export interface TrainerHooks {
  readonly signal?: AbortSignal | undefined;
  /** ends it early, with the best so far; before the first epoch's end with what there is */
  readonly finish?: AbortSignal | undefined;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly checkpoint?: CheckpointKeeper | undefined;
}

/** Training cannot go on; what was learned before is lost unless an epoch had ended. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}

/** Steps in a row that were not finite, with the loss scale halved each time, after which it is not the scale. */
const HOPELESS = 12;
/** Weight of one step in the loss that is shown. */
const SMOOTHING = 0.05;
/** Seeds of epochs lie far apart (the golden ratio in 32 bits). */
const SEED_STEP = 0x9e3779b9;

/**
 * Trains until the last epoch, or until dev stops getting better, or until `finish`; the parameters are those of the best
 * epoch. They belong to `owner`. Throws TrainingError where numbers stay infinite, CheckpointError for a checkpoint of
 * another training, the signal's reason when aborted.
 */
export async function train(
  reader: Reader,
  input: TrainerInput,
  owner: AsyncDisposableStack,
  hooks: TrainerHooks,
): Promise<TrainerResult> {
  const { model } = reader;
  const { options, labels, train: examples, dev } = input;
  const { width } = model.hyper;
  const {
    modules,
    parameters: own,
    lowest,
  }: Modules = input.method
    ? modulesOf(input.method, model.hyper, model.depth, (layer, target) => rowNormsOf(model, layer, target))
    : { modules: new Map(), parameters: [], lowest: model.depth };
  const head = options.hidden > 0 ? mlpHead(width, options.hidden, labels) : linearHead(width, labels);
  const parameters = owner.use(new Parameters(model.backend, [...own, ...head.parameters()]));
  parameters.start(drawFrom(seededRandom(options.seed)));
  const optimiser = new Optimiser(parameters, { ...options, l1: options.lambda });
  const trained: Trained = { model, modules, head, parameters, lowest, task: 'exclusive' };
  const weights = classWeights(examples.labels, labels, options.classWeights);
  const lengths = examples.texts.map(({ length }) => length);
  const steps = Math.ceil(lengths.length / options.batch) * options.epochs;
  // Mean pooling and the mean over a batch make gradients small; this brings them back to about one.
  const meanLength = lengths.reduce((sum, n) => sum + n, 0) / lengths.length;
  const state = hooks.checkpoint?.restore(parameters, optimiser) ?? newState(options.batch * meanLength);
  const scale = new LossScale(state.lossScale);
  let smoothed = state.epochs.at(-1)?.trainLoss ?? NaN;
  let inRow = 0;
  let interrupted = false;
  for (let epoch = state.epochs.length + 1; epoch <= options.epochs && !isOver(state, options); epoch++) {
    const began = performance.now();
    const before = { tokens: state.tokens, seconds: state.seconds };
    let lossSum = 0;
    for (const batch of epochBatches(lengths, options.batch, seededRandom(options.seed + epoch * SEED_STEP))) {
      hooks.signal?.throwIfAborted();
      interrupted = hooks.finish?.aborted === true;
      if (interrupted) break;
      const start = performance.now();
      parameters.upload();
      const { loss, gradients } = await batchGradients(trained, reader, { ...examples, lengths }, batch, {
        weights,
        scale: scale.value,
        smoothing: options.labelSmoothing,
      });
      const rate = scheduled(state.step, steps, options);
      const finite = Number.isFinite(loss) && Number.isFinite(optimiser.step(gradients, rate));
      scale.record(finite);
      state.step++;
      if (finite) {
        inRow = 0;
        lossSum += loss * batch.length;
        smoothed = Number.isNaN(smoothed) ? loss : smoothed + SMOOTHING * (loss - smoothed);
      } else {
        state.skipped++;
        if (++inRow >= HOPELESS)
          throw new TrainingError(
            `The training stopped at step ${state.step} of ${steps}: its numbers are no longer finite. Train with a lower learning rate (--lr ${options.learningRate / 4}).`,
          );
      }
      state.tokens += batch.reduce((sum, text) => sum + (lengths[text] ?? 0), 0);
      state.seconds += (performance.now() - start) / 1000;
      hooks.onProgress?.({
        epoch,
        epochs: options.epochs,
        step: state.step,
        steps,
        loss: smoothed,
        devMacroF1: state.epochs.at(-1)?.devMacroF1 ?? null,
        tokensPerSecond: state.tokens / state.seconds,
      });
    }
    if (interrupted && state.best) break;
    parameters.upload();
    const evaluation = await evaluate(reader, trained, dev, labels, hooks.signal);
    const devMacroF1 = macroF1(evaluation.confusion);
    state.epochs.push({
      epoch,
      trainLoss: lossSum / lengths.length,
      devLoss: evaluation.loss,
      devMacroF1,
      tokensPerSecond: (state.tokens - before.tokens) / (state.seconds - before.seconds),
      seconds: (performance.now() - began) / 1000,
    });
    if (!state.best || devMacroF1 > macroF1(state.best.confusion))
      state.best = { ...evaluation, epoch, values: copyOf(parameters.values) };
    if (interrupted) break;
    state.lossScale = scale.value;
    hooks.checkpoint?.save(state, parameters, optimiser);
  }
  const { best } = state;
  if (!best) throw new TrainingError('No epoch was finished.');
  for (const [name, values] of best.values) parameters.values.get(name)?.set(values);
  parameters.upload();
  return { parameters, head, state, best, interrupted };
}

function rowNormsOf(model: Model, layer: number, target: string): Float32Array {
  return model.rowNorms(layer, `${target}.weight`)?.download() ?? new Float32Array();
}

/** Dev has not become better for as many epochs as patience lasts. */
const isOver = ({ epochs, best }: TrainingState, { patience }: TrainingOptions): boolean =>
  best !== null && epochs.length - best.epoch >= patience;

/** The mean loss of a batch, and its gradients; parts are summed in their own order, so that a run can be repeated. */
async function batchGradients(
  trained: Trained,
  { lanes, pooling, tokenBudget }: Reader,
  { texts, labels, lengths }: Examples & { readonly lengths: readonly number[] },
  batch: readonly number[],
  { weights, scale, smoothing }: { weights: Float64Array; scale: number; smoothing: number },
): Promise<{ loss: number; gradients: ReadonlyMap<string, Float32Array> }> {
  const classes = weights.length;
  const total = batch.reduce((sum, text) => sum + (weights[labels[text] ?? 0] ?? 0), 0);
  const parts = splitBatch(batch, lengths, { parts: lanes.count, tokens: tokenBudget });
  const results = new Array<{ loss: number; gradients: ReadonlyMap<string, Float32Array> }>(parts.length);
  await lanes.each(parts.entries(), async ([at, part], lane) => {
    const chosen = part.map((text) => texts[text] ?? new Int32Array());
    const targets = targetsOf(
      part.map((text) => labels[text] ?? 0),
      { classes, smoothing, weightOf: (label) => (weights[label] ?? 0) / total },
    );
    await using step = new TrainingStep(
      trained,
      chosen.map(({ length }) => length),
      lane,
    );
    const { logits, gradients } = await step.run(
      chosen,
      { shares: targets.shares, weights: targets.weights.map((weight) => weight * scale) },
      pooling,
    );
    results[at] = { loss: crossEntropy(logits, targets), gradients };
  });
  const sums = new Map<string, Float32Array>();
  for (const { gradients } of results)
    for (const [name, gradient] of gradients) {
      const sum = sums.get(name);
      if (sum) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (gradient[i] as number);
      else sums.set(name, gradient);
    }
  for (const sum of sums.values()) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) / scale;
  return { loss: results.reduce((sum, { loss }) => sum + loss, 0), gradients: sums };
}

async function evaluate(
  reader: Reader,
  { modules, parameters }: Trained,
  { texts, labels }: Examples,
  classes: number,
  signal: AbortSignal | undefined,
): Promise<Evaluation> {
  const logits = new Float32Array(texts.length * classes);
  const layers = headLayers(parameters);
  await pooledStates(
    { ...reader, modules, parameters: parameters.tensors },
    texts,
    (text, state) => {
      logits.set(logitsOf(layers, state), text * classes);
    },
    { signal },
  );
  const predicted = Int32Array.from(labels, (_, text) => {
    const row = logits.subarray(text * classes, (text + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
  const targets = targetsOf(Array.from(labels), { classes, smoothing: 0, weightOf: () => 1 / labels.length });
  return { confusion: confusionOf(labels, predicted, classes), loss: crossEntropy(logits, targets), logits };
}

/** "balanced": as if all labels were equally frequent; the mean weight of a row is 1. */
function classWeights(labels: Int32Array, classes: number, kind: TrainingOptions['classWeights']): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts.map((count) => (kind === 'none' || count === 0 ? 1 : labels.length / (classes * count)));
}

function drawFrom(random: Random): Draw {
  return {
    uniform: random,
    // Box and Muller
    normal: () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  };
}

const copyOf = (values: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, Float32Array> =>
  new Map([...values].map(([name, array]) => [name, array.slice()]));
