/** What the orders of one text's words are worth: how soon the score falls, and whether the words that people marked stand first. */
import { rankCorrelation } from '../../desk/insight/explanations/rank-correlation.ts';
import type { Ranking } from '../../desk/insight/explanations/rankings.ts';
import { averagePrecision, randomOrder, rank } from '../../desk/insight/metrics.ts';
import type { ExplainedWord } from '../../desk/triage/explain.ts';
import { areaUnder, deletionCurves, descendingOrder } from '../../engine/explain/deletion.ts';
import { wordsOf, type Word } from '../../engine/explain/words.ts';
import { shuffle, type Random } from '../../engine/train/random.ts';
import type { AbusiveText } from '../rationales.ts';
import type { Reader } from '../reader.ts';
import { mean } from '../timing.ts';
import { randomF1, tokenF1 } from './marked.ts';

/** Random orders of each text in the deletion. */
const RANDOM_ORDERS = 5;
/** Draws among words of equal rank. */
const DRAWS = 20;

/** What one text gave, by the name of the ranking. */
export interface Measured {
  readonly area: ReadonlyMap<string, number>;
  readonly randomArea: number;
  /** the same while words come back, those ranked first first */
  readonly insertion: ReadonlyMap<string, number>;
  readonly randomInsertion: number;
  /** whether the model says that there is something to review */
  readonly flagged: boolean;
  /** of each ranking with the effects */
  readonly agreement: ReadonlyMap<string, number>;
  /** null where no word is marked, or each */
  readonly precision: ReadonlyMap<string, number> | null;
  readonly randomPrecision: number;
  /** of as many words as people marked on average */
  readonly f1: ReadonlyMap<string, number> | null;
  readonly randomF1: number;
}

/** Share of a text's words that people marked, on average. */
export function markedShare(texts: readonly AbusiveText[]): number {
  const shares = texts.flatMap(({ text, spans }) => {
    const marked = markedOf(wordsOf(text), spans);
    const positives = marked.filter((is) => is === 1).length;
    return positives === 0 ? [] : [positives / marked.length];
  });
  return shares.length === 0 ? 0 : mean(shares);
}

const markedOf = (words: readonly Word[], spans: AbusiveText['spans']): readonly number[] =>
  words.map(({ start, end }) => (spans.some(([from, to]) => from < end && to > start) ? 1 : 0));

/** @param share of the words that people mark, on average */
export async function measure(
  reader: Reader,
  { text, spans }: AbusiveText,
  words: readonly ExplainedWord[],
  rankings: ReadonlyMap<string, Ranking>,
  { share, random }: { readonly share: number; readonly random: Random },
): Promise<Omit<Measured, 'flagged'>> {
  const shuffled = (count: number) =>
    Array.from({ length: count }, () =>
      shuffle(
        words.map((_, i) => i),
        random,
      ),
    );
  const values = new Map([...rankings].map(([name, ranking]) => [name, words.map(ranking)]));
  const names = [...values.keys()];
  const orders = [...values.values()].map(descendingOrder);
  const all = [...orders, ...shuffled(RANDOM_ORDERS)];
  // What comes back last went first: one curve, walked from its other end.
  const backwards = all.map((order) => [...order].reverse());
  const curves = await deletionCurves(reader.scores, text, words, [...all, ...backwards]);
  if (curves === null) throw new RangeError('A text with words left out is not read.');
  const areas = curves.map(areaUnder);
  const marked = markedOf(words, spans);
  const positives = marked.filter((is) => is === 1).length;
  const isTelling = positives > 0 && positives < words.length;
  const draws = shuffled(DRAWS);
  const count = Math.max(1, Math.round(share * words.length));
  return {
    area: new Map(names.map((name, i) => [name, areas[i] ?? NaN])),
    randomArea: mean(areas.slice(names.length, all.length)),
    insertion: new Map(names.map((name, i) => [name, areas[all.length + i] ?? NaN])),
    randomInsertion: mean(areas.slice(all.length + names.length)),
    agreement: new Map([...values].map(([name, own]) => [name, rankCorrelation(own, values.get('effects') ?? [])])),
    precision: isTelling
      ? new Map([...values].map(([name, own]) => [name, mean(draws.map((draw) => precisionOf(marked, own, draw)))]))
      : null,
    randomPrecision: randomOrder(positives, words.length).auprc,
    f1: isTelling
      ? new Map([...values].map(([name, own]) => [name, mean(draws.map((draw) => tokenF1(marked, own, draw, count)))]))
      : null,
    randomF1: randomF1(marked, count),
  };
}

/** Average precision of the marked words, equals in the order of `draw`. */
function precisionOf(marked: readonly number[], values: readonly number[], draw: readonly number[]): number {
  const order = [...draw].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  const places = new Array<number>(order.length).fill(0);
  order.forEach((word, place) => (places[word] = -place));
  return averagePrecision(rank(marked, places));
}
