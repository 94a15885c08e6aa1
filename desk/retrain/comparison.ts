/**
 * Whether a challenger is better than the champion, on the same rows. Compared are the two rankings, by AUROC: how often a
 * message with something wrong stands above one without. That is what the queue is for, it can be asked of models with
 * different labels, and a model that knows nothing gets one half whatever share of the rows is wrong, which is not so of
 * macro-F1 or of a loss.
 */
import type { Difference } from '../contract/revisions.ts';
import { bootstrap } from '../insight/bootstrap.ts';
import { areaUnderRoc, descending, rank } from '../insight/metrics.ts';
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
  const parts = [...new Set(rows.map(({ part }) => part))].map((part) => new Part(rows, part));
  const figures = (drawn: Float64Array): readonly number[] => {
    const weights = rows.map(({ weight }, row) => weight * (drawn[row] ?? 0));
    const champion = meanAuroc(parts, 'champion', weights);
    const challenger = meanAuroc(parts, 'challenger', weights);
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

/** Rows of one part, with what does not change between resamples. */
class Part {
  readonly rows: readonly number[];
  readonly positive: Uint8Array;
  readonly scores: Readonly<Record<'champion' | 'challenger', Float64Array>>;
  readonly order: Readonly<Record<'champion' | 'challenger', Uint32Array>>;

  constructor(all: readonly ComparedRow[], part: number) {
    this.rows = all.flatMap((row, i) => (row.part === part ? [i] : []));
    const own = all.filter((row) => row.part === part);
    this.positive = Uint8Array.from(own, ({ positive }) => (positive ? 1 : 0));
    this.scores = {
      champion: Float64Array.from(own, ({ champion }) => champion),
      challenger: Float64Array.from(own, ({ challenger }) => challenger),
    };
    this.order = { champion: descending(this.scores.champion), challenger: descending(this.scores.challenger) };
  }
}

/** Over the parts, each counting as the pairs that it has. */
function meanAuroc(parts: readonly Part[], of: 'champion' | 'challenger', weights: readonly number[]): number {
  let sum = 0;
  let pairs = 0;
  for (const { rows, positive, scores, order } of parts) {
    const ranking = rank(
      positive,
      scores[of],
      rows.map((row) => weights[row] ?? 0),
      order[of],
    );
    const count = ranking.positives * (ranking.total - ranking.positives);
    if (count === 0) continue;
    sum += areaUnderRoc(ranking) * count;
    pairs += count;
  }
  return sum / pairs;
}
