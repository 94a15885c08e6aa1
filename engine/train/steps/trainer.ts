/**
 * Training of an adapter by gradients: epochs of shuffled batches, each split over the lanes, AdamW on the host, dev
 * macro-F1 after every epoch, the best epoch kept.
 */
import type { ModuleSettings } from '../../adapter/methods.ts';
import type { Parameters } from '../../adapter/parameters.ts';
import { GgufWriteError } from '../../ggml/gguf/errors.ts';
import type { Reader } from '../../score/pooled-states.ts';
import { RankAllocation } from './adalora.ts';
import { BatchGradients } from './batch-gradients.ts';
import { entranceOf, type Entrance } from './entering.ts';
import { TrainingError } from '../errors.ts';
import { evaluate } from './evaluate.ts';
import type { Examples, Task } from '../examples.ts';
import { Loss } from './loss.ts';
import { fittingPlan, MEGABYTE } from './memory.ts';
import { LossScale, Optimiser, scheduled } from './optimiser.ts';
import type { TrainingOptions } from '../options.ts';
import { Pace } from './pace.ts';
import { prepared } from './prepared.ts';
import type { ReadingProgress, TrainingProgress } from './progress.ts';
import { seededRandom } from '../random.ts';
import type { Start } from '../start.ts';
import { epochBatches } from './schedule.ts';
import { macroF1Of, newState, type BestEpoch, type TrainingState } from './state.ts';
import type { Trained } from './step.ts';

export interface TrainerInput {
  readonly train: Examples;
  readonly dev: Examples;
  readonly labels: number;
  readonly task: Task;
  /** null: only the head is trained, on frozen states */
  readonly method: ModuleSettings | null;
  readonly options: TrainingOptions;
  /** the first values, where they are not drawn */
  readonly start?: Start;
}

/** The training ended before its time, because a loss or a gradient was not finite. */
export interface Halt {
  /** from 1 */
  readonly step: number;
  readonly epoch: number;
  /** the texts of its batch, as indices into the training part; none where the batch was fine and dev was not */
  readonly texts: readonly number[];
}

export interface TrainerResult {
  readonly parameters: Parameters;
  readonly state: TrainingState;
  readonly best: BestEpoch;
  /** what was best before is kept */
  readonly halt: Halt | null;
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
  readonly onProgress?: (progress: TrainingProgress | ReadingProgress) => void;
  /** sentences for people, about what was done otherwise than asked */
  readonly onNote?: ((note: string) => void) | undefined;
  readonly checkpoint?: CheckpointKeeper | undefined;
}

/** Steps in a row that were not finite, with the loss scale halved each time, after which it is not the scale. */
const HOPELESS = 12;
/** Weight of one step in the loss that is shown. */
const SMOOTHING = 0.05;
/** Seeds of epochs lie far apart (the golden ratio in 32 bits). */
const SEED_STEP = 0x9e3779b9;
/** Seeds of dropout, too (Steele et al. 2014). */
const STEP_SEED = 0x85ebca6b;

/**
 * Trains until the last epoch, or until dev stops getting better, or until `finish`; the parameters are those of the best
 * epoch. They belong to `owner`. Throws TrainingError where numbers are no longer finite before the first epoch has ended, or
 * memory is short; CheckpointError for a checkpoint of another training; the signal's reason when aborted.
 */
