import { KINDS, type Kind } from '../importers/kinds.ts';

/** Kinds as items.kind holds them. */
export const kindCode: Readonly<Record<Kind, number>> = {
  message: 0,
  'media-only': 1,
  deleted: 2,
  system: 3,
  share: 4,
};

/** The kind behind a code of items.kind. */
export function kindOf(code: number): Kind {
  const kind = KINDS[code];
  if (kind === undefined) throw new RangeError(`There is no kind of item number ${code}.`);
  return kind;
}

/** Bits of items.flags. */
export const FORWARDED = 1;
/** The time is the local clock of whoever exported, zone unknown. */
export const LOCAL_TIME = 2;
/** There is nothing to read: no text, or nothing but spaces. */
export const EMPTY = 4;
/** Holds a script that puts no spaces between words, so the text is in the trigram index as well. */
export const UNSPACED = 8;
/** Erased on purpose: an export that holds it again does not bring it back. */
export const ERASED = 16;
