/**
 * Why a text has its score: what the score would be without each word, exactly and not estimated, and where the gates open.
 */
import type { Scorer } from '../score/scorer.ts';
import { usualGates } from './base-rates.ts';
import { gatesOf, type TokenGates } from './gates.ts';
import { placesOf, without, wordsOf, type Word } from './words.ts';

export interface LeftOut extends Word {
  /** per label, of the text without this word; null where nothing is left to read */
  readonly probabilities: readonly number[] | null;
}

export interface ExplainedToken {
  /** as the tokenizer writes it */
  readonly piece: string;
  /** in the text, UTF-16 units; null for what the tokenizer added */
  readonly place: { readonly start: number; readonly end: number } | null;
}

export interface Explanation {
  /** per label, in the adapter's order */
  readonly probabilities: readonly number[];
  readonly words: readonly LeftOut[];
  readonly tokens: readonly ExplainedToken[];
  /** mean gate per token and layer band, beside `tokens`; null where the adapter has no gates */
  readonly gates: TokenGates | null;
  /** what those gates usually are at these tokens; null where the adapter does not say */
  readonly usual: TokenGates | null;
}

/** More words than this are not left out one by one: the first ones are. */
const MOST_WORDS = 400;

/** Throws RangeError where the session has no adapter, or the text cannot be read (with the reason). */
export async function explain(
  session: Scorer,
  text: string,
  hooks: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<Explanation> {
  const ids = session.encode(text);
  if (typeof ids === 'string')
    throw new RangeError(
      ids === 'empty' ? 'The text is empty: there is nothing to explain.' : 'The text is too long for this model.',
    );
  const words = wordsOf(text).slice(0, MOST_WORDS);
  const items = [text, ...words.map((word) => without(text, word))].map((variant, i) => ({
    key: String(i),
    text: variant,
  }));
  const scores = await session.score(items, {
    ...(hooks.signal && { signal: hooks.signal }),
    ...(hooks.onProgress && { onProgress: hooks.onProgress }),
  });
  const probabilities = (i: number): readonly number[] | null => {
    const scored = scores[i];
    return scored?.status === 'scored' ? Array.from(scored.probabilities) : null;
  };
  const pieces = session.pieces(ids);
  const places = placesBehind(session.instruction, pieces, text);
  return {
    probabilities: probabilities(0) ?? [],
    words: words.map((word, i) => ({ ...word, probabilities: probabilities(i + 1) })),
    tokens: pieces.map((piece, i) => ({ piece, place: places[i] ?? null })),
    gates: await gatesOf(session.reader, ids),
    usual: session.gateRates && usualGates(session.gateRates, ids),
  };
}

/** The tokens of the instruction are in no place of the text, though its words may be. */
function placesBehind(
  instruction: string,
  pieces: readonly string[],
  text: string,
): readonly ExplainedToken['place'][] {
  const from = instruction.length;
  return placesOf(pieces, instruction + text).map(
    (place) => place && (place.start < from ? null : { start: place.start - from, end: place.end - from }),
  );
}
