/** What the figures of Teach mean: what is missing, who challenges whom, how long a retraining may take. */
import type { Comparison, Learnable, Revision } from '../../../desk/contract/revisions.ts';
import type { Training } from '../../../desk/contract/jobs.ts';
import type { JobReports } from '../../../desk/contract/reports.ts';
import type { z } from 'zod';

export type RetrainReport = JobReports['retrain'];
export type Model = z.infer<typeof Revision>;
export type Recommendation = Comparison['recommendation'];
type Difference = NonNullable<Comparison['ranking']>;

/** What it takes before a retraining can start; all null where nothing is missing. */
export interface Missing {
  /** decisions */
  readonly rows: number | null;
  /** two labels with enough decisions are not there yet */
  readonly labels: boolean;
  /** decisions that say that nothing is wrong; `label` null where there is no label for that */
  readonly fine: { readonly label: string | null; readonly count: number } | null;
}

/** Decisions that can be learned from. */
export const learnableRows = ({ labels }: Learnable): number =>
  labels.reduce((sum, { decided, audit }) => sum + decided - audit, 0);

export function missingOf(learnable: Learnable): Missing {
  const { labels, least, leastPerLabel, ready } = learnable;
  if (ready) return { rows: null, labels: false, fine: null };
  const free = labels.map(({ name, severity, decided, audit }) => ({ name, severity, rows: decided - audit }));
  const used = free.filter(({ rows }) => rows >= leastPerLabel);
  const rows = used.reduce((sum, one) => sum + one.rows, 0);
  const fine = free.find(({ severity }) => severity === 0);
  return {
    rows: rows < least ? least - rows : null,
    labels: used.length < 2,
    fine:
      fine === undefined
        ? { label: null, count: leastPerLabel }
        : fine.rows < leastPerLabel
          ? { label: fine.name, count: leastPerLabel - fine.rows }
          : null,
  };
}

/** The latest model, where it was compared with the one that the queue has now; null where there is nothing to decide. */
export function challengerOf(revisions: readonly Model[]): { challenger: Model; comparison: Comparison } | null {
  const shown = revisions.find((one) => one.shown);
  const latest = revisions.reduce<Model | null>((best, one) => (best === null || one.id > best.id ? one : best), null);
  if (!shown || latest === null || latest.shown || latest.comparison?.against !== shown.id) return null;
  return { challenger: latest, comparison: latest.comparison };
}

/** What is said of promoting a revision now: what its comparison said, as long as that was with the model of the queue. */
export function standing(revision: Model, shown: Model | undefined): Recommendation {
  const { comparison } = revision;
  return comparison !== null && comparison.against === shown?.id ? comparison.recommendation : 'unknown';
}

/** Why it is recommended or not, told apart as the desk does. */
export type Because = 'better' | 'same' | 'worse' | 'forgot' | 'few';

export function becauseOf({ recommendation, ranking }: Comparison): Because {
  if (recommendation === 'better') return 'better';
  if (recommendation === 'no-difference') return 'same';
  if (recommendation === 'unknown') return 'few';
  return ranking !== null && ranking.high < 0 ? 'worse' : 'forgot';
}

/** The figure that says so: what was decided, or the general test cases where those speak against it. */
export const tellingOf = (comparison: Comparison): Difference | null =>
  becauseOf(comparison) === 'forgot' ? comparison.regression : comparison.ranking;

/** Seconds that a retraining may take, by the last one here; null before the first. */
export function secondsOf(last: RetrainReport | null, rows: number): number | null {
  const learned = last === null ? 0 : last.train + last.dev;
  return last === null || learned === 0 ? null : (last.seconds * rows) / learned;
}

/** Dev F1 where it was measured: once an epoch, at the first point that knows it. */
export function devF1Of(points: Training['points']): (number | null)[] {
  let last: Training['points'][number] | null = null;
  return points.map((point) => {
    const { devF1, epoch } = point;
    // A point behind the end of an epoch may still have the figure of the epoch before.
    const anew = devF1 !== null && (last === null || devF1 !== last.devF1 || epoch - last.epoch > 1.02);
    if (anew) last = point;
    return anew ? devF1 : null;
  });
}

/** Where the ends of an interval stand on an axis that has zero in its middle, as shares of it. */
export function place({ value, low, high }: Pick<Difference, 'value' | 'low' | 'high'>): {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly reach: number;
} {
  const most = Math.max(Math.abs(low), Math.abs(high), 0.01);
  const reach = [0.02, 0.05, 0.1, 0.2, 0.5].find((one) => one >= most) ?? 1;
  const share = (x: number): number => 0.5 + x / (2 * reach);
  return { from: share(low), to: share(high), at: share(value), reach };
}
