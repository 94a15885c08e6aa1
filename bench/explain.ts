/**
 * Whether explanations are true. Deletion: words that are left out in the order of their effect must lower the score sooner
 * than in random order. Rationales: the words that people marked as the reason should stand first. Word effects and gates,
 * beside random order, the longest word first, which knows nothing of the model, and gradient × input.
 */
import { plantedWords, triggersOf } from '../desk/insight/explanations/planted.ts';
import { rankCorrelation } from '../desk/insight/explanations/rank-correlation.ts';
import type { Ranking } from '../desk/insight/explanations/rankings.ts';
import { averagePrecision, randomOrder, rank } from '../desk/insight/metrics.ts';
import { explainedText, type ExplainedWord } from '../desk/triage/explain.ts';
import { areaUnder, deletionCurves, descendingOrder } from '../engine/explain/deletion.ts';
import { explain } from '../engine/explain/explain.ts';
import { wordsOf, type Word } from '../engine/explain/words.ts';
import { seededRandom, shuffle, type Random } from '../engine/train/random.ts';
import { GradientInput } from './explain/gradient-input.ts';
import { randomF1, tokenF1 } from './explain/marked.ts';
import { PEERS, RANDOM, rankingsOf } from './explain/rankings.ts';
import { benchTexts } from './texts.ts';
import { waiting } from './explain/waiting.ts';
import { faster, smaller, wantedOf, type Bench, type BenchOptions, type Figure } from './figure.ts';
import { mean } from './timing.ts';
import { abusiveTexts, harmlessTexts, isThere, type AbusiveText, type MarkedSet } from './rationales.ts';
import { Reader } from './reader.ts';

const TEXTS = 200;
/** Fewer texts than this say nothing. */
const LEAST = 10;
/** In a text of two words every order is nearly right. */
const LEAST_WORDS = 4;
/** Random orders of each text in the deletion. */
const RANDOM_ORDERS = 5;
/** Draws among words of equal rank. */
const DRAWS = 20;

