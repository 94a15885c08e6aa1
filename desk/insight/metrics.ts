/**
 * Figures of a classifier against gold labels. All take parallel arrays; none changes them. Where
 * `weights` are taken, a row of weight 2 counts as that row twice.
 * Definitions are scikit-learn's where it has one, so that a figure here can be held against a published one.
 */
import { confusionOf, f1Of, macroF1, type Confusion } from '../../engine/train/macro-f1.ts';

export { confusionOf, macroF1, type Confusion };

/** Labels and scores that no figure can be taken of. */
export class MetricError extends Error {
  override readonly name = 'MetricError';
}

export interface ClassFigures {
  /** 0 where the class was never predicted */
  readonly precision: number;
  /** 0 where the class never occurs */
  readonly recall: number;
  readonly f1: number;
  /** rows that have this class */
  readonly support: number;
}

/** Share of rows that were predicted right. */
export function accuracy({ classes, counts }: Confusion): number {
  let right = 0;
  for (let k = 0; k < classes; k++) right += counts[k * classes + k] as number;
  return right / counts.reduce((sum, count) => sum + count, 0);
}

/** Precision, recall and F1 of each class, in the order of the classes. */
export function perClass(confusion: Confusion): readonly ClassFigures[] {
  const { classes, counts } = confusion;
  return Array.from({ length: classes }, (_, k) => {
    const right = counts[k * classes + k] as number;
    let support = 0;
    let predicted = 0;
    for (let other = 0; other < classes; other++) {
      support += counts[k * classes + other] as number;
      predicted += counts[other * classes + k] as number;
    }
    return {
      precision: predicted === 0 ? 0 : right / predicted,
      recall: support === 0 ? 0 : right / support,
      f1: f1Of(confusion, k),
      support,
    };
  });
}

/**
 * A ranking by descending score, in groups of equal scores: among equals no order is known, so none is assumed.
 */
export interface Ranking {
  readonly total: number;
  readonly positives: number;
  /** rows and positives up to and including each group, from the highest score down */
  readonly rows: Float64Array;
  readonly hits: Float64Array;
}

/** Row numbers by descending score. Throws MetricError for a score that is no number. */
export function descending(scores: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(scores.length);
  for (let row = 0; row < order.length; row++) {
    if (Number.isNaN(scores[row])) throw new MetricError(`The score of row ${row} is not a number.`);
    order[row] = row;
  }
  return order.sort((a, b) => (scores[b] as number) - (scores[a] as number));
}

/**
 * Ranks rows. `positive[i]` is 1 for a row that is to be found. `order` saves the sorting where it is known already.
 * Throws MetricError for arrays of different length and as `descending` does.
 */
export function rank(
  positive: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights?: ArrayLike<number>,
  order: Uint32Array = descending(scores),
): Ranking {
  if (scores.length !== positive.length)
    throw new MetricError(`${positive.length} labels, but ${scores.length} scores.`);
  const rows = new Float64Array(order.length);
  const hits = new Float64Array(order.length);
  let groups = 0;
  let total = 0;
  let positives = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i] as number;
    const weight = weights === undefined ? 1 : (weights[row] as number);
    total += weight;
    if (positive[row] === 1) positives += weight;
    const isLast = i + 1 === order.length || scores[order[i + 1] as number] !== scores[row];
    if (isLast && total > 0) {
      rows[groups] = total;
      hits[groups++] = positives;
    }
  }
  return { total, positives, rows: rows.subarray(0, groups), hits: hits.subarray(0, groups) };
}

/**
 * Area under the precision-recall curve as average precision: Σ (recall_n − recall_{n−1}) · precision_n over distinct
 * scores, without interpolation. NaN without positives.
 */
export function averagePrecision({ positives, rows, hits }: Ranking): number {
  let sum = 0;
  let before = 0;
  for (let group = 0; group < rows.length; group++) {
    const found = hits[group] as number;
    sum += ((found - before) * found) / (rows[group] as number);
    before = found;
  }
  return sum / positives;
}

