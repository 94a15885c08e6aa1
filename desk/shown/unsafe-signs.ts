/**
 * Signs of a message that steer, hide or reorder what is shown. Message text is hostile: none of them reaches a terminal or
 * a window as it is; they are shown by their number. Runs in a window, too.
 */

/** Code points, first and last of each range. */
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
export const ZERO_WIDTH_JOINER = 0x200d;

export function isUnsafe(point: number): boolean {
  if (point >= 0x20 && point <= LAST_ASCII) return false;
  return UNSAFE.some(([first, last]) => point >= first && point <= last);
}

/** ‹U+202E› */
export const numbered = (point: number): string => `‹U+${point.toString(16).toUpperCase().padStart(4, '0')}›`;

/** What a zero-width joiner may stand between. */
export const isEmoji = (sign: string): boolean => /\p{Extended_Pictographic}|\p{Emoji_Modifier}/u.test(sign);
