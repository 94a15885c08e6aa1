/** Whether the desk's hint is right: what it says after so many decisions, beside what the next ones did for the held-out part. */
import type { LearningCurve } from '../../desk/contract/revisions.ts';
import { learningCurveOf } from '../../desk/retrain/learning-curve.ts';
import { rowsOf, type Features } from '../../engine/score/linear-head.ts';
import { meanOf, type Curves, type Start } from './curves.ts';
import type { Order } from './simulate.ts';

/** Decisions after which it is asked; the gain is measured up to twice as many. */
export const ASKED = [100, 200, 500, 1000] as const;
/** Of the moderators, so many are told: a hint costs more than a moderator. */
const SEEDS = 3;
/** Orders that it is asked in: the queue's mixed one, and one without bias. */
export const HINTED = ['diverse', 'random'] as const satisfies readonly Order[];

export interface Hinted {
  readonly community: string;
  readonly start: Start;
  readonly order: Order;
  readonly decisions: number;
  /** one a seed; null where it refuses */
  readonly hints: readonly (LearningCurve | null)[];
  /** AUROC on the held-out part that a hundred more decisions brought, mean of the seeds */
  readonly measured: number;
}

/** @param frozen states of the pool by the base model alone, as the desk has them */
export async function hintsOf({ community, start, first, runs }: Curves, frozen: Features): Promise<readonly Hinted[]> {
  const all: Hinted[] = [];
  for (const order of HINTED)
    for (const decisions of ASKED) {
      const hints: (LearningCurve | null)[] = [];
      for (const { decided } of runs[order].slice(0, SEEDS)) {
        const rows = decided.slice(0, decisions);
        const known = rows.flatMap((row) => {
          const message = community.pool[row];
          return message ? [{ ...message, score: first[row] as number }] : [];
        });
        hints.push(await learningCurveOf(known, rowsOf(frozen, rows)));
      }
      const mean = new Map(meanOf(runs[order]).map((point) => [point.decisions, point.auroc]));
      const measured = (((mean.get(2 * decisions) ?? NaN) - (mean.get(decisions) ?? NaN)) * 100) / decisions;
      all.push({ community: community.name, start, order, decisions, hints, measured });
    }
  return all;
}
