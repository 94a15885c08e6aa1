/** Ways in which people spell a word so that a program does not know it and a person does. */
import type { Word } from '../../../engine/explain/words.ts';

const LEET: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' };
/** Letters of another script that look the same. */
const LOOKALIKES: Readonly<Record<string, string>> = { a: 'а', c: 'с', e: 'е', i: 'і', o: 'о', p: 'р', x: 'х', y: 'у' };

const mapped = (word: string, by: Readonly<Record<string, string>>): string =>
  [...word].map((sign) => by[sign.toLowerCase()] ?? sign).join('');

export const ATTACKS = {
  leetspeak: (word: string) => mapped(word, LEET),
  spaces: (word: string) => [...word].join(' '),
  dots: (word: string) => [...word].join('.'),
  lookalikes: (word: string) => mapped(word, LOOKALIKES),
  'zero-width': (word: string) => [...word].join('\u200b'),
} as const satisfies Record<string, (word: string) => string>;
export type Attack = keyof typeof ATTACKS;

export const attacked = (text: string, { start, end }: Word, attack: Attack): string =>
  text.slice(0, start) + ATTACKS[attack](text.slice(start, end)) + text.slice(end);
