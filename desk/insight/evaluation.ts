/**
 * All figures of one evaluation: what `moderato eval` prints and the window's insights show, with intervals.
 */
import { argMax } from '../../engine/score/linear-head.ts';
import { bootstrap, type BootstrapOptions, type Interval } from './bootstrap.ts';
import {
  accuracy,
  areaUnderRoc,
  averagePrecision,
  confusionOf,
  descending,
  expectedCalibrationError,
  macroF1,
  MetricError,
  perClass,
  randomOrder,
  rank,
  recallInFirst,
  type ClassFigures,
} from './metrics.ts';

export interface Scored {
  /** label words, in the order of the classes */
  readonly labels: readonly string[];
  /** true class of each row */
  readonly gold: ArrayLike<number>;
  /** rows × classes, row-major */
  readonly probabilities: Float32Array;
  /** class that a ranking is to find; its probability is the score. Default: the last. */
  readonly positive?: number;
}

/** A figure with its 95% interval. */
export interface Figure extends Interval {
  readonly value: number;
}

/** Five figures, then the recall in the first k for each k that was asked for. */
type FiveAndMore<T> = readonly [T, T, T, T, T, ...T[]];
export type Values = FiveAndMore<number>;

export interface Evaluation {
  readonly rows: number;
  readonly positives: number;
  readonly accuracy: Figure;
  readonly macro_f1: Figure;
  readonly per_class: Readonly<Record<string, ClassFigures>>;
  readonly auprc: Figure;
  readonly auroc: Figure;
  readonly ece: Figure;
  /** share of the positives among the first k of the queue, for each k asked for */
  readonly recall_in_first: readonly (Figure & { readonly k: number })[];
  /** rows: gold, columns: predicted, in the order of the labels */
  readonly confusion: readonly (readonly number[])[];
  /** what a random order gives on average */
  readonly random_order: {
    readonly auprc: number;
    readonly auroc: number;
    readonly recall_in_first: readonly { readonly k: number; readonly value: number }[];
  };
}

/**
 * Evaluates scores against gold labels. A figure that the rows cannot give (a ranking without positives) is NaN.
 * `firsts`: the queue lengths whose recall is asked for. Throws MetricError for rows that do not fit together.
 */
export function evaluate(
  { labels, gold, probabilities, positive = labels.length - 1 }: Scored,
  firsts: readonly number[] = [200],
  options: BootstrapOptions = {},
): Evaluation {
  const classes = labels.length;
  const rows = gold.length;
  if (rows === 0) throw new MetricError('There are no labelled rows to evaluate on.');
  if (probabilities.length !== rows * classes) {
    throw new MetricError(
      `${rows} rows of ${classes} classes need ${rows * classes} probabilities, not ${probabilities.length}.`,
    );
  }
  const predicted = argMax(probabilities, classes);
  const isPositive = Uint8Array.from({ length: rows }, (_, row) => (gold[row] === positive ? 1 : 0));
  const scores = Float32Array.from({ length: rows }, (_, row) => probabilities[row * classes + positive] as number);

  const order = descending(scores);
  const figuresOf = (weights: Float64Array): Values => {
    const confusion = confusionOf(gold, predicted, classes, weights);
    const ranking = rank(isPositive, scores, weights, order);
    return [
      accuracy(confusion),
      macroF1(confusion),
      averagePrecision(ranking),
      areaUnderRoc(ranking),
      expectedCalibrationError(gold, probabilities, classes, weights),
      // Groups make a resample shorter or longer than the rows: k moves with it.
      ...firsts.map((k) => recallInFirst(ranking, (k * ranking.total) / rows)),
    ];
  };
  const [ofAccuracy, ofMacroF1, ofAuprc, ofAuroc, ofEce, ...ofFirsts] = withIntervals(rows, figuresOf, options);

  const confusion = confusionOf(gold, predicted, classes);
  const positives = isPositive.reduce((sum, value) => sum + value, 0);
  return {
    rows,
    positives,
    accuracy: ofAccuracy,
    macro_f1: ofMacroF1,
    per_class: Object.fromEntries(perClass(confusion).map((figures, k) => [labels[k] as string, figures])),
    auprc: ofAuprc,
    auroc: ofAuroc,
    ece: ofEce,
    recall_in_first: firsts.map((k, index) => ({ k, ...(ofFirsts[index] as Figure) })),
    confusion: labels.map((_, k) => [...confusion.counts.subarray(k * classes, (k + 1) * classes)]),
    random_order: atRandom(positives, rows, firsts),
  };
}

/** Figures of rows, each of which may weigh more or less, with the intervals of resampled rows. */
export function withIntervals(
  rows: number,
  figuresOf: (weights: Float64Array) => Values,
  options: BootstrapOptions,
): FiveAndMore<Figure> {
  const values = figuresOf(new Float64Array(rows).fill(1));
  const intervals = bootstrap(rows, figuresOf, options);
  return values.map((value, i) => ({ value, ...(intervals[i] as Interval) })) as [
    Figure,
    Figure,
    Figure,
    Figure,
    Figure,
    ...Figure[],
  ];
}

/** What a random order of the rows gives on average. */
export function atRandom(positives: number, rows: number, firsts: readonly number[]): Evaluation['random_order'] {
  const { auprc, auroc, recallInFirst } = randomOrder(positives, rows);
  return { auprc, auroc, recall_in_first: firsts.map((k) => ({ k, value: recallInFirst(k) })) };
}
