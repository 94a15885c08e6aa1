/**
 * Whether explanations are true. Deletion: words that are left out in the order of their effect must lower the score sooner
 * than in random order. Rationales: the words that people marked as the reason should stand first. Word effects and gates,
 * beside random order and beside the longest word first, which knows nothing of the model.
 */
import { chooseModel } from '../desk/models/choose.ts';
import { places } from '../desk/models/places.ts';
import { averagePrecision, randomOrder, rank } from '../desk/insight/metrics.ts';
import { explainedText, type ExplainedWord } from '../desk/triage/explain.ts';
import { verdictOf } from '../desk/triage/verdict.ts';
import { areaUnder, deletionCurves, descendingOrder } from '../engine/explain/deletion.ts';
import { explain } from '../engine/explain/explain.ts';
import { wordsOf } from '../engine/explain/words.ts';
import { Scorer } from '../engine/score/scorer.ts';
import { seededRandom, shuffle, type Random } from '../engine/train/random.ts';
import { faster, smaller, type Bench, type Figure } from './figure.ts';
import { abusiveTexts, type AbusiveText } from './rationales.ts';

const TEXTS = 200;
/** Fewer texts than this say nothing. */
const LEAST = 10;
/** In a text of two words every order is nearly right. */
const LEAST_WORDS = 4;
/** Random orders of each text in the deletion. */
const RANDOM_ORDERS = 5;
/** Draws among words of equal rank. */
const DRAWS = 20;

/** What explanations are held against. */
const LONGEST = 'longest word first';
const RANDOM = 'random order';

/** One order of words: a number for each, the highest first. */
type Ranking = (word: ExplainedWord) => number;

const EFFECT: Ranking = ({ effect }) => effect ?? 0;
const LENGTH: Ranking = ({ text }) => [...text].length;

/** What one text gave, by the name of the ranking. */
interface Measured {
  readonly area: ReadonlyMap<string, number>;
  readonly randomArea: number;
  /** null where no word is marked, or each */
  readonly precision: ReadonlyMap<string, number> | null;
  readonly randomPrecision: number;
}

const bench: Bench = async (options) => {
  const chosen = await chooseModel(places(), options.adapter === null ? {} : { adapter: options.adapter });
  const { adapter } = chosen;
  await using session = await Scorer.open({
    base: chosen.base,
    adapter: chosen.adapterBytes,
    backend: 'cpu',
    deterministic: false,
    calibrationFile: places().calibrationFile,
  });
  const { name, texts } = abusiveTexts(options.data);
  const wanted = Math.max(LEAST, Math.round(TEXTS * options.scale));
  const fitting = texts.filter(
    ({ text }) => wordsOf(text).length >= LEAST_WORDS && typeof session.encode(text) !== 'string',
  );
  if (fitting.length < wanted)
    throw new Error(`${name} has ${fitting.length} texts for this bench, ${wanted} are needed`);
  options.say(`${adapter.name} (${adapter.method}), ${wanted} abusive texts of ${name}, ${session.info.layout}`);
  const random = seededRandom(2);
  const scoreOf = (p: Float32Array): number => verdictOf(adapter, p).score;
  const measured: Measured[] = [];
  let rankings: ReadonlyMap<string, Ranking> = new Map();
  for (const text of fitting.slice(0, wanted)) {
    const { words } = explainedText(adapter, await explain(session, text.text));
    rankings = rankingsOf(words);
    measured.push(await measure(session, text, words, rankings, scoreOf, random));
    if (measured.length % 50 === 0) options.say(`  ${measured.length} texts`);
  }
  return [...rankings.keys()]
    .filter((ranking) => ranking !== LONGEST)
    .flatMap((ranking) => figuresOf(ranking, measured, options.say));
};
export default bench;

/** Effects, length, and where the adapter has gates each band of them, also above what they usually are. */
function rankingsOf(words: readonly ExplainedWord[]): ReadonlyMap<string, Ranking> {
  const bands = Object.keys(words.find(({ gates }) => gates !== null)?.gates ?? {});
  const compared = words.some(({ usual }) => usual !== null);
  return new Map<string, Ranking>([
    ['effects', EFFECT],
    [LONGEST, LENGTH],
    ...bands.flatMap((band): [string, Ranking][] => [
      [`gates.${band}`, ({ gates }) => gates?.[band] ?? 0],
      ...(compared ? [[`gates.${band}.above_usual`, above(band)] satisfies [string, Ranking]] : []),
    ]),
  ]);
}

