/**
 * An adapter trained by steps against a gradient, from labelled texts to the bytes of its file: LoRA, DS-LoRA and the others
 * of engine/adapter/methods.ts, or a head alone.
 */
import type { Adapter, TrainedModules } from '../adapter/adapter.ts';
import { encodeAdapter } from '../adapter/file.ts';
import { headLayers } from '../adapter/head.ts';
import type { Parameters } from '../adapter/parameters.ts';
import type { Scorer } from '../score/scorer.ts';
import { TrainingError } from './errors.ts';
import { LogisticError } from './linear/logistic-problem.ts';
import { trainBaseline } from './ngrams/baseline.ts';
import { ownModel, writtenModel } from './own-model.ts';
import {
  adapterTask,
  assertCovered,
  type GradientMethod,
  type PartReport,
  type TrainHooks,
  type TrainInput,
} from './rows.ts';
import { startFrom } from './start.ts';
import { fingerprintOf, keeperOf } from './steps/checkpoint.ts';
import { gateFigures, type GateReport } from './steps/gate-figures.ts';
import { sparsity } from './steps/optimiser.ts';
import type { TrainingProgress } from './steps/progress.ts';
import { macroF1Of, type EpochFigures } from './steps/state.ts';
import { train, type TrainerInput, type TrainerResult } from './steps/trainer.ts';
import { temperatureOf } from './temperature.ts';
import { isLearnable, tokenising } from './tokenised.ts';

/** Figures on dev, where the epoch was picked: a little too good to be quoted as a result. */
export interface GradientReport {
  readonly method: string;
  readonly settings: GradientMethod;
  readonly train: PartReport;
  readonly dev: PartReport;
  readonly epochs: readonly EpochFigures[];
  readonly bestEpoch: number;
  readonly interrupted: boolean;
  /** where it ended before its time because a number was not finite, with the keys of the batch's rows */
  readonly halted?: { readonly step: number; readonly epoch: number; readonly rows: readonly string[] };
  /** what was done otherwise than asked */
  readonly notes: readonly string[];
  /** steps left out because their numbers were not finite */
  readonly skippedSteps: number;
  readonly parameters: number;
  /** share of exact zeros in A and B */
  readonly sparsity: number;
  readonly gates?: GateReport;
  readonly temperature: number;
  readonly devMacroF1: number;
  readonly devF1: Readonly<Record<string, number>>;
  readonly ngramDevMacroF1?: number;
  readonly tokensPerSecond: number;
  readonly seconds: number;
  readonly base: { readonly name: string; readonly depth: number; readonly pooling: string; readonly layout: string };
}

/**
 * Trains and gives the adapter's bytes.
 * Throws LogisticError where a part has no text that can be read or only one label, RangeError where the method does not fit
 * the model, TrainingError where the numbers do not stay finite.
 */
