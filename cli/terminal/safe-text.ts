/**
 * Message text is hostile: an escape sequence could clear the screen, change the title or answer for the person, and a
 * bidirectional control could show a text in another order than it has. None of them reaches the terminal as it is.
 */
import { ZERO_WIDTH_JOINER, isEmoji, isUnsafe, numbered } from '../../desk/shown/unsafe-signs.ts';

/**
 * `text` on one line: white space is a space, and every sign that could steer a terminal or hide is written as its
 * number, ‹U+202E›. What joins emoji (U+200D, U+FE0F) stays where it joins.
 */
export function safeLine(text: string): string {
  const line = text.replace(/[\s\u0085]+/gu, (space) => (space === '\ufeff' ? space : ' ')).trim();
  let safe = '';
  let before = '';
  const signs = [...line];
  for (const [i, sign] of signs.entries()) {
    const point = sign.codePointAt(0) ?? 0;
    const joins = point === ZERO_WIDTH_JOINER && isEmoji(before) && isEmoji(signs[i + 1] ?? '');
    safe += isUnsafe(point) && !joins ? numbered(point) : sign;
    if (point !== 0xfe0f) before = sign;
  }
  return safe;
}

/** As `safeLine` for a text of several lines, whose line breaks stay: an error that quotes a file's name, say. */
export const escapedLines = (text: string): string => text.split(/\r?\n/).map(safeLine).join('\n');
