/**
 * Undoes what desk/insight/functional/attacks.ts does, as far as it can be told from a text that was meant so: what hides is left out,
 * letters that only look like Latin ones become those, single letters that stand apart become a word, and figures inside of
 * a word become letters.
 */
import { resolveConfusablesTransformer, resolveLeetSpeakTransformer } from 'obscenity';

type Transform = (point: number) => number | undefined;
const transformOf = (made: ReturnType<typeof resolveLeetSpeakTransformer>): Transform => {
  if (!('transform' in made)) throw new Error('obscenity gives another kind of transformer than before');
  return made.transform as Transform;
};
const leet = transformOf(resolveLeetSpeakTransformer());
const lookalike = transformOf(resolveConfusablesTransformer());

const through = (text: string, transform: Transform): string =>
  [...text].map((sign) => String.fromCodePoint(transform(sign.codePointAt(0) ?? 0) ?? 0x20)).join('');

/** Three letters or more, each alone, with the same sign between them. */
const APART = /(?<![\p{L}\p{N}])[\p{L}\p{N}@$!](?:([ .\-_*])[\p{L}\p{N}@$!])(?:\1[\p{L}\p{N}@$!])+(?![\p{L}\p{N}])/gu;
/** 1st, 20th, 5k, 10pm, 3d: figures that mean a number. */
const NUMBER = /^\d+(?:st|nd|rd|th|s|k|m|d|x|am|pm|min|h|kg|km|gb|mb)?$/iu;
const HAS_LETTER = /\p{L}/u;
const INSIDE = /[0-9@$!|]/u;

export function normalised(text: string): string {
  // A joiner between emoji is part of them.
  const shown = text.normalize('NFKC').replace(/(?<!\p{Extended_Pictographic}\ufe0f?)[\p{Cf}\u00ad]/gu, '');
  return shown
    .replace(APART, (run, separator: string) => (HAS_LETTER.test(run) ? run.split(separator).join('') : run))
    .replace(/\S+/gu, word);
}

function word(token: string): string {
  const [, before = '', core = '', after = ''] = /^([^\p{L}\p{N}@$]*)(.*?)([^\p{L}\p{N}]*)$/u.exec(token) ?? [];
  const latin = isMixed(core) ? through(core, lookalike) : core;
  const isSpelled = HAS_LETTER.test(latin) && INSIDE.test(latin) && !NUMBER.test(latin) && !/^@\w{3,}$/u.test(core);
  return before + (isSpelled ? through(latin, leet) : latin) + after;
}

/** Latin letters and others in one word. */
const isMixed = (token: string): boolean => /\p{Script=Latin}/u.test(token) && /(?!\p{Script=Latin})\p{L}/u.test(token);
