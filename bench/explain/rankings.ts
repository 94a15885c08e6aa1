/** Orders of a text's words: ours, and those that they are held against. */
import { byEffect, byLength, gateRankings, type Ranking } from '../../desk/insight/explanations/rankings.ts';
import type { ExplainedWord } from '../../desk/triage/explain.ts';

export const RANDOM = 'random order';
const LONGEST = 'longest word first';
const GRADIENT = 'gradient × input';
/** What explanations are held against, beside chance. */
export const PEERS: readonly string[] = [LONGEST, GRADIENT];

/**
 * Effects, length, and where the adapter has gates each band of them, also above what they usually are.
 * @param gradients gradient × input by word; null where it is not defined
 */
export const rankingsOf = (
  words: readonly ExplainedWord[],
  gradients: ReadonlyMap<ExplainedWord, number> | null,
): ReadonlyMap<string, Ranking> =>
  new Map<string, Ranking>([
    ['effects', byEffect],
    [LONGEST, byLength],
    ...(gradients ? [[GRADIENT, (word) => gradients.get(word) ?? 0] satisfies [string, Ranking]] : []),
    ...gateRankings(words).flatMap(({ band, byGate, byGateAboveUsual }): [string, Ranking][] => [
      [`gates.${band}`, byGate],
      ...(byGateAboveUsual === null
        ? []
        : [[`gates.${band}.above_usual`, byGateAboveUsual] satisfies [string, Ranking]]),
    ]),
  ]);
