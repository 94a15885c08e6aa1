/** What the model says of one message, in the adapter's words. */
import type { Adapter } from '../../engine/adapter/adapter.ts';

/** The part of an adapter that a verdict needs. */
export type Judge = Pick<Adapter, 'task' | 'labels' | 'neutralLabel' | 'thresholds'>;

export interface Verdict {
  /** null for several labels per item of which none applies */
  readonly label: string | null;
  /** 0 … 1: how sure it is that there is something to review; the queue is ordered by it */
  readonly score: number;
  /** probability per label */
  readonly scores: Readonly<Record<string, number>>;
}

/** probabilities: one per label, in the order of `judge.labels` */
export function verdictOf(judge: Judge, probabilities: Float32Array): Verdict {
  const { labels, neutralLabel } = judge;
  const scores = Object.fromEntries(labels.map((label, i) => [label, rounded(probabilities[i] ?? 0)]));
  const neutral = neutralLabel === null ? -1 : labels.indexOf(neutralLabel);
  return { label: labelOf(judge, probabilities, neutral), score: rounded(scoreOf(probabilities, neutral)), scores };
}

/** As the store orders its queue: 1 − the neutral label's probability, else the largest one. */
function scoreOf(probabilities: Float32Array, neutral: number): number {
  if (neutral < 0) return Math.max(...probabilities);
  if (probabilities.length === 2) return probabilities[1 - neutral] ?? 0;
  return 1 - (probabilities[neutral] ?? 0);
}

/**
 * The most probable of the labels that reach their threshold. Where none does: the neutral label of a binary task, no
 * label where there may be several, else the most probable one.
 */
function labelOf({ task, labels, neutralLabel, thresholds }: Judge, p: Float32Array, neutral: number): string | null {
  const reached = labels.map((_, i) => i).filter((i) => i !== neutral && (p[i] ?? 0) >= (thresholds[i] ?? 0.5));
  const among = reached.length > 0 ? reached : labels.map((_, i) => i);
  if (reached.length === 0 && task === 'binary' && neutralLabel !== null) return neutralLabel;
  if (reached.length === 0 && task === 'multi-label') return neutralLabel;
  const best = among.reduce((a, b) => ((p[b] ?? 0) > (p[a] ?? 0) ? b : a));
  return labels[best] ?? null;
}

/** Six places: more are noise of the batch that a text was in. */
const rounded = (p: number): number => Math.round(p * 1e6) / 1e6;
