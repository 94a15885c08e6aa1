/**
 * Message text is hostile: an escape sequence could clear the screen, change the title or answer for the person, and a
 * bidirectional control could show a text in another order than it has. None of them reaches the terminal as it is.
 */

/** Code points that steer, hide or reorder, first and last of each range. */
const UNSAFE: readonly (readonly [number, number])[] = [
  [0x0000, 0x001f], // C0 controls, ESC among them
  [0x007f, 0x009f], // DEL and C1 controls, the one-byte CSI and OSC among them
  [0x00ad, 0x00ad], // soft hyphen
  [0x034f, 0x034f], // combining grapheme joiner
  [0x061c, 0x061c], // Arabic letter mark (bidi)
  [0x115f, 0x1160], // Hangul fillers, which look like nothing
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f], // zero-width signs, left-to-right and right-to-left marks
  [0x2028, 0x202e], // line and paragraph separators, bidi embeddings and overrides
  [0x2060, 0x206f], // invisible operators, bidi isolates, deprecated controls
  [0x3164, 0x3164],
  [0xd800, 0xdfff], // lone surrogates: pairs are one code point by then
  [0xe000, 0xf8ff], // private signs
  [0xfe00, 0xfe0e], // variation selectors; U+FE0F, that of emoji, stays
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff], // tags, more variation selectors
  [0xf0000, 0x10ffff], // private planes
];
const LAST_ASCII = 0x7e;
const ZERO_WIDTH_JOINER = 0x200d;

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
    safe += isUnsafe(point) && !joins ? `‹U+${point.toString(16).toUpperCase().padStart(4, '0')}›` : sign;
    if (point !== 0xfe0f) before = sign;
  }
  return safe;
}

/** As `safeLine` for a text of several lines, whose line breaks stay: an error that quotes a file's name, say. */
export const escapedLines = (text: string): string => text.split(/\r?\n/).map(safeLine).join('\n');

function isUnsafe(point: number): boolean {
  if (point >= 0x20 && point <= LAST_ASCII) return false;
  return UNSAFE.some(([first, last]) => point >= first && point <= last);
}

const isEmoji = (sign: string): boolean => /\p{Extended_Pictographic}|\p{Emoji_Modifier}/u.test(sign);
