/** Measures an adapter on labelled texts, beside what character n-grams and a random order give on the same rows. */
import type { Adapter } from '../../engine/adapter/adapter.ts';
import { predictNgrams, type NgramModel } from '../../engine/train/ngrams/ngrams.ts';
import { evaluate, type Evaluation } from '../insight/evaluation.ts';
import { evaluateSets, type MultiLabelEvaluation } from '../insight/multi-label.ts';
import type { ChosenModel } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import type { Supervisor } from '../supervisor.ts';
import { readLabelled, type LabelledRow, type LabelledTable } from '../tables/labelled.ts';
import type { TableColumns } from '../tables/open.ts';
import { openModel } from '../triage/scoring.ts';
import { TrainingDataError } from './errors.ts';
import { guessNeutral } from './labels.ts';

export interface EvaluateInput {
  readonly data: string;
  readonly columns: TableColumns;
  readonly chosen: ChosenModel;
  readonly deterministic: boolean;
  /** lengths of the queue whose recall is asked for */
  readonly firsts: readonly number[];
}

export interface EvaluateHooks {
  readonly signal?: AbortSignal;
  readonly onStage?: (stage: 'reading' | 'opening' | 'measuring') => void;
  readonly onProgress?: (done: number, total: number) => void;
}

interface MeasuredRows {
  readonly table: LabelledTable;
  /** word of the data → label of the adapter */
  readonly renamed: Readonly<Record<string, string>>;
  /** rows that the model did not read; they are in none of the figures */
  readonly notRead: number;
  readonly labels: readonly string[];
}

/** What an adapter is worth on labelled rows, by what it says of a text: one label, or any number of them. */
export type Measured =
  | (MeasuredRows & {
      readonly task: 'exclusive';
      readonly model: Evaluation;
      /** null where the adapter carries no baseline */
      readonly ngrams: Evaluation | null;
    })
  | (MeasuredRows & {
      readonly task: 'multi-label';
      readonly model: MultiLabelEvaluation;
      /** the word of the data for no label, where it has one */
      readonly none: string | null;
    });

/** @throws ImportError, TableError, TrainingDataError, EngineCallError, EngineFailed */
export async function evaluateAdapter(
  supervisor: Supervisor,
  places: Places,
  input: EvaluateInput,
  hooks: EvaluateHooks = {},
): Promise<Measured> {
  const { signal } = hooks;
  const { adapter } = input.chosen;
  hooks.onStage?.('reading');
  const table = await readLabelled(input.data, input.columns, { signal, multiLabel: adapter.task === 'multi-label' });
  const none = adapter.task === 'multi-label' ? noneOf(table, adapter) : null;
  const renamed = adapter.task === 'multi-label' ? new Map<string, string>() : matchLabels(table, adapter);
  hooks.onStage?.('opening');
  await using session = await openModel(supervisor, places, input.chosen, input, signal);
  const items = table.rows.map(({ text }, row) => ({ key: String(row), text }));
  const onProgress = (done: number): void => hooks.onProgress?.(done, items.length);
  const scored = await session.score(items, { signal, onProgress });
  hooks.onStage?.('measuring');
  const kept: LabelledRow[] = [];
  const rows: Float32Array[] = [];
  for (const [i, result] of scored.entries()) {
    const row = table.rows[i];
    if (result.status !== 'scored' || row === undefined) continue;
    kept.push(row);
    rows.push(result.probabilities);
  }
  const { labels } = adapter;
  const probabilities = new Float32Array(rows.length * labels.length);
  rows.forEach((row, i) => probabilities.set(row, i * labels.length));
  const measured = {
    table,
    renamed: Object.fromEntries([...renamed].filter(([word, label]) => word !== label)),
    notRead: table.rows.length - kept.length,
    labels,
  };
  if (kept.length === 0)
    throw new TrainingDataError(
      `${table.path}: the model read none of its ${table.rows.length} rows.`,
      'They are longer than it takes; name another column with --text, or another file.',
    );
  if (adapter.task === 'multi-label') {
    const gold = new Uint8Array(probabilities.length);
    kept.forEach((row, i) => row.labels.forEach((label) => mark(gold, i * labels.length, labels.indexOf(label))));
    const model = evaluateSets({ labels, gold, probabilities, thresholds: adapter.thresholds }, input.firsts);
    return { ...measured, task: 'multi-label', model, none };
  }
  const gold = kept.map((row) => labels.indexOf(renamed.get(row.labels[0] ?? '') ?? ''));
  const measure = (p: Float32Array): Evaluation => figures(adapter, gold, p, input.firsts);
  const baseline = ngramsOf(adapter);
  const texts = kept.map(({ text }) => text);
  return {
    ...measured,
    task: 'exclusive',
    model: measure(probabilities),
    ngrams: baseline && measure(predictNgrams(baseline, texts)),
  };
}

