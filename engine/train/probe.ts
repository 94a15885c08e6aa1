/**
 * Linear probe: logistic regression on the frozen pooled states of a base model. The states are computed once; the
 * strength of the regularisation is picked on dev, and a temperature makes the probabilities honest there.
 */
import { encodeAdapter } from '../adapter/file.ts';
import type { Adapter } from '../adapter/adapter.ts';
import type { Scorer } from '../score/scorer.ts';
import { trainBaseline } from './ngrams/baseline.ts';
import { argMax, predictLinear } from '../score/linear-head.ts';
import { selectLogistic, type StrengthTrial } from './linear/logistic.ts';
import { LogisticError, type Labelled } from './linear/logistic-problem.ts';
import { confusionOf, f1Of } from './macro-f1.ts';
import {
  adapterTask,
  assertCovered,
  labelOf,
  partReport,
  type LabelledText,
  type PartReport,
  type ProbeMethod,
  type TrainHooks,
  type TrainInput,
} from './rows.ts';
import { fitTemperature } from './temperature.ts';

/** Figures on dev, where the strength was picked: a little too good to be quoted as a result. */
export interface ProbeReport {
  readonly method: 'probe';
  readonly train: PartReport;
  readonly dev: PartReport;
  readonly strength: number;
  readonly trials: readonly StrengthTrial[];
  readonly temperature: number;
  readonly devMacroF1: number;
  readonly devF1: Readonly<Record<string, number>>;
  /** dev macro-F1 of character n-grams trained on the same rows, where asked for */
  readonly ngramDevMacroF1?: number;
  readonly seconds: { readonly states: number; readonly fit: number };
  readonly tokensAreFrom: {
    readonly base: string;
    readonly depth: number;
    readonly pooling: string;
    readonly layout: string;
  };
}

/** Texts embedded between two reports of progress. */
const CHUNK = 1024;

/**
 * Trains a head on a session's pooled states and gives the adapter's bytes.
 * Throws LogisticError where a label has no text that can be read in train, or dev is empty.
 */
export async function trainProbe(
  session: Scorer,
  { labels, task, train, dev, options }: TrainInput<ProbeMethod>,
  hooks: TrainHooks,
): Promise<{ adapter: Uint8Array; report: Adapter['training'] }> {
  if (task === 'multi-label')
    throw new LogisticError(
      'A probe tells labels apart that exclude each other. Train several labels a text with --method mlp.',
    );
  const started = performance.now();
  const texts = train.length + dev.length;
  const embed = (rows: readonly LabelledText[], part: string, before: number) =>
    statesOf(session, rows, labels, part, hooks.signal, (done) => hooks.onProgress?.(before + done, texts, 'texts'));
  const trainPart = await embed(train, 'train', 0);
  assertCovered(trainPart.report, 'train');
  const devPart = await embed(dev, 'dev', train.length);
  const embedded = performance.now();

  const classes = labels.length;
  const { classWeights, strengths } = options.method;
  const selected = await selectLogistic(
    trainPart.data,
    devPart.data,
    { classes, classWeights, ...(strengths && { strengths }) },
    {
      signal: hooks.signal,
      // A sign of life: nobody knows how many passes it takes.
      onProgress: () => hooks.onProgress?.(texts, texts, 'texts'),
    },
  );
  const predicted = argMax(predictLinear(selected.head, devPart.data.features), classes);
  const confusion = confusionOf(devPart.data.labels, predicted, classes);
  const logProbabilities = predictLinear(selected.head, devPart.data.features).map((p) => Math.log(Math.max(p, 1e-12)));
  const temperature = fitTemperature(logProbabilities, devPart.data.labels, classes);
  const ngrams = options.ngrams
    ? await trainBaseline(trainPart.rows, devPart.rows, classes, classWeights, hooks)
    : null;
  const figures: ProbeReport = {
    method: 'probe',
    train: trainPart.report,
    dev: devPart.report,
    strength: selected.strength,
    trials: selected.trials,
    temperature,
    devMacroF1: selected.devMacroF1,
    devF1: Object.fromEntries(labels.map((label, k) => [label, f1Of(confusion, k)])),
    ...(ngrams && { ngramDevMacroF1: ngrams.devMacroF1 }),
    seconds: { states: seconds(started, embedded), fit: seconds(embedded, performance.now()) },
    tokensAreFrom: {
      base: session.info.base.name,
      depth: session.info.depth,
      pooling: session.info.pooling,
      layout: session.info.layout,
    },
  };
  const report: Adapter['training'] = JSON.parse(JSON.stringify(figures));
  const { info, instruction } = session;
  const adapter = encodeAdapter({
    name: options.name,
    method: 'probe',
    base: info.base,
    exitDepth: info.depth,
    pooling: info.pooling,
    instruction,
    task: adapterTask(task, classes),
    labels: [...labels],
    neutralLabel: options.neutralLabel,
    temperature,
    thresholds: labels.map(() => 1 / classes),
    languages: [...options.languages],
    training: { ...options.source, report },
    head: { weight: selected.head.weights, bias: selected.head.bias },
    ...(ngrams && { ngrams: ngrams.weights }),
  });
  return { adapter, report };
}

const seconds = (from: number, to: number): number => Math.round((to - from) / 100) / 10;

interface Part {
  readonly data: Labelled;
  readonly rows: readonly LabelledText[];
  readonly report: PartReport;
}

async function statesOf(
  session: Scorer,
  rows: readonly LabelledText[],
  labels: readonly string[],
  part: string,
  signal: AbortSignal | undefined,
  onProgress: (done: number) => void,
): Promise<Part> {
  const { width } = session.info;
  const values = new Float32Array(rows.length * width);
  const kept: LabelledText[] = [];
  for (let at = 0; at < rows.length; at += CHUNK) {
    const chunk = rows.slice(at, at + CHUNK);
    const { states, read } = await session.embed(chunk, {
      ...(signal && { signal }),
      onProgress: (done) => onProgress(at + done),
    });
    if (!states.every(Number.isFinite)) await blameRow(session, chunk, part, signal);
    chunk.forEach((row, i) => {
      if (!read[i]) return;
      values.set(states.subarray(i * width, (i + 1) * width), kept.length * width);
      kept.push(row);
    });
  }
  if (kept.length === 0)
    throw new LogisticError(
      `None of the ${rows.length} texts in ${part} can be read: all are empty or too long for this model.`,
    );
  return {
    data: {
      features: { values: values.subarray(0, kept.length * width), rows: kept.length, columns: width },
      labels: Int32Array.from(kept, labelOf),
    },
    rows: kept,
    report: partReport(rows, kept, labels),
  };
}

/** Says which text a model makes no numbers of; read beside others it spoils theirs, too. Throws LogisticError. */
async function blameRow(
  session: Scorer,
  rows: readonly LabelledText[],
  part: string,
  signal: AbortSignal | undefined,
): Promise<never> {
  for (const row of rows) {
    const { states } = await session.embed([row], { ...(signal && { signal }) });
    if (!states.every(Number.isFinite))
      throw new LogisticError(
        `This model makes no finite numbers of row ${row.key} in ${part}. Leave the row out, or choose another model.`,
      );
  }
  throw new LogisticError(`This model makes no finite numbers of some texts in ${part}. Choose another model.`);
}