const above =
  (band: string): Ranking =>
  ({ gates, usual }) =>
    (gates?.[band] ?? 0) - (usual?.[band] ?? 0);

async function measure(
  session: Scorer,
  { text, spans }: AbusiveText,
  words: readonly ExplainedWord[],
  rankings: ReadonlyMap<string, Ranking>,
  scoreOf: (probabilities: Float32Array) => number,
  random: Random,
): Promise<Measured> {
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
  const curves = await deletionCurves(session, text, words, [...orders, ...shuffled(RANDOM_ORDERS)], scoreOf);
  const areas = curves.map(areaUnder);
  const marked = words.map(({ start, end }) => (spans.some(([from, to]) => from < end && to > start) ? 1 : 0));
  const positives = marked.filter((is) => is === 1).length;
  const isTelling = positives > 0 && positives < words.length;
  const draws = shuffled(DRAWS);
  return {
    area: new Map(names.map((name, i) => [name, areas[i] ?? NaN])),
    randomArea: mean(areas.slice(names.length)),
    precision: isTelling
      ? new Map([...values].map(([name, own]) => [name, mean(draws.map((draw) => precisionOf(marked, own, draw)))]))
      : null,
    randomPrecision: randomOrder(positives, words.length).auprc,
  };
}

/** Average precision of the marked words, equals in the order of `draw`. */
function precisionOf(marked: readonly number[], values: readonly number[], draw: readonly number[]): number {
  const order = [...draw].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  const places = new Array<number>(order.length).fill(0);
  order.forEach((word, place) => (places[word] = -place));
  return averagePrecision(rank(marked, places));
}

function figuresOf(ranking: string, measured: readonly Measured[], say: (line: string) => void): Figure[] {
  const told = measured.filter(({ precision }) => precision !== null);
  const areas = measured.map(({ area }) => area.get(ranking) ?? NaN);
  const precisions = told.map(({ precision }) => precision?.get(ranking) ?? NaN);
  const area = { [RANDOM]: measured.map((text) => text.randomArea), [LONGEST]: of(measured, 'area') };
  const precision = { [RANDOM]: told.map((text) => text.randomPrecision), [LONGEST]: of(told, 'precision') };
  const sooner = measured.filter((text, i) => (areas[i] ?? NaN) < text.randomArea).length / measured.length;
  const figures: Figure[] = [];
  for (const [name, theirs] of Object.entries(area)) {
    say(`  deletion, ${ranking} less ${name}: ${difference(areas, theirs)}`);
    figures.push(
      smaller(`explain.deletion.${ranking}`, mean(areas), 'mean score while words go', { name, value: mean(theirs) }),
    );
  }
  figures.push(faster(`explain.deletion.${ranking}.sooner`, sooner, `share of texts that fall sooner than at random`));
  if (told.length === 0) return figures;
  for (const [name, theirs] of Object.entries(precision)) {
    say(`  rationale, ${ranking} less ${name}: ${difference(precisions, theirs)}`);
    figures.push(
      faster(
        `explain.rationale.${ranking}`,
        mean(precisions),
        `average precision of marked words, ${told.length} texts`,
        {
          name,
          value: mean(theirs),
        },
      ),
    );
  }
  return figures;
}

const of = (measured: readonly Measured[], what: 'area' | 'precision'): number[] =>
  measured.map((text) => text[what]?.get(LONGEST) ?? NaN);

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Mean difference, text by text, with its 95% interval. */
function difference(ours: readonly number[], theirs: readonly number[]): string {
  const each = ours.map((x, i) => x - (theirs[i] ?? NaN));
  const middle = mean(each);
  const variance = each.reduce((sum, x) => sum + (x - middle) ** 2, 0) / Math.max(each.length - 1, 1);
  return `${middle.toFixed(3)} ± ${(1.96 * Math.sqrt(variance / each.length)).toFixed(3)}`;
}
