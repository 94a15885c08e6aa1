/**
 * Message text is hostile: an escape sequence could clear the screen, change the title or answer for the person, and a
 * bidirectional control could show a text in another order than it has. None of them reaches the terminal as it is.
 */

/** Controls (C0, DEL, C1), line and paragraph separators, lone surrogates, bidi and other invisible format signs. */
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\u{e0000}-\u{e0fff}\u{f0000}-\u{10ffff}]/gu;

/**
 * `text` on one line: white space is a space, and every sign that could steer a terminal or hide is written as its
 * number, ‹U+202E›. What joins emoji (U+200D, U+FE0F) stays where it joins.
 */
export function safeLine(text: string): string {
  return text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029\u00a0\u202f\u205f]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
    .replace(UNSAFE, (sign, offset: number, whole: string) =>
      joinsEmoji(sign, offset, whole) ? sign : `‹U+${hex(sign)}›`,
    );
}

function hex(sign: string): string {
  return (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** A zero-width joiner between two emoji; U+FE0F is not among the unsafe signs. */
function joinsEmoji(sign: string, offset: number, whole: string): boolean {
  if (sign !== '\u200d') return false;
  return (
    /\p{Emoji}\ufe0f?\p{Emoji_Modifier}?$/u.test(whole.slice(0, offset)) && /^\p{Emoji}/u.test(whole.slice(offset + 1))
  );
}

/** As `safeLine` for a text of several lines, whose line breaks stay: an error that quotes a file's name, say. */
export const escapedLines = (text: string): string => text.split(/\r?\n/).map(safeLine).join('\n');
