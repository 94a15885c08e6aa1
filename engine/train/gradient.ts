/**
 * An adapter trained by steps against a gradient, from labelled texts to the bytes of its file: LoRA, DS-LoRA and the others
 * of engine/adapter/methods.ts, or a head alone.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Adapter, TrainedModules } from '../adapter/adapter.ts';
import { encodeAdapter } from '../adapter/file.ts';
import { headLayers } from '../adapter/head.ts';
import { modulesOf } from '../adapter/methods.ts';
import type { Parameters } from '../adapter/parameters.ts';
import { GgufError } from '../ggml/gguf/errors.ts';
import { replaceFile } from '../ggml/gguf/replace.ts';
import { readGguf } from '../ggml/gguf/read.ts';
import { fileSha256 } from '../model/file-hash.ts';
import { assertWritable, writeModel } from '../model/write.ts';
import type { Scorer } from '../score/scorer.ts';
import { trainBaseline } from './baseline.ts';
import { CheckpointError, encodeCheckpoint, fingerprintOf, restoreCheckpoint, runOf } from './checkpoint.ts';
import { TrainingError } from './errors.ts';
import { labelCounts, type Examples, type Task } from './examples.ts';
import { gateFigures, type GateReport } from './gate-figures.ts';
import { LogisticError } from './logistic-problem.ts';
import { sparsity } from './optimiser.ts';
import {
  adapterTask,
  assertCovered,
  partReport,
  type CheckpointPlace,
  type GradientMethod,
  type LabelledText,
  type PartReport,
  type TrainHooks,
  type TrainInput,
} from './rows.ts';
import { fitTemperature } from './temperature.ts';
import { macroF1Of, type EpochFigures } from './state.ts';
import {
  train,
  type CheckpointKeeper,
  type TrainerInput,
  type TrainerResult,
  type TrainingProgress,
} from './trainer.ts';

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
  await using owner = new AsyncDisposableStack();
  const trainerInput: TrainerInput = {
    train: trainPart.examples,
    dev: devPart.examples,
    labels: labels.length,
    task,
    method: method.modules,
    options: method.training,
  };
  const keysOf = (texts: readonly number[]) => texts.map((text) => trainPart.rows[text]?.key ?? '');
  let where = { done: 0, total: 0 };
  const { parameters, state, best, interrupted, halt } = await withRows(keysOf, () =>
    train(session.reader, trainerInput, owner, {
      checkpoint:
        options.checkpoint && keeperOf(options.checkpoint, fingerprintOf(session.info.base.sha256, trainerInput)),
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
  const { info, instruction } = session;
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

/** Where the model goes that a method makes; null where it makes none. Throws RangeError where it could not be written. */
function ownModel({ basePath, reader }: Scorer, { modules }: GradientMethod, file: string | undefined): string | null {
  if (modules?.method !== 'full') return null;
  if (file === undefined) throw new RangeError('Full training makes a model, which needs a file of its own.');
  const { hyper, depth } = reader.model;
  const { parameters } = modulesOf(modules, hyper, depth, {
    rowNorms: () => new Float32Array(),
    weights: (layer, name) => reader.model.weight(layer, name) && new Float32Array(),
  });
  using base = readGguf(basePath);
  assertWritable(
    base,
    parameters.map(({ name }) => name),
  );
  return file;
}

async function writtenModel(
  { basePath, info, reader }: Scorer,
  parameters: Parameters,
  file: string,
): Promise<Adapter['base']> {
  const own = parameters.all.filter(({ role }) => role !== 'head');
  using base = readGguf(basePath);
  writeModel(file, base, reader.model.backend.native, new Map(own.map(({ name }) => [name, parameters.get(name)])));
  return { ...info.base, name: basename(file), sha256: await fileSha256(file) };
}

/** Something to tell apart: two labels that occur, or one that some texts have and others do not. */
function isLearnable(examples: Examples): boolean {
  const texts = examples.texts.length;
  return labelCounts(examples).some((count) => count > 0 && count < texts);
}

/** (labels, rows): 1 where a row has the label */
function targetsOf(rows: readonly LabelledText[], labels: number): Float32Array {
  const targets = new Float32Array(rows.length * labels);
  rows.forEach((row, i) => {
    for (const label of row.labels) targets[i * labels + label] = 1;
  });
  return targets;
}

/** What makes the probabilities honest on dev; of labels that do not exclude each other, each is a choice between it and 0. */
function temperatureOf(task: Task, logits: Float32Array, targets: Float32Array, labels: number): number {
  if (task === 'multi-label') {
    const pairs = new Float32Array(2 * logits.length);
    logits.forEach((z, i) => (pairs[2 * i + 1] = z));
    return fitTemperature(pairs, targets, 2);
  }
  const texts = targets.length / labels;
  return fitTemperature(
    logits,
    Int32Array.from({ length: texts }, (_, text) => targets.subarray(text * labels, (text + 1) * labels).indexOf(1)),
    labels,
  );
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

/** Which run wrote this checkpoint; '' for what is none: where nobody asked for it, it is replaced. */
function runIn(file: string): string {
  try {
    return runOf(file);
  } catch (error) {
    if (error instanceof GgufError) return '';
    throw error;
  }
}

/** A file that is written after every epoch; it stays until the caller has the adapter safe. */
function keeperOf({ file, resume, run = '' }: CheckpointPlace, fingerprint: string): CheckpointKeeper {
  return {
    restore(parameters, optimiser) {
      const isOwn = run !== '' && existsSync(file) && runIn(file) === run;
      if (!resume && !isOwn) return null;
      if (!existsSync(file)) throw new CheckpointError(`There is no ${file} to go on from. Start without --resume.`);
      return restoreCheckpoint(readFileSync(file), file, fingerprint, parameters, optimiser);
    },
    save: (state, parameters, optimiser) =>
      replaceFile(file, (write) => write(encodeCheckpoint(fingerprint, run, state, parameters, optimiser))),
  };
}

interface Part {
  readonly examples: Examples;
  readonly rows: readonly LabelledText[];
  readonly report: PartReport;
}

/** Rows between two breaths of the event loop. */
const BREATHE_EVERY = 256;

/** What cuts the texts of a part into tokens, with one progress over all parts. Throws LogisticError where none can be read. */
function tokenising(
  session: Scorer,
  labels: readonly string[],
  all: number,
  { signal, onProgress }: TrainHooks,
): (rows: readonly LabelledText[], part: string) => Promise<Part> {
  let done = 0;
  return async (rows, part) => {
    const kept: LabelledText[] = [];
    const texts: Int32Array[] = [];
    for (const [i, row] of rows.entries()) {
      const ids = session.encode(row.text);
      if (typeof ids !== 'string') {
        kept.push(row);
        texts.push(ids);
      }
      done++;
      if (i % BREATHE_EVERY < BREATHE_EVERY - 1) continue;
      onProgress?.(done, all, 'tokenised texts');
      await breathe();
      signal?.throwIfAborted();
    }
    if (kept.length === 0)
      throw new LogisticError(
        `None of the ${rows.length} texts in ${part} can be read: all are empty or too long for this model.`,
      );
    return {
      examples: { texts, targets: targetsOf(kept, labels.length) },
      rows: kept,
      report: partReport(rows, kept, labels),
    };
  };
}
