/**
 * Linear probe: logistic regression on the frozen pooled states of a base model. The states are computed once; the
 * strength of the regularisation is picked on dev, and a temperature makes the probabilities honest there.
 */
import { encodeAdapter } from '../adapter/file.ts';
import type { Adapter } from '../adapter/adapter.ts';
import type { Scorer } from '../score/scorer.ts';
import { argMax, predictLinear, type LinearHead } from './linear-head.ts';
import { selectLogistic, type StrengthTrial } from './logistic.ts';
import { LogisticError, type Labelled } from './logistic-problem.ts';
import { confusionOf, f1Of, macroF1 } from './macro-f1.ts';
import { trainNgrams, predictNgrams, type NgramModel } from './ngrams.ts';

export interface LabelledText {
  readonly key: string;
  readonly text: string;
  /** index into the labels */
  readonly label: number;
}

export interface ProbeInput {
  readonly labels: readonly string[];
  readonly train: readonly LabelledText[];
  readonly dev: readonly LabelledText[];
  readonly options: {
    readonly name: string;
    readonly neutralLabel: string | null;
    readonly classWeights: 'balanced' | 'none';
    /** strengths to try; default: the trainer's own grid */
    readonly strengths?: readonly number[];
    /** also train the character n-gram baseline, which then travels in the adapter */
    readonly ngrams: boolean;
    readonly languages: readonly string[];
    /** what went in, for the adapter's own record */
    readonly source: Adapter['training'];
  };
}

export interface ProbeHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, unit: string) => void;
}

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

interface PartReport {
  readonly rows: number;
  readonly perLabel: Readonly<Record<string, number>>;
  /** rows that the model could not read: empty or over-long */
  readonly notRead: number;
}

/** Texts embedded between two reports of progress. */
const CHUNK = 1024;

/**
 * Trains a head on a session's pooled states and gives the adapter's bytes.
 * Throws LogisticError where a label has no text that can be read in train, or dev is empty.
 */
export async function trainProbe(
  session: Scorer,
  { labels, train, dev, options }: ProbeInput,
  hooks: ProbeHooks,
): Promise<{ adapter: Uint8Array; report: Adapter['training'] }> {
  const started = performance.now();
  let done = 0;
  const embed = (rows: readonly LabelledText[], part: string) =>
    statesOf(session, rows, labels, part, hooks.signal, (count) => {
      done += count;
      hooks.onProgress?.(done, train.length + dev.length, 'texts');
    });
  const trainPart = await embed(train, 'train');
  const devPart = await embed(dev, 'dev');
  const embedded = performance.now();

  const classes = labels.length;
  const selected = await selectLogistic(
    trainPart.data,
    devPart.data,
    { classes, classWeights: options.classWeights, ...(options.strengths && { strengths: options.strengths }) },
    { signal: hooks.signal },
  );
  const predicted = argMax(predictLinear(selected.head, devPart.data.features), classes);
  const confusion = confusionOf(devPart.data.labels, predicted, classes);
  const temperature = fitTemperature(selected.head, devPart.data);
  const ngrams = options.ngrams
    ? await trainBaseline(trainPart.rows, classes, options.classWeights, hooks.signal)
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
    ...(ngrams && { ngramDevMacroF1: baselineMacroF1(ngrams, devPart.rows, classes) }),
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
    task: classes === 2 ? 'binary' : 'multi-class',
    labels: [...labels],
    neutralLabel: options.neutralLabel,
    temperature,
    thresholds: labels.map(() => 1 / classes),
    languages: [...options.languages],
    training: { ...options.source, report },
    head: { weight: selected.head.weights, bias: selected.head.bias },
    ...(ngrams && {
      ngrams: { weight: ngrams.weights, bias: ngrams.bias, shortest: ngrams.shortest, longest: ngrams.longest },
    }),
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
  onDone: (count: number) => void,
): Promise<Part> {
  const { width } = session.info;
  const values = new Float32Array(rows.length * width);
  const kept: LabelledText[] = [];
  for (let at = 0; at < rows.length; at += CHUNK) {
    const chunk = rows.slice(at, at + CHUNK);
    const { states, read } = await session.embed(chunk, { ...(signal && { signal }) });
    chunk.forEach((row, i) => {
      if (!read[i]) return;
      values.set(states.subarray(i * width, (i + 1) * width), kept.length * width);
      kept.push(row);
    });
    onDone(chunk.length);
  }
  if (kept.length === 0)
    throw new LogisticError(
      `None of the ${rows.length} texts in ${part} can be read: all are empty or too long for this model.`,
    );
  const perLabel = Object.fromEntries(labels.map((label, k) => [label, kept.filter((row) => row.label === k).length]));
  return {
    data: {
      features: { values: values.subarray(0, kept.length * width), rows: kept.length, columns: width },
      labels: Int32Array.from(kept, ({ label }) => label),
    },
    rows: kept,
    report: { rows: kept.length, perLabel, notRead: rows.length - kept.length },
  };
}

async function trainBaseline(
  rows: readonly LabelledText[],
  classes: number,
  classWeights: 'balanced' | 'none',
  signal?: AbortSignal,
): Promise<NgramModel> {
  const labels = rows.map(({ label }) => label);
  return await trainNgrams(
    rows.map(({ text }) => text),
    { kind: 'labels', labels },
    { classes, classWeights },
    { signal },
  );
}

function baselineMacroF1(model: NgramModel, rows: readonly LabelledText[], classes: number): number {
  const predicted = argMax(
    predictNgrams(
      model,
      rows.map(({ text }) => text),
    ),
    classes,
  );
  return macroF1(
    confusionOf(
      rows.map(({ label }) => label),
      predicted,
      classes,
    ),
  );
}

/** The range and steps of the search: a factor between 1/20 and 20, to half a percent. */
const TEMPERATURES = { least: 0.05, most: 20, steps: 60 } as const;

/** The temperature with the least log loss on dev (Guo et al. 2017), by golden section over its logarithm. */
export function fitTemperature(head: LinearHead, { features, labels }: Labelled): number {
  const { classes } = head;
  const logits = Float64Array.from(predictLinear(head, features), (p) => Math.log(Math.max(p, 1e-12)));
  const loss = (logTemperature: number) => {
    const temperature = Math.exp(logTemperature);
    let sum = 0;
    for (let row = 0; row < features.rows; row++) {
      let total = 0;
      for (let k = 0; k < classes; k++) total += Math.exp((logits[row * classes + k] as number) / temperature);
      sum += Math.log(total) - (logits[row * classes + (labels[row] as number)] as number) / temperature;
    }
    return sum / features.rows;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(TEMPERATURES.least);
  let high = Math.log(TEMPERATURES.most);
  for (let step = 0; step < TEMPERATURES.steps; step++) {
    const a = high - ratio * (high - low);
    const b = low + ratio * (high - low);
    if (loss(a) <= loss(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}
