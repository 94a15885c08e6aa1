/** One explained message, put to the test: does its score rest on the words that are named? */
import { areaUnder, deletionCurves, descendingOrder, type ScoreTexts } from '../../../engine/explain/deletion.ts';
import { shuffle, type Random } from '../../../engine/train/random.ts';
import type { ExplainedWord } from '../../triage/explain.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { byEffect, byLength, gateRankings } from './rankings.ts';

export const ORDERS = ['effects', 'longest', 'random'] as const;
export type OrderOfWords = (typeof ORDERS)[number];

/** A curve on the places of STEPS, and its mean height. */
export interface Tested {
  readonly curve: readonly number[];
  readonly area: number;
}

export interface Tried {
  readonly deletion: Readonly<Record<OrderOfWords, Tested>>;
  readonly insertion: Readonly<Record<OrderOfWords, Tested>>;
  /** of gates with effects, by band; NaN where one of them is the same everywhere */
  readonly agreement: readonly { readonly band: string; readonly aboveUsual: boolean; readonly correlation: number }[];
}

/** Every tenth. */
export const STEPS: readonly number[] = Array.from({ length: 11 }, (_, i) => i / 10);
/** In a text of two words every order is nearly right. */
export const LEAST_WORDS = 4;
const RANDOM_ORDERS = 5;
/** A long message costs no more than one of so many words. */
const MOST_STEPS = 20;

/** Null where the text with some words left out cannot be read. */
export async function tryExplanation(
  scoresOf: ScoreTexts,
  text: string,
  words: readonly ExplainedWord[],
  random: Random,
): Promise<Tried | null> {
  const effects = descendingOrder(words.map(byEffect));
  const longest = descendingOrder(words.map(byLength));
  const shuffled = Array.from({ length: RANDOM_ORDERS }, () => shuffle([...effects], random));
  // What comes back last went first: a curve that is walked from its other end. A random order is as random from there.
  const orders = [effects, longest, effects.toReversed(), longest.toReversed(), ...shuffled];
  const curves = await deletionCurves(scoresOf, text, words, orders, MOST_STEPS);
  if (curves === null) return null;
  const [down = [], downLongest = [], up = [], upLongest = [], ...chance] = curves;
  return {
    deletion: { effects: tested([down]), longest: tested([downLongest]), random: tested(chance) },
    insertion: {
      effects: tested([up.toReversed()]),
      longest: tested([upLongest.toReversed()]),
      random: tested(chance.map((curve) => curve.toReversed())),
    },
    agreement: gateRankings(words).map(({ band, byGate, byGateAboveUsual }) => ({
      band,
      aboveUsual: byGateAboveUsual !== null,
      correlation: rankCorrelation(words.map(byGateAboveUsual ?? byGate), words.map(byEffect)),
    })),
  };
}

/** The mean of some curves of the same length. */
const tested = (curves: readonly (readonly number[])[]): Tested => ({
  curve: meanCurve(curves.map(atSteps)),
  area: curves.reduce((sum, curve) => sum + areaUnder(curve), 0) / curves.length,
});

export const meanCurve = (curves: readonly (readonly number[])[]): readonly number[] =>
  STEPS.map((_, i) => curves.reduce((sum, curve) => sum + (curve[i] ?? NaN), 0) / curves.length);

/** A curve of any length at the places of STEPS, straight between its points. */
export const atSteps = (curve: readonly number[]): readonly number[] =>
  STEPS.map((share) => {
    const at = share * (curve.length - 1);
    const below = Math.floor(at);
    const low = curve[below] ?? NaN;
    return low + ((curve[below + 1] ?? low) - low) * (at - below);
  });
