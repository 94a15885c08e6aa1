/**
 * An adapter trained by steps against a gradient, from labelled texts to the bytes of its file: LoRA, DS-LoRA and the others
 * of engine/adapter/methods.ts, or a head alone.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Adapter, TrainedModules } from '../adapter/adapter.ts';
import { encodeAdapter } from '../adapter/file.ts';
import { headLayers } from '../adapter/head.ts';
import type { Parameters } from '../adapter/parameters.ts';
import { replaceFile } from '../ggml/gguf/replace.ts';
import type { Scorer } from '../score/scorer.ts';
import { trainBaseline } from './baseline.ts';
import { CheckpointError, encodeCheckpoint, fingerprintOf, restoreCheckpoint } from './checkpoint.ts';
import { gateFigures, type GateReport } from './gate-figures.ts';
import { LogisticError } from './logistic-problem.ts';
import { f1Of, macroF1 } from './macro-f1.ts';
import { sparsity } from './optimiser.ts';
import {
  partReport,
  type GradientMethod,
  type LabelledText,
  type PartReport,
  type TrainHooks,
  type TrainInput,
} from './rows.ts';
import { fitTemperature } from './temperature.ts';
import type { EpochFigures } from './state.ts';
import { train, type CheckpointKeeper, type Examples, type TrainerInput } from './trainer.ts';

/** Figures on dev, where the epoch was picked: a little too good to be quoted as a result. */
export interface GradientReport {
  readonly method: string;
  readonly settings: GradientMethod;
  readonly train: PartReport;
  readonly dev: PartReport;
  readonly epochs: readonly EpochFigures[];
  readonly bestEpoch: number;
  readonly interrupted: boolean;
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
  { labels, train: trainRows, dev: devRows, options }: TrainInput<GradientMethod>,
  hooks: TrainHooks,
): Promise<{ adapter: Uint8Array; report: Adapter['training'] }> {
  const started = performance.now();
  const { method } = options;
  const trainPart = encoded(session, trainRows, labels, 'train');
  const devPart = encoded(session, devRows, labels, 'dev');
  if (new Set(trainPart.examples.labels).size < 2)
    throw new LogisticError('All texts in train have the same label: there is nothing to tell apart.');
  await using owner = new AsyncDisposableStack();
  const trainerInput: TrainerInput = {
    train: trainPart.examples,
    dev: devPart.examples,
    labels: labels.length,
    method: method.modules,
    options: method.training,
  };
  const { parameters, state, best, interrupted } = await train(session.reader, trainerInput, owner, {
    checkpoint:
      options.checkpoint && keeperOf(options.checkpoint, fingerprintOf(session.info.base.sha256, trainerInput)),
    signal: hooks.signal,
    finish: hooks.finish,
    onProgress: ({ step, steps, epoch, loss, devMacroF1, tokensPerSecond }) =>
      hooks.onProgress?.(step, steps, 'steps', {
        epoch,
        loss,
        tokens_per_second: tokensPerSecond,
        ...(devMacroF1 !== null && { dev_macro_f1: devMacroF1 }),
      }),
  });
  const temperature = fitTemperature(best.logits, devPart.examples.labels, labels.length);
  const parts = { labels, train: trainPart.examples, dev: devPart.examples };
  const gates = await gateFigures(session.reader, method.modules, parameters, parts, {
    signal: hooks.signal,
    // The steps are done; this is a sign of life, and no rate of its own.
    onProgress: () => hooks.onProgress?.(state.step, state.step, 'steps'),
  });
  const ngrams = options.ngrams
    ? await trainBaseline(trainPart.rows, devPart.rows, labels.length, method.training.classWeights, hooks.signal)
    : null;
  const { info, instruction } = session;
  const figures: GradientReport = {
    method: nameOf(method),
    settings: method,
    train: trainPart.report,
    dev: devPart.report,
    epochs: state.epochs,
    bestEpoch: best.epoch,
    interrupted,
    skippedSteps: state.skipped,
    parameters: parameters.count,
    sparsity: sparsity(parameters),
    ...(gates && { gates: gates.report }),
    temperature,
    devMacroF1: macroF1(best.confusion),
    devF1: Object.fromEntries(labels.map((label, k) => [label, f1Of(best.confusion, k)])),
    ...(ngrams && { ngramDevMacroF1: ngrams.devMacroF1 }),
    tokensPerSecond: Math.round(state.tokens / state.seconds),
    seconds: Math.round((performance.now() - started) / 100) / 10,
    base: { name: info.base.name, depth: info.depth, pooling: info.pooling, layout: info.layout },
  };
  const report: Adapter['training'] = JSON.parse(JSON.stringify(figures));
  const adapter = encodeAdapter({
    name: options.name,
    method: nameOf(method),
    base: info.base,
    exitDepth: info.depth,
    pooling: info.pooling,
    instruction,
    task: labels.length === 2 ? 'binary' : 'multi-class',
    labels: [...labels],
    neutralLabel: options.neutralLabel,
    temperature,
    thresholds: labels.map(() => 1 / labels.length),
    languages: [...options.languages],
    training: { ...options.source, report },
    ...headLayers(parameters),
    ...(method.modules && { modules: trainedModules(method.modules, parameters) }),
    ...(gates && { gateRates: gates.rates }),
    ...(ngrams && { ngrams: ngrams.weights }),
  });
  return { adapter, report };
}

const nameOf = ({ modules }: GradientMethod): Adapter['method'] => modules?.method ?? 'mlp';

function trainedModules(settings: TrainedModules['settings'], parameters: Parameters): TrainedModules {
  const own = parameters.all.filter(({ role }) => role !== 'head');
  return { settings, tensors: new Map(own.map(({ name, ne }) => [name, { ne, values: parameters.get(name) }])) };
}

/** A file that is written after every epoch; it stays until the caller has the adapter safe. */
function keeperOf({ file, resume }: { file: string; resume: boolean }, fingerprint: string): CheckpointKeeper {
  return {
    restore(parameters, optimiser) {
      if (!resume) return null;
      if (!existsSync(file)) throw new CheckpointError(`There is no ${file} to go on from. Start without --resume.`);
      return restoreCheckpoint(readFileSync(file), file, fingerprint, parameters, optimiser);
    },
    save: (state, parameters, optimiser) =>
      replaceFile(file, (write) => write(encodeCheckpoint(fingerprint, state, parameters, optimiser))),
  };
}

interface Part {
  readonly examples: Examples;
  readonly rows: readonly LabelledText[];
  readonly report: PartReport;
}

function encoded(session: Scorer, rows: readonly LabelledText[], labels: readonly string[], part: string): Part {
  const kept: LabelledText[] = [];
  const texts: Int32Array[] = [];
  for (const row of rows) {
    const ids = session.encode(row.text);
    if (typeof ids === 'string') continue;
    kept.push(row);
    texts.push(ids);
  }
  if (kept.length === 0)
    throw new LogisticError(
      `None of the ${rows.length} texts in ${part} can be read: all are empty or too long for this model.`,
    );
  return {
    examples: { texts, labels: Int32Array.from(kept, ({ label }) => label) },
    rows: kept,
    report: partReport(rows, kept, labels),
  };
}
