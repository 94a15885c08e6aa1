/**
 * Whether a challenger is better than the champion, on the same rows. Compared are the two rankings, by AUROC: how often a
 * message with something wrong stands above one without. That is what the queue is for, it can be asked of models with
 * different labels, and a model that knows nothing gets one half whatever share of the rows is wrong, which is not so of
 * macro-F1 or of a loss.
 */
import type { Difference } from '../contract/revisions.ts';
import { bootstrap } from '../insight/bootstrap.ts';
import { RankedParts } from '../insight/ranked-parts.ts';
import type { Recommendation } from './recommendations.ts';

export interface ComparedRow {
  /** the same for near-duplicates, which are drawn together */
  readonly group: number;
  /** whether something is wrong */
  readonly positive: boolean;
  /** how many messages it stands for */
  readonly weight: number;
  /** rows are ranked within their part: each part was read by another challenger */
  readonly part: number;
  readonly champion: number;
  readonly challenger: number;
}

/** Fewer rows with something wrong, or without, say nothing. */
export const LEAST_OF_EACH = 10;
/** A challenger that ranks the regression set worse by more than this is not recommended. */
export const TOLERATED_LOSS = 0.05;

/** Null where there are too few rows to say anything. */
export function differenceOf(rows: readonly ComparedRow[]): Difference | null {
  const positives = rows.filter(({ positive }) => positive).length;
  if (positives < LEAST_OF_EACH || rows.length - positives < LEAST_OF_EACH) return null;
  const ranked = (of: 'champion' | 'challenger'): RankedParts =>
    new RankedParts(
      rows.map((row) => row[of]),
      rows.map(({ positive }) => (positive ? 1 : 0)),
      rows.map(({ part }) => part),
    );
  const [before, after] = [ranked('champion'), ranked('challenger')];
  const figures = (drawn: Float64Array): readonly number[] => {
    const weights = rows.map(({ weight }, row) => weight * (drawn[row] ?? 0));
    const champion = before.auroc(weights);
    const challenger = after.auroc(weights);
    return [challenger - champion, champion, challenger];
  };
  const [value = NaN, champion = NaN, challenger = NaN] = figures(new Float64Array(rows.length).fill(1));
  if (Number.isNaN(value)) return null;
  const [interval] = bootstrap(rows.length, figures, { groups: rows.map(({ group }) => group) });
  return {
    rows: rows.length,
    positives,
    champion,
    challenger,
    value,
    low: interval?.low ?? NaN,
    high: interval?.high ?? NaN,
  };
}

/** @param regression null where the two cannot be compared on it */
export function recommendationOf(
  ranking: Difference | null,
  regression: Difference | null,
): { readonly recommendation: Recommendation; readonly because: string } {
  if (ranking === null)
    return {
      recommendation: 'unknown',
      because: `There are too few decisions that neither of the two has learned from: ${LEAST_OF_EACH} with something wrong are needed, and ${LEAST_OF_EACH} without.`,
    };
  if (ranking.high < 0)
    return { recommendation: 'worse', because: 'It orders what was decided worse than the model of the queue.' };
  if (regression !== null && regression.high < 0 && regression.value < -TOLERATED_LOSS)
    return {
      recommendation: 'worse',
      because:
        'It has forgotten too much: it orders the general test cases (HateCheck) worse than the model of the queue.',
    };
  if (ranking.low > 0)
    return { recommendation: 'better', because: 'It orders what was decided better than the model of the queue.' };
  return {
    recommendation: 'no-difference',
    because: 'The two order what was decided equally well, as far as so many decisions can tell.',
  };
}
