/** What the model says of one message, in the adapter's words. */
import type { Adapter } from '../../engine/adapter/adapter.ts';

/** The part of an adapter that a verdict needs. */
export type Judge = Pick<Adapter, 'task' | 'labels' | 'neutralLabel' | 'thresholds'>;

export interface Verdict {
  /** null for several labels per item of which none applies; else the surest of those that do */
  readonly label: string | null;
  /** of an adapter that gives several labels per item: all that apply, the surest first */
  readonly labels?: readonly string[];
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
  const score = rounded(scoreOf(probabilities, neutral));
  if (judge.task !== 'multi-label') return { label: labelOf(judge, probabilities, neutral), score, scores };
  const all = labelsOf(judge, probabilities);
  return { label: all[0] ?? null, labels: all, score, scores };
}

/** As the store orders its queue: 1 − the neutral label's probability, else the largest one. */
function scoreOf(probabilities: Float32Array, neutral: number): number {
  if (neutral < 0) return Math.max(...probabilities);
  if (probabilities.length === 2) return probabilities[1 - neutral] ?? 0;
  return 1 - (probabilities[neutral] ?? 0);
}

/** How far a label is above its threshold: from 1 on it applies. */
const above = ({ thresholds }: Judge, p: Float32Array, label: number): number =>
  (p[label] ?? 0) / Math.max(thresholds[label] ?? 0.5, 1e-9);

/** Those of several labels per item that reach their thresholds, the furthest above its own first. */
function labelsOf(judge: Judge, p: Float32Array): readonly string[] {
  return judge.labels
    .map((label, i) => ({ label, above: above(judge, p, i) }))
    .filter((one) => one.above >= 1)
    .sort((a, b) => b.above - a.above)
    .map(({ label }) => label);
}

/**
 * The neutral label unless another reaches its threshold; of several that do, the one that is furthest above its own.
 * In a task of several classes the neutral label stands among them, so that with equal thresholds the most probable one
 * wins. Without a neutral label: the most probable one.
 */
function labelOf(judge: Judge, p: Float32Array, neutral: number): string | null {
  const { task, labels } = judge;
  const best = (among: readonly number[]): string | null =>
    labels[among.reduce((a, b) => (above(judge, p, b) > above(judge, p, a) ? b : a))] ?? null;
  const all = labels.map((_, i) => i);
  const reached = all.filter((i) => i !== neutral && above(judge, p, i) >= 1);
  if (reached.length > 0) return best(task === 'multi-class' && neutral >= 0 ? [...reached, neutral] : reached);
  if (neutral >= 0) return labels[neutral] ?? null;
  return best(all);
}

/** Six places: more are noise of the batch that a text was in. */
const rounded = (p: number): number => Math.round(p * 1e6) / 1e6;
