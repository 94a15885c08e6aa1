/**
 * Why a text has its score: what the score would be without each word, exactly and not estimated, and where the gates open.
 */
import type { Scorer } from '../score/scorer.ts';
import { usualGates } from './base-rates.ts';
import { gatesOf, type TokenGates } from './gates.ts';
import { descendingOrder } from './deletion.ts';
import { placesOf, withoutAll, wordsOf, type Word } from './words.ts';

export interface LeftOut extends Word {
  /** per label, of the text without this word, or without all of its part; null where nothing is left to read */
  readonly probabilities: readonly number[] | null;
  /** how many words were left out at once, this one among them */
  readonly together: number;
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

export interface ExplainInput {
  readonly text: string;
  /** About so many tokens are read at most. Without it each word is left out alone. */
  readonly mostTokens?: number;
}

interface ExplainHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** More words than this are not left out: the first ones are. */
const MOST_WORDS = 400;
/** However long a text is, so often it is read. */
const LEAST_READS = 12;

/** Throws RangeError where the session has no adapter, or the text cannot be read (with the reason). */
export async function explain(
  session: Scorer,
  { text, mostTokens }: ExplainInput,
  hooks: ExplainHooks = {},
): Promise<Explanation> {
  const ids = session.encode(text);
  if (typeof ids === 'string')
    throw new RangeError(
      ids === 'empty' ? 'The text is empty: there is nothing to explain.' : 'The text is too long for this model.',
    );
  const words = wordsOf(text).slice(0, MOST_WORDS);
  const reads = mostTokens === undefined ? Infinity : Math.max(LEAST_READS, Math.floor(mostTokens / ids.length));
  const { probabilities, leftOut } = await leaveOut(session, text, words, reads, hooks);
  const pieces = session.pieces(ids);
  const places = placesBehind(session.instruction, pieces, text);
  return {
    probabilities,
    words: leftOut,
    tokens: pieces.map((piece, i) => ({ piece, place: places[i] ?? null })),
    gates: await gatesOf(session.reader, ids),
    usual: session.gateRates && usualGates(session.gateRates, ids),
  };
}

/**
 * Leaves out each word alone where the text may be read so often. Else half of the reads go to parts of the text, the other half
 * to the words of those parts that change the most.
 */
async function leaveOut(
  session: Scorer,
  text: string,
  words: readonly Word[],
  reads: number,
  hooks: ExplainHooks,
): Promise<{ readonly probabilities: readonly number[]; readonly leftOut: readonly LeftOut[] }> {
  let read = 0;
  const score = async (texts: readonly string[]): Promise<readonly (readonly number[] | null)[]> => {
    const items = texts.map((variant, i) => ({ key: String(i), text: variant }));
    const scores = await session.score(items, {
      ...(hooks.signal && { signal: hooks.signal }),
      onProgress: (done) => hooks.onProgress?.(read + done, Math.min(reads, words.length + 1)),
    });
    read += texts.length;
    return scores.map((one) => (one.status === 'scored' ? Array.from(one.probabilities) : null));
  };
  const isShort = words.length < reads;
  const parts = partsOf(words, isShort ? 1 : Math.ceil(words.length / (reads / 2)));
  const [whole, ...without] = await score([text, ...parts.map((part) => withoutAll(text, part))]);
  const probabilities = whole ?? [];
  const leftOut = parts.map((part, i) =>
    part.map((word): LeftOut => ({ ...word, probabilities: without[i] ?? null, together: part.length })),
  );
  const closer: number[] = [];
  let left = isShort ? 0 : reads - read;
  for (const i of descendingOrder(without.map((own) => distance(probabilities, own)))) {
    const { length } = parts[i] as readonly Word[];
    if (length === 1 || length > left) continue;
    left -= length;
    closer.push(i);
  }
  const alone = await score(closer.flatMap((i) => (parts[i] ?? []).map((word) => withoutAll(text, [word]))));
  let at = 0;
  for (const i of closer)
    leftOut[i] = (parts[i] ?? []).map((word) => ({ ...word, probabilities: alone[at++] ?? null, together: 1 }));
  return { probabilities, leftOut: leftOut.flat() };
}

/** Words in their order, so many at a time. */
const partsOf = (words: readonly Word[], size: number): readonly (readonly Word[])[] =>
  Array.from({ length: Math.ceil(words.length / size) }, (_, i) => words.slice(i * size, (i + 1) * size));

/** The largest difference of a label; what leaves nothing to read changes all. */
const distance = (one: readonly number[], other: readonly number[] | null): number =>
  other === null ? Infinity : Math.max(...one.map((p, label) => Math.abs(p - (other[label] ?? 0))));

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
