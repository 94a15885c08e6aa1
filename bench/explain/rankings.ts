/** Orders of a text's words: ours, and those that they are held against. */
import type { ExplainedWord } from '../../desk/triage/explain.ts';

/** A number for each word, the highest first. */
export type Ranking = (word: ExplainedWord) => number;

export const RANDOM = 'random order';
const LONGEST = 'longest word first';
const GRADIENT = 'gradient × input';
/** What explanations are held against, beside chance. */
export const PEERS: readonly string[] = [LONGEST, GRADIENT];

/**
 * Effects, length, and where the adapter has gates each band of them, also above what they usually are.
 * @param gradients gradient × input by word; null where it is not defined
 */
export function rankingsOf(
  words: readonly ExplainedWord[],
  gradients: ReadonlyMap<ExplainedWord, number> | null,
): ReadonlyMap<string, Ranking> {
  const bands = Object.keys(words.find(({ gates }) => gates !== null)?.gates ?? {});
  const compared = words.some(({ usual }) => usual !== null);
  return new Map<string, Ranking>([
    ['effects', ({ effect }) => effect ?? 0],
    [LONGEST, ({ text }) => [...text].length],
    ...(gradients ? [[GRADIENT, (word) => gradients.get(word) ?? 0] satisfies [string, Ranking]] : []),
    ...bands.flatMap((band): [string, Ranking][] => [
      [`gates.${band}`, ({ gates }) => gates?.[band] ?? 0],
      ...(compared ? [[`gates.${band}.above_usual`, above(band)] satisfies [string, Ranking]] : []),
    ]),
  ]);
}

const above =
  (band: string): Ranking =>
  ({ gates, usual }) =>
    (gates?.[band] ?? 0) - (usual?.[band] ?? 0);
