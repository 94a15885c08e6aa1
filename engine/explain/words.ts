/** Words of a text with their places, and the text without each of them. */

export interface Word {
  readonly text: string;
  /** UTF-16 units, as in `String.slice` */
  readonly start: number;
  readonly end: number;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** What Unicode's rules take for a word (UAX 29); punctuation alone is none, emoji are. */
export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  for (const { segment, index, isWordLike } of segmenter.segment(text))
    if (isWordLike === true || /\p{Extended_Pictographic}/u.test(segment))
      words.push({ text: segment, start: index, end: index + segment.length });
  return words;
}

/** The text with one word left out, and the gap closed. */
export function without(text: string, { start, end }: Word): string {
  const before = text.slice(0, start);
  const after = text.slice(end);
  return /\s$/u.test(before) || before === '' ? before + after.replace(/^\s/u, '') : before + after;
}

/** The text with several words left out, and the gaps closed. */
export const withoutAll = (text: string, words: readonly Word[]): string =>
  // From the end, so that the places of the others stay.
  [...words].sort((a, b) => b.start - a.start).reduce(without, text);

/**
 * Where each piece of a tokenizer stands in the text, null for pieces that are not in it ([CLS], bytes of a torn sign).
 * Pieces may be in lower case and carry the tokenizer's own marks (##, ▁, Ġ).
 */
export function placesOf(pieces: readonly string[], text: string): readonly (Omit<Word, 'text'> | null)[] {
  const lower = text.toLowerCase();
  // Lower case can change lengths (İ); then only exact pieces are found.
  const searched = lower.length === text.length ? lower : text;
  let from = 0;
  return pieces.map((piece) => {
    const bare = piece.replace(/^(##|▁|Ġ)/u, '').trim();
    const found = bare === '' ? -1 : searched.indexOf(searched === lower ? bare.toLowerCase() : bare, from);
    // A piece that is far ahead belongs to something else.
    if (found < 0 || found > from + 4) return null;
    from = found + bare.length;
    return { start: found, end: from };
  });
}
