/**
 * Whether an order of words is the order of what matters: words are left out one after the other, and the score of what is
 * left tells. An order that is right lowers it sooner than a random one (deletion, Petsiuk et al. 2018; DeYoung et al. 2020).
 */
import type { Scorer } from '../score/scorer.ts';
import { withoutAll, type Word } from './words.ts';

/**
 * Scores of the text with 0, 1, 2 … words left out, down to its last word, for each of some orders.
 * @param orders each a permutation of the indices into `words`, the first to go first
 * @param scoreOf of the probabilities per label
 * Throws RangeError where the session has no adapter or the text cannot be read.
 */
export async function deletionCurves(
  session: Scorer,
  text: string,
  words: readonly Word[],
  orders: readonly (readonly number[])[],
  scoreOf: (probabilities: Float32Array) => number,
): Promise<readonly (readonly number[])[]> {
  const variants = orders.map((order) => order.map((_, gone) => withoutAll(text, pick(words, order.slice(0, gone)))));
  // The whole text, and what is left of it, come again in many orders.
  const distinct = [...new Set(variants.flat())];
  const scored = await session.score(
    distinct.map((variant, i) => ({ key: String(i), text: variant })),
    {},
  );
  const scores = new Map(
    scored.map((score, i) => {
      if (score.status !== 'scored') throw new RangeError(`A text with words left out is ${score.reason}.`);
      return [distinct[i], scoreOf(score.probabilities)];
    }),
  );
  return variants.map((curve) => curve.map((variant) => scores.get(variant) ?? NaN));
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