export async function train(
  reader: Reader,
  input: TrainerInput,
  owner: AsyncDisposableStack,
  hooks: TrainerHooks,
): Promise<TrainerResult> {
  const { options, train: examples, dev } = input;
  const trained = prepared(reader.model, input, owner);
  const { parameters } = trained;
  const optimiser = new Optimiser(parameters, { ...options, l1: options.lambda });
  const lengths = examples.texts.map(({ length }) => length);
  const steps = Math.ceil(lengths.length / options.batch) * options.epochs;
  // Mean pooling and the mean over a batch make gradients small; this brings them back to about one.
  const meanLength = lengths.reduce((sum, n) => sum + n, 0) / lengths.length;
  const state = hooks.checkpoint?.restore(parameters, optimiser) ?? newState(options.batch * meanLength);
  if (state.epochs.length > 0) hooks.onNote?.(`Going on after epoch ${state.epochs.length}, from the checkpoint.`);
  const enter = frozenEntrances(reader, trained, options, hooks, [examples, dev]);
  using entrance = await enter(examples.texts);
  using devEntrance = await enter(dev.texts);
  const pace = new Pace({ steps, epochs: options.epochs, devTokens: dev.texts.reduce((sum, n) => sum + n.length, 0) });
  const keep = keeping(hooks);
  const batches = new BatchGradients(trained, reader, entrance, new Loss(input.task, examples, options), {
    dropout: options.dropout,
    lengths,
    plan: await fittingPlan(reader, trained, lengths, options, entrance.kind),
    onShortage: ({ tokens, recomputes }) =>
      hooks.onNote?.(
        `Memory is short: going on with parts of ${tokens} tokens${recomputes ? ', and layers computed twice' : ''}.`,
      ),
    onPart: () => report(),
  });
  const allocation = rankAllocation(input.method, trained, steps, state);
  const scale = new LossScale(state.lossScale);
  let smoothed = state.epochs.at(-1)?.trainLoss ?? NaN;
  let inRow = 0;
  let interrupted = false;
  let halt: Halt | null = null;
  const report = () =>
    hooks.onProgress?.({
      kind: 'steps',
      epoch: Math.min(state.epochs.length + 1, options.epochs),
      epochs: options.epochs,
      step: state.step,
      steps,
      loss: smoothed,
      devMacroF1: state.epochs.at(-1)?.devMacroF1 ?? null,
      tokensPerSecond: state.tokens / state.seconds,
      secondsLeft: pace.secondsLeft({ ...state, epochs: state.epochs.length }),
    });
  for (let epoch = state.epochs.length + 1; epoch <= options.epochs && !isOver(state, options); epoch++) {
    const began = performance.now();
    const before = { tokens: state.tokens, seconds: state.seconds };
    const epochSeed = options.seed + epoch * SEED_STEP;
    let lossSum = 0;
    for (const batch of epochBatches(lengths, options.batch, seededRandom(epochSeed))) {
      hooks.signal?.throwIfAborted();
      interrupted = hooks.finish?.aborted === true;
      if (interrupted) break;
      const start = performance.now();
      parameters.upload();
      const { loss, gradients } = await batches.of(
        batch,
        scale.value,
        epochSeed ^ Math.imul(state.step + 1, STEP_SEED),
      );
      allocation?.before(state.step, gradients);
      const finite =
        Number.isFinite(loss) && Number.isFinite(optimiser.step(gradients, scheduled(state.step, steps, options)));
      if (finite) allocation?.after(state.step);
      scale.record(finite);
      state.step++;
      if (finite) {
        inRow = 0;
        lossSum += loss * batch.length;
        smoothed = Number.isNaN(smoothed) ? loss : smoothed + SMOOTHING * (loss - smoothed);
      } else {
        state.skipped++;
        // A smaller scale helps gradients that are too large to write down, and no loss.
        if (!Number.isFinite(loss) || ++inRow >= HOPELESS) {
          halt = { step: state.step, epoch, texts: batch };
          break;
        }
      }
      state.tokens += batch.reduce((sum, text) => sum + (lengths[text] ?? 0), 0);
      state.seconds += (performance.now() - start) / 1000;
      report();
    }
    if (halt || (interrupted && state.best)) break;
    parameters.upload();
    const devBegan = performance.now();
    let read = 0;
    const evaluation = await evaluate(reader, trained, dev, devEntrance, {
      signal: hooks.signal,
      onTexts: (count) => hooks.onProgress?.({ kind: 'dev', done: (read += count), texts: dev.texts.length }),
    });
    pace.tookForDev((performance.now() - devBegan) / 1000);
    if (!Number.isFinite(evaluation.loss)) {
      halt = { step: state.step, epoch, texts: [] };
      break;
    }
    const devMacroF1 = macroF1Of(evaluation);
    state.epochs.push({
      epoch,
      trainLoss: lossSum / lengths.length,
      devLoss: evaluation.loss,
      devMacroF1,
      tokensPerSecond: (state.tokens - before.tokens) / (state.seconds - before.seconds),
      seconds: (performance.now() - began) / 1000,
    });
    if (!state.best || devMacroF1 > macroF1Of(state.best))
      state.best = { ...evaluation, epoch, values: copyOf(parameters.values) };
    if (interrupted) break;
    state.lossScale = scale.value;
    keep(state, parameters, optimiser);
  }
  const { best } = state;
  if (!best)
    throw new TrainingError(
      halt
        ? `The training stopped at step ${halt.step} of ${steps}: its numbers are no longer finite.`
        : 'No epoch was finished.',
      `Train with a lower learning rate (--lr ${options.learningRate / 4})${halt?.texts.length ? ', or leave out the rows of this batch' : ''}.`,
      halt?.texts ?? [],
    );
  for (const [name, values] of best.values) parameters.values.get(name)?.set(values);
  parameters.upload();
  return { parameters, state, best, interrupted, halt };
}

/** Saves checkpoints. One that cannot be written ends nothing: it is said, and the next one may fit again. */
function keeping({ checkpoint, onNote }: TrainerHooks): CheckpointKeeper['save'] {
  let failed = false;
  return (...state) => {
    try {
      checkpoint?.save(...state);
      failed = false;
    } catch (error) {
      if (!(error instanceof GgufWriteError)) throw error;
      if (!failed)
        onNote?.(
          `The checkpoint could not be written: ${error.what}. The training goes on, but if it is cut off now, what came after the last checkpoint is lost. ${error.remedy}.`,
        );
      failed = true;
    }
  };
}

/** What makes entrances, with one progress over all parts. */
function frozenEntrances(
  reader: Reader,
  { lowest }: Trained,
  { memory }: TrainingOptions,
  { signal, onProgress }: TrainerHooks,
  parts: readonly Examples[],
): (texts: readonly Int32Array[]) => Promise<Entrance> {
  const all = parts.reduce((sum, { texts }) => sum + texts.length, 0);
  let done = 0;
  return (texts) =>
    entranceOf(reader, texts, {
      lowest,
      memory: (memory * MEGABYTE) / 2,
      signal,
      onTexts: (count) => onProgress?.({ kind: 'frozen', done: (done += count), texts: all }),
    });
}

function rankAllocation(
  method: ModuleSettings | null,
  { modules, parameters }: Trained,
  steps: number,
  { importance }: TrainingState,
): RankAllocation | null {
  if (method?.method !== 'adalora') return null;
  return new RankAllocation({ ...method, layers: [...modules.keys()], steps }, parameters, importance);
}

/** Dev has not become better for as many epochs as patience lasts. */
const isOver = ({ epochs, best }: TrainingState, { patience }: TrainingOptions): boolean =>
  best !== null && epochs.length - best.epoch >= patience;

const copyOf = (values: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, Float32Array> =>
  new Map([...values].map(([name, array]) => [name, array.slice()]));
