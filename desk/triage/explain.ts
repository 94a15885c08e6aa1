/** Why a text has its score, in the adapter's words. */
import type { CallOutput } from '../../engine/contract.ts';
import type { EngineSession } from '../engine/session.ts';
import { verdictOf, type Judge, type Verdict } from './verdict.ts';

export interface ExplainedWord {
  readonly text: string;
  /** UTF-16 units */
  readonly start: number;
  readonly end: number;
  /**
   * what the word adds to the score: the score less that of the text without it; null where nothing is left without it. Of words that
   * were left out together each has an equal share.
   */
  readonly effect: number | null;
  /** how many words were left out at once, this one among them */
  readonly together: number;
  /** mean gate of its tokens by layer band, null where the adapter has no gates */
  readonly gates: Readonly<Record<string, number>> | null;
  /** what those gates usually are at its tokens, null where the adapter does not say */
  readonly usual: Readonly<Record<string, number>> | null;
}

export interface ExplainedText extends Verdict {
  readonly words: readonly ExplainedWord[];
}

/** Throws EngineCallError where the text cannot be read, `cancelled` when aborted. */
export async function explainText(
  session: EngineSession,
  judge: Judge,
  text: string,
  { mostTokens, signal }: { readonly mostTokens?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<ExplainedText> {
  return explainedText(judge, await session.explain({ text, ...(mostTokens && { mostTokens }) }, { signal }));
}

/** What the engine found, in the adapter's words. */
export function explainedText(judge: Judge, explained: CallOutput<'explain'>): ExplainedText {
  const verdict = verdictOf(judge, Float32Array.from(explained.probabilities));
  return {
    ...verdict,
    words: explained.words.map(({ probabilities, ...word }) => ({
      ...word,
      effect:
        probabilities === null
          ? null
          : (verdict.score - verdictOf(judge, Float32Array.from(probabilities)).score) / word.together,
      gates: meanAt(word, explained, explained.gates),
      usual: meanAt(word, explained, explained.usual),
    })),
  };
}

function meanAt(
  word: { readonly start: number; readonly end: number },
  { tokens }: CallOutput<'explain'>,
  gates: CallOutput<'explain'>['gates'],
): Readonly<Record<string, number>> | null {
  if (gates === null) return null;
  const own = tokens.flatMap(({ place }, i) => (place && place.start < word.end && place.end > word.start ? [i] : []));
  if (own.length === 0) return null;
  const mean = (values: Float32Array): number => own.reduce((sum, i) => sum + (values[i] ?? 0), 0) / own.length;
  return Object.fromEntries(Object.entries(gates).map(([band, values]) => [band, mean(values)]));
}
