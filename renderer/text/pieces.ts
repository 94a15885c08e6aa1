/**
 * A message's text in the pieces that the window shows. The text is hostile: every piece becomes a text node, signs that steer
 * or hide are shown by their number, marks that pile up are counted instead of drawn.
 */
import { type Masked, slursIn } from '../../desk/shown/masking.ts';
import { ZERO_WIDTH_JOINER, isEmoji, isUnsafe, numbered } from '../../desk/shown/unsafe-signs.ts';

/** Part of a text that is marked by what it adds, 0 to 1. */
export interface Tint {
  readonly start: number;
  readonly end: number;
  readonly weight: number;
}

export type Piece =
  | { readonly kind: 'text' | 'masked'; readonly text: string; readonly weight: number }
  /** a sign that steers or hides, as ‹U+202E› */
  | { readonly kind: 'sign'; readonly text: string }
  /** marks over one letter that are not drawn */
  | { readonly kind: 'marks'; readonly count: number };

/** What is shown of a long text before somebody asks for all of it. */
export const SHOWN = 2000;
/** Slurs are looked for in parts of this length: the search takes a whole part at once. */
const PART = 16_000;
/** More marks over one letter than any script needs. */
const MARKS = 5;
const ZERO_WIDTH_NON_JOINER = 0x200c;

/** The beginning of a long text, no sign cut in two. */
export function clipped(text: string, most = SHOWN): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? most - 1 : most);
}

/** What is to be masked, however long the text is. */
export function masksOf(text: string): readonly Masked[] {
  if (text.length <= PART) return slursIn(text);
  const masks: Masked[] = [];
  for (let from = 0; from < text.length;) {
    // Parts end between words, where there is such a place.
    const space = text.slice(from, from + PART).search(/\s\S*$/);
    const to = from + PART >= text.length ? text.length : from + (space > 0 ? space : PART);
    for (const { start, end } of slursIn(text.slice(from, to))) masks.push({ start: from + start, end: from + end });
    from = to;
  }
  return masks;
}

/** In order and without gaps. @param masks what is masked, in order; tints: in order, none over another */
export function piecesOf(text: string, masks: readonly Masked[] = [], tints: readonly Tint[] = []): readonly Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  const upTo = (end: number): void => {
    for (const { start, end: stop, weight } of between(tints, done, end))
      shown(text.slice(start, stop), weight, pieces);
    done = end;
  };
  for (const { start, end } of masks) {
    if (start < done || start >= text.length) continue;
    upTo(start);
    const weight = Math.max(0, ...between(tints, start, end).map((tint) => tint.weight));
    pieces.push({ kind: 'masked', text: text.slice(start, end), weight });
    done = end;
  }
  upTo(text.length);
  return pieces;
}

/** [from, to) cut where a tint begins or ends. */
function between(tints: readonly Tint[], from: number, to: number): readonly Tint[] {
  const cut: Tint[] = [];
  let at = from;
  for (const { start, end, weight } of tints) {
    if (end <= at || start >= to) continue;
    if (start > at) cut.push({ start: at, end: start, weight: 0 });
    cut.push({ start: Math.max(start, at), end: Math.min(end, to), weight });
    at = Math.min(end, to);
  }
  if (at < to) cut.push({ start: at, end: to, weight: 0 });
  return cut;
}

/** Most texts hold none of what has to be looked at sign by sign. */
const HARMLESS = /^[\n\t\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff]*$/;

function shown(text: string, weight: number, pieces: Piece[]): void {
  text = text.replace(/\r\n?/g, '\n');
  if (HARMLESS.test(text)) {
    if (text !== '') pieces.push({ kind: 'text', text, weight });
    return;
  }
  let run = '';
  let marks = 0;
  const end = (): void => {
    if (run !== '') pieces.push({ kind: 'text', text: run, weight });
    run = '';
    if (marks > MARKS) pieces.push({ kind: 'marks', count: marks - MARKS });
    marks = 0;
  };
  const signs = [...text];
  for (const [i, sign] of signs.entries()) {
    const point = sign.codePointAt(0) ?? 0;
    if (/\p{Mn}|\p{Me}/u.test(sign) && !isUnsafe(point)) {
      if (++marks <= MARKS) run += sign;
      continue;
    }
    if (marks > MARKS) end();
    marks = 0;
    if (sign === '\n' || sign === '\t' || !isUnsafe(point) || joins(point, signs, i)) run += sign;
    else {
      end();
      pieces.push({ kind: 'sign', text: numbered(point) });
    }
  }
  end();
}

/** Joiners are part of emoji, and of words in scripts whose letters join. */
function joins(point: number, signs: readonly string[], i: number): boolean {
  if (point !== ZERO_WIDTH_JOINER && point !== ZERO_WIDTH_NON_JOINER) return false;
  const before = signs[i - 1] === '\ufe0f' ? (signs[i - 2] ?? '') : (signs[i - 1] ?? '');
  const after = signs[i + 1] ?? '';
  return (point === ZERO_WIDTH_JOINER && isEmoji(before) && isEmoji(after)) || (isJoining(before) && isJoining(after));
}

const isJoining = (sign: string): boolean =>
  /[\p{L}\p{M}]/u.test(sign) &&
  !/[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Inherited}]/u.test(sign);
