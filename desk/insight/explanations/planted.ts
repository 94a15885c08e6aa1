/**
 * Planted words: into harmless messages that the model does not flag goes one word that counted most in others. Where the
 * message is flagged then, everybody knows why, and the explanation must say so.
 */
import { descendingOrder } from '../../../engine/explain/deletion.ts';
import { wordsOf } from '../../../engine/explain/words.ts';
import type { Random } from '../../../engine/train/random.ts';
import type { ExplainedWord } from '../../triage/explain.ts';
import { byEffect } from './rankings.ts';

/** Words that are planted, and how often each must have been met. */
const WORDS = 10;
const LEAST_MET = 2;
const LEAST_FLAGGED = 5;

/** What a test of planted words asks the model. */
export interface Asked {
  /** whether each text is flagged; null of one that is not read */
  readonly flags: (texts: readonly string[]) => Promise<readonly (boolean | null)[]>;
  readonly explain: (text: string) => Promise<readonly ExplainedWord[]>;
  /** told how many messages are flagged only with the word in them, and will be explained */
  readonly onTurned?: (messages: number) => void;
}

export interface Planted {
  /** messages that are flagged with the word in them, and not without it */
  readonly messages: number;
  /** of these, those in which its effect is the largest */
  readonly first: number;
  /** share in which it would be by chance */
  readonly chance: number;
}

/** The words with the largest mean effect, in lower case. */
export function triggersOf(texts: readonly (readonly ExplainedWord[])[]): readonly string[] {
  const effects = new Map<string, number[]>();
  for (const word of texts.flat()) {
    const name = word.text.toLowerCase();
    effects.set(name, [...(effects.get(name) ?? []), byEffect(word)]);
  }
  const means = [...effects].flatMap(([word, all]): [string, number][] =>
    all.length < LEAST_MET ? [] : [[word, all.reduce((sum, x) => sum + x, 0) / all.length]],
  );
  return means
    .sort(([, a], [, b]) => b - a)
    .slice(0, WORDS)
    .map(([word]) => word);
}

/** Null where fewer than five messages are flagged with the word in them: they say nothing. */
export async function plantedWords(
  { flags, explain, onTurned }: Asked,
  harmless: readonly string[],
  triggers: readonly string[],
  random: Random,
): Promise<Planted | null> {
  if (triggers.length === 0) return null;
  const planted = harmless.map((text, i) => {
    const words = wordsOf(text);
    const at = words[Math.floor(random() * words.length)]?.start ?? 0;
    const trigger = triggers[i % triggers.length] ?? '';
    return { whole: `${text.slice(0, at)}${trigger} ${text.slice(at)}`, at };
  });
  const before = await flags(harmless);
  const after = await flags(planted.map(({ whole }) => whole));
  const turned = planted.filter((_, i) => before[i] === false && after[i] === true);
  if (turned.length < LEAST_FLAGGED) return null;
  onTurned?.(turned.length);
  let first = 0;
  let chance = 0;
  for (const { whole, at } of turned) {
    const words = await explain(whole);
    const [most] = descendingOrder(words.map(byEffect));
    if (words[most ?? 0]?.start === at) first++;
    chance += 1 / words.length;
  }
  return { messages: turned.length, first, chance: chance / turned.length };
}
