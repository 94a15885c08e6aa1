/**
 * Planted words: into harmless messages that the model does not flag goes one word that counted most in others. Where the
 * message is flagged then, everybody knows why, and the explanation must say so.
 */
import { explain } from '../../engine/explain/explain.ts';
import { descendingOrder } from '../../engine/explain/deletion.ts';
import { wordsOf } from '../../engine/explain/words.ts';
import type { Random } from '../../engine/train/random.ts';
import { explainedText, type ExplainedWord } from '../../desk/triage/explain.ts';
import { faster, type Figure } from '../figure.ts';
import type { Reader } from '../reader.ts';

/** Words that are planted, and how often each must have been met. */
const WORDS = 10;
const LEAST_MET = 2;
const LEAST_FLAGGED = 5;

/** The words with the largest mean effect. */
export function triggersOf(texts: readonly (readonly ExplainedWord[])[]): readonly string[] {
  const effects = new Map<string, number[]>();
  for (const { text, effect } of texts.flat()) {
    const word = text.toLowerCase();
    effects.set(word, [...(effects.get(word) ?? []), effect ?? 0]);
  }
  const means = [...effects].flatMap(([word, all]): [string, number][] =>
    all.length < LEAST_MET ? [] : [[word, all.reduce((sum, x) => sum + x, 0) / all.length]],
  );
  return means
    .sort(([, a], [, b]) => b - a)
    .slice(0, WORDS)
    .map(([word]) => word);
}

/** Share of the messages that are flagged with the word in them, in which its effect is the largest. */
export async function plantedFigures(
  reader: Reader,
  harmless: readonly string[],
  triggers: readonly string[],
  random: Random,
): Promise<readonly Figure[]> {
  if (triggers.length === 0) return [];
  const planted = harmless.map((text, i) => {
    const words = wordsOf(text);
    const at = words[Math.floor(random() * words.length)]?.start ?? 0;
    const trigger = triggers[i % triggers.length] ?? '';
    return { text, whole: `${text.slice(0, at)}${trigger} ${text.slice(at)}`, at };
  });
  const before = await reader.read(harmless);
  const after = await reader.read(planted.map(({ whole }) => whole));
  const turned = planted.filter((_, i) => {
    const [had, has] = [before[i], after[i]];
    return had && has && !reader.flags(had) && reader.flags(has);
  });
  if (turned.length < LEAST_FLAGGED) return [];
  let first = 0;
  let chance = 0;
  for (const { whole, at } of turned) {
    const { words } = explainedText(reader.adapter, await explain(reader.session, { text: whole }));
    const [most] = descendingOrder(words.map(({ effect }) => effect ?? 0));
    if (words[most ?? 0]?.start === at) first++;
    chance += 1 / words.length;
  }
  const [value, random_] = [first / turned.length, chance / turned.length];
  const peer = { name: 'random order', value: random_ };
  return [faster('explain.planted.effects', value, `share of ${turned.length} planted words that stand first`, peer)];
}
