/**
 * Whether an order of words is the order of what matters: words are left out one after the other, and the score of what is
 * left tells. An order that is right lowers it sooner than a random one (deletion, Petsiuk et al. 2018; DeYoung et al. 2020).
 */
import { withoutAll, type Word } from './words.ts';

/** Says what the score of each text is; null of one that cannot be read. */
export type ScoreTexts = (texts: readonly string[]) => Promise<readonly (number | null)[]>;

/**
 * Scores of the text with 0, 1, 2 … words left out, down to its last word, for each of some orders. Where that is more than
 * `mostSteps`, several words go in one step: so many steps of the same size, as nearly as whole words allow.
 * @param orders each a permutation of the indices into `words`, the first to go first
 * @returns null where one of these texts cannot be read
 */
export async function deletionCurves(
  scoresOf: ScoreTexts,
  text: string,
  words: readonly Word[],
  orders: readonly (readonly number[])[],
  mostSteps = Infinity,
): Promise<readonly (readonly number[])[] | null> {
  const last = words.length - 1;
  const steps = Math.min(last, mostSteps);
  const gone = Array.from({ length: steps + 1 }, (_, step) => (steps === 0 ? 0 : Math.round((step * last) / steps)));
  const variants = orders.map((order) => gone.map((count) => withoutAll(text, pick(words, order.slice(0, count)))));
  // The whole text, and what is left of it, come again in many orders.
  const distinct = [...new Set(variants.flat())];
  const scored = await scoresOf(distinct);
  const scores = new Map(distinct.map((variant, i) => [variant, scored[i] ?? null]));
  const curves = variants.map((curve) =>
    curve.flatMap((variant) => {
      const score = scores.get(variant) ?? null;
      return score === null ? [] : [score];
    }),
  );
  return curves.every(({ length }) => length === gone.length) ? curves : null;
}

/** Mean height of a curve over equal steps (trapezoids); the lower, the sooner the score fell. */
export function areaUnder(curve: readonly number[]): number {
  if (curve.length < 2) return curve[0] ?? NaN;
  const inner = curve.slice(1, -1).reduce((sum, y) => sum + y, 0);
  return (inner + ((curve[0] ?? 0) + (curve.at(-1) ?? 0)) / 2) / (curve.length - 1);
}

/** Indices by descending value; equals as they come. */
export const descendingOrder = (values: readonly number[]): readonly number[] =>
  values.map((_, i) => i).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));

const pick = (words: readonly Word[], indices: readonly number[]): readonly Word[] =>
  indices.flatMap((i) => words[i] ?? []);
