/**
 * Slurs and swear words are masked where a message is shown. The words are those of the package obscenity (MIT), which also
 * sees through f*ck, leetspeak and look-alike letters, with more group slurs from more-slurs.json. It is English only, and
 * misses some: it spares the eye, it judges nothing. Runs in a window, too.
 */
import { DataSet, RegExpMatcher, englishDataset, englishRecommendedTransformers, parseRawPattern } from 'obscenity';
import slurs from './more-slurs.json' with { type: 'json' };

/** Part of a text, as [start, end) in UTF-16 units. */
export interface Masked {
  readonly start: number;
  readonly end: number;
}

const MASK = '▇';
const LETTER = /[\p{L}\p{M}\p{N}*$@!'’]/u;
/** A text that is shown is far shorter; the rest of a longer one is not searched. */
const SEARCHED = 20_000;

let matcher: RegExpMatcher | undefined;

/** What is to be masked of a text: whole words, in order, none touching another. */
export function slursIn(text: string): readonly Masked[] {
  matcher ??= makeMatcher();
  const found: { start: number; end: number }[] = [];
  for (const { startIndex, endIndex } of matcher.getAllMatches(text.slice(0, SEARCHED), true)) {
    const [start, end] = wholeWord(text, startIndex, endIndex + 1);
    const before = found.at(-1);
    if (before !== undefined && start <= before.end) before.end = Math.max(before.end, end);
    else found.push({ start, end });
  }
  return found;
}

/** First and last letter of a word stay, so that it can still be told. Code units for code units: as long as it was. */
export function maskSlurs(text: string): string {
  let shown = '';
  let done = 0;
  for (const { start, end } of slursIn(text)) {
    shown += text.slice(done, start) + masked(text.slice(start, end));
    done = end;
  }
  return shown + text.slice(done);
}

function makeMatcher(): RegExpMatcher {
  const more = slurs.words.reduce(
    (set, word) => set.addPhrase((phrase) => phrase.addPattern(parseRawPattern(word))),
    new DataSet<{ originalWord: string }>(),
  );
  return new RegExpMatcher({
    ...new DataSet<{ originalWord: string }>().addAll(englishDataset).addAll(more).build(),
    ...englishRecommendedTransformers,
  });
}

/** The match with the rest of its word: endings and beginnings tell as much as the middle. */
function wholeWord(text: string, from: number, to: number): readonly [number, number] {
  while (from > 0 && LETTER.test(text[from - 1] ?? '')) from--;
  while (to < text.length && LETTER.test(text[to] ?? '')) to++;
  return [from, to];
}

/** A word with only its first and last letter left. */
export function masked(word: string): string {
  // A match over several words keeps its spaces.
  return word.replace(/\S+/gu, (part) => {
    const signs = [...part];
    if (signs.length < 3) return MASK.repeat(part.length);
    const [first = '', last = ''] = [signs[0], signs.at(-1)];
    return first + MASK.repeat(part.length - first.length - last.length) + last;
  });
}