export async function trainByGradient(
  session: Scorer,
  { labels, task, train: trainRows, dev: devRows, options }: TrainInput<GradientMethod>,
  hooks: TrainHooks,
): Promise<{ adapter: Uint8Array; report: Adapter['training'] }> {
  const started = performance.now();
  const { method } = options;
  const cut = tokenising(session, labels, trainRows.length + devRows.length, hooks);
  const trainPart = await cut(trainRows, 'train');
  const devPart = await cut(devRows, 'dev');
  assertCovered(trainPart.report, 'train');
  if (!isLearnable(trainPart.examples))
    throw new LogisticError('All texts in train have the same label: there is nothing to tell apart.');
  const notes: string[] = [];
  const modelFile = ownModel(session, method, options.model);
  const { info, instruction } = session;
  const into = {
    base: info.base.sha256,
    depth: info.depth,
    pooling: info.pooling,
    instruction,
    modules: method.modules,
    hidden: method.training.hidden,
  };
  await using owner = new AsyncDisposableStack();
  const trainerInput: TrainerInput = {
    train: trainPart.examples,
    dev: devPart.examples,
    labels: labels.length,
    task,
    method: method.modules,
    options: method.training,
    ...(options.start && { start: startFrom(options.start, into, labels, options.neutralLabel) }),
  };
  const keysOf = (texts: readonly number[]) => texts.map((text) => trainPart.rows[text]?.key ?? '');
  let where = { done: 0, total: 0 };
  const { parameters, state, best, interrupted, halt } = await withRows(keysOf, () =>
    train(session.reader, trainerInput, owner, {
      checkpoint: options.checkpoint && keeperOf(options.checkpoint, fingerprintOf(info.base.sha256, trainerInput)),
      signal: hooks.signal,
      finish: hooks.finish,
      onProgress(progress) {
        if (progress.kind !== 'steps') {
          const unit = progress.kind === 'frozen' ? 'texts' : 'dev texts';
          return hooks.onProgress?.(progress.done, progress.texts, unit);
        }
        const { step, steps } = progress;
        where = { done: step, total: steps };
        hooks.onProgress?.(step, steps, 'steps', figuresOf(progress));
      },
      onNote(note) {
        notes.push(note);
        hooks.onProgress?.(where.done, where.total, 'steps', undefined, note);
      },
    }),
  );
  const temperature = temperatureOf(task, best.logits, devPart.examples.targets, labels.length);
  const parts = { labels, train: trainPart.examples, dev: devPart.examples };
  const gates = await gateFigures(session.reader, method.modules, parameters, parts, {
    signal: hooks.signal,
    // The steps are done; this is a sign of life, and no rate of its own.
    onProgress: () => hooks.onProgress?.(state.step, state.step, 'steps'),
  });
  const ngrams =
    options.ngrams && task === 'exclusive'
      ? await trainBaseline(trainPart.rows, devPart.rows, labels.length, method.training.classWeights, hooks)
      : null;
  const base = modelFile === null ? info.base : await writtenModel(session, parameters, modelFile);
  const figures: GradientReport = {
    method: nameOf(method),
    settings: method,
    train: trainPart.report,
    dev: devPart.report,
    epochs: state.epochs,
    bestEpoch: best.epoch,
    interrupted,
    ...(halt && { halted: { step: halt.step, epoch: halt.epoch, rows: keysOf(halt.texts) } }),
    notes,
    skippedSteps: state.skipped,
    parameters: parameters.count,
    sparsity: sparsity(parameters),
    ...(gates && { gates: gates.report }),
    temperature,
    devMacroF1: macroF1Of(best),
    devF1: Object.fromEntries(labels.map((label, k) => [label, best.f1[k] ?? 0])),
    ...(ngrams && { ngramDevMacroF1: ngrams.devMacroF1 }),
    tokensPerSecond: Math.round(state.tokens / state.seconds),
    seconds: Math.round((performance.now() - started) / 100) / 10,
    base: { name: info.base.name, depth: info.depth, pooling: info.pooling, layout: info.layout },
  };
  const report: Adapter['training'] = JSON.parse(JSON.stringify(figures));
  const adapter = encodeAdapter({
    name: options.name,
    method: nameOf(method),
    base,
    exitDepth: info.depth,
    pooling: info.pooling,
    instruction,
    task: adapterTask(task, labels.length),
    labels: [...labels],
    neutralLabel: options.neutralLabel,
    temperature,
    thresholds: labels.map(() => (task === 'multi-label' ? 1 / 2 : 1 / labels.length)),
    languages: [...options.languages],
    training: { ...options.source, report },
    ...headLayers(parameters),
    ...(method.modules && modelFile === null && { modules: trainedModules(method.modules, parameters) }),
    ...(gates && { gateRates: gates.rates }),
    ...(ngrams && { ngrams: ngrams.weights }),
  });
  return { adapter, report };
}

/** What is known so far. Nothing that is not finite can be told. */
const figuresOf = ({ epoch, epochs, loss, devMacroF1, tokensPerSecond, secondsLeft }: TrainingProgress) =>
  Object.fromEntries(
    Object.entries({
      epoch,
      epochs,
      loss,
      dev_macro_f1: devMacroF1 ?? NaN,
      tokens_per_second: tokensPerSecond,
      seconds_left: secondsLeft ?? NaN,
    }).filter(([, figure]) => Number.isFinite(figure)),
  );

const nameOf = ({ modules }: GradientMethod): Adapter['method'] => modules?.method ?? 'mlp';

function trainedModules(settings: TrainedModules['settings'], parameters: Parameters): TrainedModules {
  const own = parameters.all.filter(({ role }) => role !== 'head');
  return { settings, tensors: new Map(own.map(({ name, ne }) => [name, { ne, values: parameters.get(name) }])) };
}

/** Rows of a batch that a message names. */
const MOST_NAMED = 32;

/** Errors about a batch name its rows as the desk calls them. */
async function withRows(
  keysOf: (texts: readonly number[]) => readonly string[],
  work: () => Promise<TrainerResult>,
): Promise<TrainerResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TrainingError) || error.texts.length === 0) throw error;
    const keys = keysOf(error.texts);
    const more = keys.length > MOST_NAMED ? ` and ${keys.length - MOST_NAMED} more` : '';
    throw new TrainingError(
      `${error.message} The batch holds the rows ${keys.slice(0, MOST_NAMED).join(', ')}${more}.`,
      error.remedy,
    );
  }
}
