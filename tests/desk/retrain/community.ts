/** A community whose messages are all different, and in English: near-duplicates would be one group. */
import { seededRandom } from '../../../engine/train/random.ts';

const WORDS =
  `about again always another answer apple autumn baker bench better between black blue boat bread bridge bring brother butter
  candle careful carpet castle chair cheese clean clear clever clock cloud coffee corner cousin dance dinner doctor dozen
  early earth evening every family farmer father finger flower forest friend garden gentle glass green harbour hammer
  happy heavy history honest horse island kitchen ladder letter library light little market meadow midnight minute
  mirror morning mother mountain narrow nature never night number ocean orange painter paper pencil people pepper
  picture planet pocket potato quiet rabbit railway reason river round school season second secret shadow shoulder
  silver simple sister small soldier spring square station stone story street summer table teacher thunder together
  tomorrow travel under valley village violin voice water weather window winter wonder yellow`.split(/\s+/);

export const LABELS = ['fine', 'abusive'] as const;

/** Sentences; every other one has a word that gives it away. */
export function sentencesOf(count: number, seed = 1): readonly string[] {
  const random = seededRandom(seed);
  const pick = (): string => WORDS[Math.floor(random() * WORDS.length)] ?? '';
  return Array.from(
    { length: count },
    (_, i) =>
      `The ${pick()} ${pick()} and the ${pick()} of the ${pick()} were ${pick()} ${i % 2 === 0 ? 'with' : 'against'} their ${pick()} ${pick()} when the ${pick()} ${pick()} came.`,
  );
}

export const table = (texts: readonly string[]): string =>
  `id,text,author,channel,time\n${texts.map((text, i) => `${i + 1},${text},Person ${i % 5},general,2026-03-01T10:00:00Z\n`).join('')}`;
