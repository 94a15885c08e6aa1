/** Sentences of the desk in the language of the window. */
import { locale } from '../i18n/locale.ts';
import { SENTENCES } from '../messages/sentences.ts';

interface Known {
  readonly pattern: RegExp;
  readonly values: readonly string[];
  /** signs that are not a value: what says more is tried first */
  readonly fixed: number;
  readonly text: string;
}

/** No sentence is longer; what is holds what a driver printed, say. */
const LONGEST = 2000;
const PLACE = /\{(\w+)\}/g;
const known = new Map<string, readonly Known[]>();

/** The sentence of `desk` in the language of the window; as it is where the window has no words for it. */
export function said(sentence: string): string {
  const now = locale();
  if (now === 'en' || sentence === '' || sentence.length > LONGEST) return sentence;
  let all = known.get(now);
  if (all === undefined)
    known.set(
      now,
      (all = Object.entries(SENTENCES[now])
        .map(read)
        .sort((a, b) => b.fixed - a.fixed)),
    );
  for (const { pattern, values, text } of all) {
    const found = pattern.exec(sentence);
    if (found === null) continue;
    // A value may be a sentence of its own; it is shorter, so that this ends.
    const filled = new Map(values.map((name, i) => [name, said(found[i + 1] ?? '')]));
    return text.replace(PLACE, (braces, name: string) => filled.get(name) ?? braces);
  }
  return sentence;
}

function read([sentence, text]: readonly [string, string]): Known {
  const parts = sentence.split(PLACE);
  const literal = (part: string): string => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const source = parts.map((part, i) => (i % 2 === 0 ? literal(part) : '(.*?)')).join('');
  const [fixed, values] = [0, 1].map((odd) => parts.filter((_, i) => i % 2 === odd));
  return { pattern: new RegExp(`^${source}$`, 's'), values: values ?? [], fixed: fixed?.join('').length ?? 0, text };
}
