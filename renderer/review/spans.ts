/** Parts of a text that a decision rests on, chosen word by word. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The words of a text, as [start, end) in UTF-16 units. */
export function wordsOf(text: string): readonly Span[] {
  return [...text.matchAll(/\S+/gu)].map(({ index, 0: word }) => ({ start: index, end: index + word.length }));
}

/** Chosen words as parts of the text: neighbours are one part, with what stands between them. */
export function spansOf(words: readonly Span[], chosen: ReadonlySet<number>): readonly Span[] {
  const spans: { start: number; end: number }[] = [];
  words.forEach(({ start, end }, i) => {
    if (!chosen.has(i)) return;
    const last = spans.at(-1);
    if (last !== undefined && chosen.has(i - 1)) last.end = end;
    else spans.push({ start, end });
  });
  return spans;
}
