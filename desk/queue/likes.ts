/** Messages with nearly the same text as one: copies with a word more, other links, other handles. */
import type { Items } from '../store/items.ts';
import { isUnspaced } from '../store/script.ts';
import type { Search } from '../store/search.ts';
import { NEAR_DUPLICATE, jaccard, shingles } from '../triage/near-duplicates.ts';
import { normalForm } from '../triage/text-form.ts';

/** Pieces that are looked for: of two texts that are nearly the same, both hold one of the longest words of each. */
const PIECES = 4;
/** Texts that hold one of them and are compared; more hold only what is no word of its own. */
const MOST_COMPARED = 20_000;
/** Texts that are read together. */
const TOGETHER = 500;
/** Signs of a piece in a script without spaces. */
const TRIGRAMS = 6;

/**
 * Ids, rising, of the items whose text is nearly that of `item`, and of it: character shingles with a Jaccard similarity of at
 * least 0.7, as audit items are grouped, too.
 * @param same ids of items whose text may be the same to the letter
 */
export function idsLike(
  { items, search }: { readonly items: Items; readonly search: Search },
  item: { readonly id: number; readonly text: string },
  same: Iterable<number>,
): Uint32Array {
  const own = shingles(item.text);
  const found = new Set([item.id]);
  const candidates = [...new Set([...same, ...search.idsWithAny(piecesOf(item.text), MOST_COMPARED)])];
  for (let from = 0; from < candidates.length; from += TOGETHER) {
    const ids = candidates.slice(from, from + TOGETHER);
    for (const [i, text] of items.texts(ids).entries())
      if (mayBeLike(item.text, text) && jaccard(own, shingles(text)) >= NEAR_DUPLICATE) found.add(ids[i] as number);
  }
  return Uint32Array.from(found).sort();
}

/** Most candidates are far longer or shorter: that is seen without taking them apart. Links may make up half of a text. */
const mayBeLike = (a: string, b: string): boolean =>
  b !== '' && b.length < 3 * a.length + 200 && a.length < 3 * b.length + 200;

function piecesOf(text: string): readonly string[] {
  if (isUnspaced(text)) {
    const signs = [...text.replace(/\s+/gu, '')];
    const starts = Array.from({ length: PIECES }, (_, i) => Math.floor((i * signs.length) / PIECES));
    return [...new Set(starts.map((start) => signs.slice(start, start + TRIGRAMS).join('')))].filter(
      (piece) => [...piece].length >= 3,
    );
  }
  const words = normalForm(text).match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return [...new Set(words)].sort((a, b) => b.length - a.length).slice(0, PIECES);
}
