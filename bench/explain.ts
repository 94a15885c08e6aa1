/**
 * Whether explanations are true. Deletion: words that are left out in the order of their effect must lower the score sooner
 * than in random order. Rationales: the words that people marked as the reason should stand first. Word effects and gates,
 * beside random order, the longest word first, which knows nothing of the model, and gradient × input.
 */
import { plantedWords, triggersOf } from '../desk/insight/explanations/planted.ts';
import type { Ranking } from '../desk/insight/explanations/rankings.ts';
import { explainedText, type ExplainedWord } from '../desk/triage/explain.ts';
import { explain } from '../engine/explain/explain.ts';
import { wordsOf } from '../engine/explain/words.ts';
import { seededRandom, type Random } from '../engine/train/random.ts';
import { GradientInput } from './explain/gradient-input.ts';
import { figuresOf } from './explain/figures.ts';
import { markedShare, measure, type Measured } from './explain/one-text.ts';
import { PEERS, RANDOM, rankingsOf } from './explain/rankings.ts';
import { benchTexts } from './texts.ts';
import { waiting } from './explain/waiting.ts';
import { faster, wantedOf, type Bench, type BenchOptions, type Figure } from './figure.ts';
import { abusiveTexts, harmlessTexts, isThere, type MarkedSet } from './rationales.ts';
import { Reader } from './reader.ts';

const TEXTS = 200;
/** Fewer texts than this say nothing. */
const LEAST = 10;
/** In a text of two words every order is nearly right. */
const LEAST_WORDS = 4;
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
