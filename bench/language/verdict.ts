/** What an adaptation is worth to one community, and whether it is kept: a rule that was set before anything was measured. */
import { bootstrap, type Interval } from '../../desk/insight/bootstrap.ts';
import { areaUnderRoc, rank } from '../../desk/insight/metrics.ts';
import { seededRandom } from '../../engine/train/random.ts';
import { mean } from '../timing.ts';

export type Metric = 'auroc' | 'macroF1';

/** Of one seed, the probability of label 1 for each held-out text. */
export type Probabilities = readonly number[];

export interface Gain extends Interval {
  /** means over the seeds */
  readonly before: number;
  readonly after: number;
}

/** @param drawn how often each text counts */
export function metricOf(
  metric: Metric,
  labels: readonly number[],
  probabilities: Probabilities,
  drawn?: ArrayLike<number>,
): number {
  if (metric === 'auroc') return areaUnderRoc(rank(labels, probabilities, drawn));
  // Counts of (label, predicted), whatever a text's weight.
  const counts = [0, 0, 0, 0];
  labels.forEach((label, i) => {
    const cell = 2 * label + ((probabilities[i] ?? NaN) > 0.5 ? 1 : 0);
    counts[cell] = (counts[cell] ?? 0) + (drawn === undefined ? 1 : (drawn[i] ?? 0));
  });
  const [fine = 0, alarms = 0, missed = 0, found = 0] = counts;
  const f1 = (hits: number): number => (hits === 0 ? 0 : (2 * hits) / (2 * hits + alarms + missed));
  return (f1(fine) + f1(found)) / 2;
}

/**
 * What `after` has above `before`, seed by seed on the same texts, with a 95% interval: a percentile bootstrap that draws texts
 * and seeds, so that it holds for other messages and for other trainings.
 */
export function gainOf(
  metric: Metric,
  labels: readonly number[],
  before: readonly Probabilities[],
  after: readonly Probabilities[],
): Gain {
  const random = seededRandom(7);
  const seeds = before.map((own, seed) => ({ before: own, after: after[seed] ?? [] }));
  const [interval] = bootstrap(labels.length, (drawn) => {
    const differences = seeds.map(() => {
      const seed = seeds[Math.floor(random() * seeds.length)];
      if (seed === undefined) return NaN;
      return metricOf(metric, labels, seed.after, drawn) - metricOf(metric, labels, seed.before, drawn);
    });
    return [mean(differences)];
  });
  const meanOf = (all: readonly Probabilities[]): number => mean(all.map((own) => metricOf(metric, labels, own)));
  return { ...(interval ?? { low: NaN, high: NaN }), before: meanOf(before), after: meanOf(after) };
}

/** Kept where all of the interval of the AUROC is above zero in most communities, and below it in none. */
export function isKept(gains: readonly Interval[]): boolean {
  const better = gains.filter(({ low }) => low > 0).length;
  return better > gains.length / 2 && gains.every(({ high }) => high >= 0);
}