/** Chance that a positive row ranks above another, equal scores counting half. NaN without positives or without others. */
export function areaUnderRoc({ total, positives, rows, hits }: Ranking): number {
  let area = 0;
  let rowsBefore = 0;
  let hitsBefore = 0;
  for (let group = 0; group < rows.length; group++) {
    const found = (hits[group] as number) - hitsBefore;
    const others = (rows[group] as number) - rowsBefore - found;
    area += others * (hitsBefore + found / 2);
    rowsBefore = rows[group] as number;
    hitsBefore = hits[group] as number;
  }
  return area / (positives * (total - positives));
}

/**
 * Share of all positives among the first `k` rows; where the cut falls among equal scores, what a random order of them
 * gives on average. NaN without positives.
 */
export function recallInFirst({ positives, rows, hits }: Ranking, k: number): number {
  let rowsBefore = 0;
  let hitsBefore = 0;
  for (let group = 0; group < rows.length; group++) {
    const end = rows[group] as number;
    const found = hits[group] as number;
    if (end >= k) {
      return (hitsBefore + ((found - hitsBefore) * (k - rowsBefore)) / (end - rowsBefore)) / positives;
    }
    rowsBefore = end;
    hitsBefore = found;
  }
  return hitsBefore / positives;
}

/**
 * Expected calibration error of the predicted class over equal-width bins of its probability (Guo et al., ICML 2017):
 * Σ share of the bin · |accuracy − mean probability|. A bin is open below and closed above.
 * probabilities: rows × classes, row-major. NaN without rows.
 */
export function expectedCalibrationError(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
  weights?: ArrayLike<number>,
  bins = 15,
): number {
  const rows = labels.length;
  if (probabilities.length !== rows * classes) {
    throw new MetricError(
      `${rows} labels of ${classes} classes need ${rows * classes} probabilities, not ${probabilities.length}.`,
    );
  }
  const confidence = new Float64Array(bins);
  const right = new Float64Array(bins);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let k = 0; k < classes; k++) {
      const p = probabilities[row * classes + k] as number;
      if (!(p >= 0 && p <= 1)) throw new MetricError(`Probability ${k} of row ${row} is ${p}.`);
      if (p > (probabilities[row * classes + best] as number)) best = k;
    }
    const p = probabilities[row * classes + best] as number;
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(p * bins) - 1));
    const weight = weights === undefined ? 1 : (weights[row] as number);
    total += weight;
    confidence[bin] = (confidence[bin] as number) + weight * p;
    if (labels[row] === best) right[bin] = (right[bin] as number) + weight;
  }
  let error = 0;
  for (let bin = 0; bin < bins; bin++) error += Math.abs((right[bin] as number) - (confidence[bin] as number));
  return error / total;
}

/** What a random order gives on average: the yardstick of every ranking. */
export interface RandomOrder {
  readonly auprc: number;
  readonly auroc: number;
  /** share of all positives in the first k */
  readonly recallInFirst: (k: number) => number;
}

/**
 * Exact expectations over all orders of `total` rows with `positives` among them. The expected average precision is
 *   Σ_i (1 / i) · (P / N) · (1 + (i − 1) (P − 1) / (N − 1)) / P,
 * a little above the share P / N of positives.
 */
export function randomOrder(positives: number, total: number): RandomOrder {
  let sum = 0;
  for (let i = 1; i <= total; i++) {
    // Row i is positive with chance P / N; then (i − 1) (P − 1) / (N − 1) of those before it are, on average.
    sum += (1 + (total === 1 ? 0 : ((i - 1) * (positives - 1)) / (total - 1))) / i;
  }
  return {
    auprc: positives === 0 ? NaN : sum / total,
    auroc: 0.5,
    recallInFirst: (k) => Math.min(k, total) / total,
  };
}
