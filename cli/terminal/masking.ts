/**
 * Slurs and swear words are masked on a terminal: first and last letter stay, so that a word can still be told.
 * The words are those of the package obscenity (MIT), which also sees through f*ck, leetspeak and look-alike letters,
 * with more group slurs from more-slurs.json. It is English only, and misses some: it spares the eye, it judges nothing.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DataSet, RegExpMatcher, englishDataset, englishRecommendedTransformers, parseRawPattern } from 'obscenity';
import { z } from 'zod';

const MASK = '▇';
const LETTER = /[\p{L}\p{M}\p{N}*$@!'’]/u;
/** A text that is shown is far shorter; the rest of a longer one is not searched. */
const SEARCHED = 20_000;

let matcher: RegExpMatcher | undefined;

/** Code units for code units: what is masked is as long as what stood there. */
export function maskSlurs(text: string): string {
  matcher ??= makeMatcher();
  let shown = text;
  for (const { startIndex, endIndex } of matcher.getAllMatches(text.slice(0, SEARCHED), true)) {
    const [from, to] = wholeWord(text, startIndex, endIndex + 1);
    shown = shown.slice(0, from) + masked(text.slice(from, to)) + shown.slice(to);
  }
  return shown;
}

function makeMatcher(): RegExpMatcher {
  const file = fileURLToPath(new URL('./more-slurs.json', import.meta.url));
  const { words } = z.object({ words: z.array(z.string()) }).parse(JSON.parse(readFileSync(file, 'utf8')));
  const more = words.reduce(
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

function masked(word: string): string {
  // A match over several words keeps its spaces.
  return word.replace(/\S+/gu, (part) => {
    const signs = [...part];
    if (signs.length < 3) return MASK.repeat(part.length);
    const [first = '', last = ''] = [signs[0], signs.at(-1)];
    return first + MASK.repeat(part.length - first.length - last.length) + last;
  });
}