/** What one text gave, by the name of the ranking. */
interface Measured {
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

/** Parts that `--table` chooses among. */
const PARTS = ['hatexplain', 'toxic_spans', 'wait'] as const;

const bench: Bench = async (options) => {
  const { tables, data, scale, adapter } = options;
  const parts = wantedOf(tables, PARTS, 'part');
  const wants = (part: (typeof PARTS)[number]): boolean => parts.includes(part);
  const figures: Figure[] = [];
  if (wants('hatexplain') || wants('toxic_spans')) {
    await using reader = await Reader.open(adapter);
    await using gradient = await GradientInput.open(adapter);
    if (wants('hatexplain')) figures.push(...(await ofSet(reader, gradient, 'hatexplain', '', options)));
    if (wants('toxic_spans') && data !== null && isThere(data, 'toxic_spans'))
      figures.push(...(await ofSet(reader, gradient, 'toxic_spans', 'toxic_spans.', options)));
  }
  if (wants('wait'))
    figures.push(...(await waiting(benchTexts(data, Math.max(LEAST, Math.round(TEXTS * scale))).texts, adapter)));
  return figures;
};
export default bench;

/** @param prefix of the figures' names */
async function ofSet(
  reader: Reader,
  gradient: GradientInput | null,
  set: MarkedSet,
  prefix: string,
  { data, scale, say }: BenchOptions,
): Promise<readonly Figure[]> {
  const { session, adapter } = reader;
  const { name, texts } = abusiveTexts(data, set);
  const wanted = Math.max(LEAST, Math.round(TEXTS * scale));
  const fitting = texts.filter(
    ({ text }) => wordsOf(text).length >= LEAST_WORDS && typeof session.encode(text) !== 'string',
  );
  if (fitting.length < wanted)
    throw new Error(`${name} has ${fitting.length} texts for this bench, ${wanted} are needed`);
  say(`${adapter.name} (${adapter.method}), ${wanted} abusive texts of ${name}, ${session.info.layout}`);
  const random = seededRandom(2);
  const chosen = fitting.slice(0, wanted);
  const share = markedShare(chosen);
  const measured: Measured[] = [];
  const explained: (readonly ExplainedWord[])[] = [];
  let rankings: ReadonlyMap<string, Ranking> = new Map();
  for (const text of chosen) {
    const found = await explain(session, { text: text.text });
    const { words } = explainedText(adapter, found);
    rankings = rankingsOf(words, gradient && (await gradient.ofWords(text.text, found.tokens, words)));
    const flagged = reader.flags(reader.verdictOf(Float32Array.from(found.probabilities)));
    measured.push({
      ...(await measure(reader, text, words, rankings, { share, random })),
      flagged,
    });
    explained.push(words);
    if (measured.length % 50 === 0) say(`  ${measured.length} texts`);
  }
  const figures = [...rankings.keys()]
    .filter((ranking) => !PEERS.includes(ranking))
    .flatMap((ranking) => figuresOf(prefix, ranking, measured, say));
  const harmless = set === 'hatexplain' ? harmlessTexts(data).slice(0, wanted) : [];
  return [...figures, ...(await plantedFigures(reader, harmless, triggersOf(explained), random))];
}

/** Share of the messages that are flagged with a planted word in them, in which its effect is the largest. */
async function plantedFigures(
  reader: Reader,
  harmless: readonly string[],
  triggers: readonly string[],
  random: Random,
): Promise<readonly Figure[]> {
  const found = await plantedWords(
    {
      flags: async (texts) => (await reader.read(texts)).map((verdict) => verdict && reader.flags(verdict)),
      explain: async (text) => explainedText(reader.adapter, await explain(reader.session, { text })).words,
    },
    harmless,
    triggers,
    random,
  );
  if (found === null) return [];
  const { messages, first, chance } = found;
  const peer = { name: RANDOM, value: chance };
  return [
    faster('explain.planted.effects', first / messages, `share of ${messages} planted words that stand first`, peer),
  ];
}

/** Share of a text's words that people marked, on average. */
function markedShare(texts: readonly AbusiveText[]): number {
  const shares = texts.flatMap(({ text, spans }) => {
    const marked = markedOf(wordsOf(text), spans);
    const positives = marked.filter((is) => is === 1).length;
    return positives === 0 ? [] : [positives / marked.length];
  });
  return shares.length === 0 ? 0 : mean(shares);
}

const markedOf = (words: readonly Word[], spans: AbusiveText['spans']): readonly number[] =>
  words.map(({ start, end }) => (spans.some(([from, to]) => from < end && to > start) ? 1 : 0));

async function measure(
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

function figuresOf(
  prefix: string,
  ranking: string,
  measured: readonly Measured[],
  say: (line: string) => void,
): readonly Figure[] {
  const told = measured.filter(({ precision }) => precision !== null);
  const beside = (
    name: string,
    unit: string,
    better: typeof faster,
    texts: readonly Measured[],
    of: (text: Measured) => ReadonlyMap<string, number> | null,
    chance: (text: Measured) => number,
  ): readonly Figure[] => {
    const ours = texts.map((text) => of(text)?.get(ranking) ?? NaN);
    const peers = [
      { name: RANDOM, theirs: texts.map(chance) },
      ...PEERS.filter((name) => texts.some((text) => of(text)?.has(name))).map((name) => ({
        name,
        theirs: texts.map((text) => of(text)?.get(name) ?? NaN),
      })),
    ];
    return peers.map(({ name: peer, theirs }) => {
      say(`  ${name}, ${ranking} less ${peer}: ${difference(ours, theirs)}`);
      return better(`explain.${prefix}${name}.${ranking}`, mean(ours), unit, { name: peer, value: mean(theirs) });
    });
  };
  const isSooner = (text: Measured): boolean => (text.area.get(ranking) ?? NaN) < text.randomArea;
  const sooner = (texts: readonly Measured[]): number => texts.filter(isSooner).length / texts.length;
  const flagged = measured.filter((text) => text.flagged);
  const agreeing = measured.flatMap(({ agreement }) => {
    const found = agreement.get(ranking) ?? NaN;
    return Number.isNaN(found) ? [] : [found];
  });
  const area = (text: Measured) => text.area;
  const insertion = (text: Measured) => text.insertion;
  const marks = `marked words, ${told.length} texts`;
  return [
    ...beside('deletion', 'mean score while words go', smaller, measured, area, (text) => text.randomArea),
    faster(
      `explain.${prefix}deletion.${ranking}.sooner`,
      sooner(measured),
      'share of texts that fall sooner than at random',
    ),
    ...(flagged.length === 0
      ? []
      : [
          faster(
            `explain.${prefix}deletion.${ranking}.sooner.flagged`,
            sooner(flagged),
            `the same of the ${flagged.length} that the model flags`,
          ),
        ]),
    ...beside(
      'insertion',
      'mean score while words come back',
      faster,
      measured,
      insertion,
      (text) => text.randomInsertion,
    ),
    ...(told.length === 0
      ? []
      : [
          ...beside(
            'rationale',
            `average precision of ${marks}`,
            faster,
            told,
            (t) => t.precision,
            (t) => t.randomPrecision,
          ),
          ...beside(
            'rationale_f1',
            `F1 of ${marks}`,
            faster,
            told,
            (t) => t.f1,
            (t) => t.randomF1,
          ),
        ]),
    ...(ranking === 'effects' || agreeing.length === 0
      ? []
      : [faster(`explain.${prefix}agreement.${ranking}`, mean(agreeing), 'rank correlation with the effects')]),
  ];
}

/** Mean difference, text by text, with its 95% interval. */
function difference(ours: readonly number[], theirs: readonly number[]): string {
  const each = ours.map((x, i) => x - (theirs[i] ?? NaN));
  const middle = mean(each);
  const variance = each.reduce((sum, x) => sum + (x - middle) ** 2, 0) / Math.max(each.length - 1, 1);
  return `${middle.toFixed(3)} ± ${(1.96 * Math.sqrt(variance / each.length)).toFixed(3)}`;
}
