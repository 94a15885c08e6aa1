/** Orders of a text's words: by what is said of each, and by what knows nothing of the model. */
import type { ExplainedWord } from '../../triage/explain.ts';

/** A number for each word, the highest first. */
export type Ranking = (word: ExplainedWord) => number;

export const byEffect: Ranking = ({ effect }) => effect ?? 0;
export const byLength: Ranking = ({ text }) => [...text].length;

/** The gates of one layer band. */
export interface GateRanking {
  readonly band: string;
  readonly byGate: Ranking;
  /** above what the gate usually is; null where the adapter does not say */
  readonly byGateAboveUsual: Ranking | null;
}

/** Empty where the adapter has no gates. */
export function gateRankings(words: readonly ExplainedWord[]): readonly GateRanking[] {
  const bands = Object.keys(words.find(({ gates }) => gates !== null)?.gates ?? {});
  const compared = words.some(({ usual }) => usual !== null);
  return bands.map((band) => ({
    band,
    byGate: ({ gates }) => gates?.[band] ?? 0,
    byGateAboveUsual: compared ? ({ gates, usual }) => (gates?.[band] ?? 0) - (usual?.[band] ?? 0) : null,
  }));
}
