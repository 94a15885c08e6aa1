/** Widths in terminal columns: an emoji or a Chinese sign takes two, a combining mark none. */
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export const columnsOf = (text: string): number => stringWidth(text);

/** `text` in at most `columns` columns; what was cut off is said by `…`. */
export function cut(text: string, columns: number): string {
  // Most texts are short; a long one is not measured to its end.
  if (text.length <= columns * 4 && columnsOf(text) <= columns) return text;
  let shown = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text.slice(0, columns * 16))) {
    const next = columnsOf(segment);
    if (width + next > columns - 1) break;
    shown += segment;
    width += next;
  }
  return `${shown.trimEnd()}…`;
}

/** `text` filled with spaces to `columns` columns, on its right side, or on its left one for numbers. */
export function fill(text: string, columns: number, side: 'left' | 'right' = 'right'): string {
  const spaces = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return side === 'right' ? text + spaces : spaces + text;
}

/** `text` in lines of at most `columns` columns, broken between words where there are any. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  const put = (word: string): void => {
    const joined = line === '' ? word : `${line} ${word}`;
    if (columnsOf(joined) <= columns) line = joined;
    else {
      if (line !== '') lines.push(line);
      line = word;
    }
  };
  for (const word of text.split(' ')) {
    if (columnsOf(word) <= columns) put(word);
    else for (const piece of pieces(word, columns)) put(piece);
  }
  lines.push(line);
  return lines;
}

function* pieces(word: string, columns: number): Generator<string> {
  let piece = '';
  let width = 0;
  for (const { segment } of graphemes.segment(word)) {
    const next = columnsOf(segment);
    if (width + next > columns && piece !== '') {
      yield piece;
      piece = '';
      width = 0;
    }
    piece += segment;
    width += next;
  }
  if (piece !== '') yield piece;
}
