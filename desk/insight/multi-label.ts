/** Figures of a classifier that gives a text any number of labels: each label by itself, and all of them together. */
import type { BootstrapOptions } from './bootstrap.ts';
import { atRandom, withIntervals, type Evaluation, type Figure, type Values } from './evaluation.ts';
import {
  areaUnderRoc,
  averagePrecision,
  confusionOf,
  descending,
  expectedCalibrationError,
  MetricError,
  perClass,
  rank,
  recallInFirst,
  type ClassFigures,
} from './metrics.ts';

export interface ScoredSets {
  readonly labels: readonly string[];
  /** rows × labels, row-major: 1 where a row has the label */
  readonly gold: Uint8Array;
  /** rows × labels, row-major */
  readonly probabilities: Float32Array;
  /** per label: the probability from which on a row counts as having it */
  readonly thresholds: readonly number[];
}

export interface LabelFigures extends ClassFigures {
  /** of the order by this label's probability; NaN where no row has it */
  readonly auprc: number;
  /** of having the label or not */
  readonly ece: number;
}

/** `auprc`, `auroc` and `recall_in_first` are of the queue: by the largest probability, to find rows with any label. */
export interface MultiLabelEvaluation extends Pick<
  Evaluation,
  'rows' | 'positives' | 'macro_f1' | 'auprc' | 'auroc' | 'recall_in_first' | 'random_order'
> {
  /** share of rows whose labels are all right */
  readonly exact_match: Figure;
  /** mean over the labels */
  readonly ece: Figure;
  readonly per_label: Readonly<Record<string, LabelFigures>>;
}

/** One label, as a task of two classes. */
interface OneLabel {
  readonly gold: Uint8Array;
  readonly said: Uint8Array;
  readonly scores: Float32Array;
  /** rows × 2 */
  readonly pairs: Float32Array;
  readonly order: Uint32Array;
}

/**
 * As `evaluate`, for several labels a row.
 * Throws MetricError for rows that do not fit together.
 */
export function evaluateSets(
  { labels, gold, probabilities, thresholds }: ScoredSets,
  firsts: readonly number[] = [200],
  options: BootstrapOptions = {},
): MultiLabelEvaluation {
  const rows = gold.length / labels.length;
  if (rows === 0) throw new MetricError('There are no labelled rows to evaluate on.');
  if (!Number.isInteger(rows) || probabilities.length !== gold.length || thresholds.length !== labels.length)
    throw new MetricError(
      `${gold.length} choices, ${probabilities.length} probabilities and ${thresholds.length} thresholds do not fit ${labels.length} labels.`,
    );
  const each = labels.map((_, k) => oneLabel(gold, probabilities, k, labels.length, thresholds[k] ?? 0.5));
  const isRight = Uint8Array.from({ length: rows }, (_, row) =>
    each.every(({ gold: has, said }) => has[row] === said[row]) ? 1 : 0,
  );
  const isPositive = Uint8Array.from({ length: rows }, (_, row) => (each.some((one) => one.gold[row] === 1) ? 1 : 0));
  const scores = Float32Array.from({ length: rows }, (_, row) => Math.max(...each.map((one) => one.scores[row] ?? 0)));
  const order = descending(scores);
  const figuresOf = (weights: Float64Array): Values => {
    const ranking = rank(isPositive, scores, weights, order);
    const byLabel = each.map((one) => figuresOfLabel(one, weights));
    return [
      weightedMean(isRight, weights),
      mean(byLabel.map(({ f1 }) => f1)),
      mean(byLabel.map(({ ece }) => ece)),
      averagePrecision(ranking),
      areaUnderRoc(ranking),
      ...firsts.map((k) => recallInFirst(ranking, (k * ranking.total) / rows)),
    ];
  };
  const once = new Float64Array(rows).fill(1);
  const [exact, ofMacroF1, ofEce, ofAuprc, ofAuroc, ...ofFirsts] = withIntervals(rows, figuresOf, options);
  const positives = isPositive.reduce((sum, value) => sum + value, 0);
  return {
    rows,
    positives,
    exact_match: exact,
    macro_f1: ofMacroF1,
    ece: ofEce,
    per_label: Object.fromEntries(
      each.map((one, k) => [
        labels[k] ?? '',
        { ...figuresOfLabel(one, once), auprc: averagePrecision(rank(one.gold, one.scores, once, one.order)) },
      ]),
    ),
    auprc: ofAuprc,
    auroc: ofAuroc,
    recall_in_first: firsts.map((k, i) => ({ k, ...(ofFirsts[i] as Figure) })),
    random_order: atRandom(positives, rows, firsts),
  };
}

function oneLabel(
  gold: Uint8Array,
  probabilities: Float32Array,
  label: number,
  labels: number,
  threshold: number,
): OneLabel {
  const rows = gold.length / labels;
  const at = (row: number): number => row * labels + label;
  const scores = Float32Array.from({ length: rows }, (_, row) => probabilities[at(row)] ?? 0);
  const pairs = new Float32Array(2 * rows);
  scores.forEach((p, row) => pairs.set([1 - p, p], 2 * row));
  return {
    gold: Uint8Array.from({ length: rows }, (_, row) => gold[at(row)] ?? 0),
    said: Uint8Array.from(scores, (p) => (p >= threshold ? 1 : 0)),
    scores,
    pairs,
    order: descending(scores),
  };
}

function figuresOfLabel(
  { gold, said, pairs }: OneLabel,
  weights: Float64Array,
): ClassFigures & { readonly ece: number } {
  const [, figures] = perClass(confusionOf(gold, said, 2, weights));
  if (!figures) throw new MetricError('A label has no figures.');
  return { ...figures, ece: expectedCalibrationError(gold, pairs, 2, weights) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function weightedMean(values: Uint8Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < weights.length; row++) {
    sum += (values[row] as number) * (weights[row] as number);
    total += weights[row] as number;
  }
  return sum / total;
}