/** The word for none of the labels is at none of the places. */
function mark(gold: Uint8Array, from: number, label: number): void {
  if (label >= 0) gold[from + label] = 1;
}

/**
 * The word of the data for no label: the one of the training, else one that is called so. Throws TrainingDataError where
 * there are other words that are no label of the adapter.
 */
function noneOf({ path, counts }: LabelledTable, { labels, training }: Adapter): string | null {
  const rest = [...counts.keys()].filter((word) => !labels.includes(word));
  const taught = training['none_label'];
  const none = rest.find((word) => word === taught) ?? guessNeutral(rest);
  const unknown = rest.filter((word) => word !== none);
  if (unknown.length === 0) return none;
  throw new TrainingDataError(
    `${path}: the labels ${list(unknown)} are none of the adapter's (${list(labels)}).`,
    'Use data with the adapter’s labels, several of a row with | between them, or name another column with --label.',
  );
}

/**
 * Which label of the adapter a word of the data stands for. Where a word is no label of a binary adapter, the neutral
 * one is found by its name and every other word counts as the other label: data sets call the same thing toxic,
 * hateful, offensive.
 */
function matchLabels({ path, counts }: LabelledTable, adapter: Adapter): ReadonlyMap<string, string> {
  const { labels, neutralLabel, task } = adapter;
  const words = [...counts.keys()];
  const matched = new Map(words.filter((word) => labels.includes(word)).map((word) => [word, word]));
  const rest = words.filter((word) => !matched.has(word));
  if (rest.length === 0) return matched;
  const other = labels.find((label) => label !== neutralLabel);
  const neutralWord = neutralLabel !== null && matched.has(neutralLabel) ? neutralLabel : guessNeutral(words);
  if (task !== 'binary' || neutralLabel === null || other === undefined || neutralWord === null) {
    throw new TrainingDataError(
      `${path}: the labels ${list(rest)} are none of the adapter's (${list(labels)}).`,
      'Use data with the adapter’s labels, or name another column with --label.',
    );
  }
  for (const word of rest) matched.set(word, word === neutralWord ? neutralLabel : other);
  return matched;
}

const list = (words: readonly string[]): string =>
  words
    .slice(0, 10)
    .map((word) => `"${word}"`)
    .join(', ');

/**
 * Figures of the classes as they are; those of the ranking (AUPRC, AUROC, recall in the first k) for the order of the
 * queue, that is by 1 − the neutral label's probability.
 */
function figures(adapter: Adapter, gold: readonly number[], p: Float32Array, firsts: readonly number[]): Evaluation {
  const { labels, neutralLabel } = adapter;
  const neutral = neutralLabel === null ? -1 : labels.indexOf(neutralLabel);
  if (labels.length === 2 || neutral < 0) {
    const positive = neutral < 0 ? labels.length - 1 : 1 - neutral;
    return evaluate({ labels, gold, probabilities: p, positive }, firsts);
  }
  const classes = evaluate({ labels, gold, probabilities: p }, firsts);
  const pairs = new Float32Array(gold.length * 2);
  gold.forEach((_, row) => {
    const calm = p[row * labels.length + neutral] ?? 0;
    pairs.set([calm, 1 - calm], row * 2);
  });
  const ranking = evaluate(
    { labels: ['neutral', 'other'], gold: gold.map((g) => (g === neutral ? 0 : 1)), probabilities: pairs },
    firsts,
  );
  const { positives, auprc, auroc, recall_in_first, random_order } = ranking;
  return { ...classes, positives, auprc, auroc, recall_in_first, random_order };
}

/** The character n-grams that an adapter carries as its baseline; null where it carries none. */
export function ngramsOf({ ngrams, labels }: Adapter): NgramModel | null {
  if (ngrams === undefined) return null;
  const { weight, bias, shortest, longest } = ngrams;
  return {
    classes: labels.length,
    buckets: weight.length / bias.length,
    shortest,
    longest,
    weights: weight,
    bias,
  };
}
