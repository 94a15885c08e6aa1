/** Cross-entropy on the host: what it counts, and the figure itself. Its gradient is made in the graph (step.ts). */
import { labelCounts, type Examples, type Task } from '../examples.ts';

/** What a step is told about its texts. */
export interface Targets {
  /** (labels, B): shares of each label, 1 in all for exclusive ones */
  readonly shares: Float32Array;
  /** (labels, B): how much each share counts, the same for all of a text where labels are exclusive */
  readonly weights: Float32Array;
}

export interface LossOptions {
  readonly classWeights: 'balanced' | 'none';
  /** share of each label's probability that is spread over all */
  readonly labelSmoothing: number;
}

/** Targets of all texts of a part, from which those of a batch are taken. */
export class Loss {
  readonly task: Task;
  readonly labels: number;
  readonly #shares: Float32Array;
  readonly #weights: Float32Array;

  constructor(task: Task, examples: Examples, { classWeights, labelSmoothing }: LossOptions) {
    const { targets, texts } = examples;
    this.task = task;
    this.labels = targets.length / texts.length;
    const spread = task === 'exclusive' ? this.labels : 2;
    this.#shares = targets.map((target) => (1 - labelSmoothing) * target + labelSmoothing / spread);
    this.#weights =
      classWeights === 'none' ? new Float32Array(targets.length).fill(1) : balanced(task, examples, this.labels);
  }

  /** Those of some texts; their weights sum to 1 over the batch, for each label where labels are exclusive. */
  of(texts: readonly number[], batch: readonly number[] = texts): Targets {
    const { labels } = this;
    const weight = (text: number, label: number): number => this.#weights[text * labels + label] as number;
    let total = 0;
    for (const text of batch)
      if (this.task === 'exclusive') total += weight(text, 0);
      else for (let label = 0; label < labels; label++) total += weight(text, label);
    const shares = new Float32Array(texts.length * labels);
    const weights = new Float32Array(texts.length * labels);
    texts.forEach((text, i) => {
      for (let label = 0; label < labels; label++) {
        shares[i * labels + label] = this.#shares[text * labels + label] as number;
        weights[i * labels + label] = weight(text, label) / total;
      }
    });
    return { shares, weights };
  }
}

/** "balanced": as if all labels, or with and without each label, were equally frequent; the mean weight is 1. */
function balanced(task: Task, examples: Examples, labels: number): Float32Array {
  const { targets, texts } = examples;
  const counts = labelCounts(examples);
  const among = task === 'exclusive' ? labels : 2;
  const weightOf = (count: number): number => (count === 0 ? 1 : texts.length / (among * count));
  return targets.map((target, i) => {
    const label = i % labels;
    const count = counts[label] as number;
    if (task === 'multi-label') return weightOf(target === 1 ? count : texts.length - count);
    const own = targets.subarray(i - label, i - label + labels).indexOf(1);
    return weightOf(counts[own] as number);
  });
}

/**
 * Σ weight · −share · log softmax(logits), or of a sigmoid for each label.
 * logits: (labels, texts)
 */
export function crossEntropy(task: Task, logits: Float32Array, { shares, weights }: Targets, labels: number): number {
  let loss = 0;
  for (let at = 0; at < logits.length; at += labels) {
    const row = logits.subarray(at, at + labels);
    const most = Math.max(...row);
    const total = most + Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0));
    row.forEach((z, label) => {
      const share = shares[at + label] as number;
      const each = task === 'exclusive' ? share * (total - z) : softplus(z) - share * z;
      loss += (weights[at + label] as number) * each;
    });
  }
  return loss;
}

/** log(1 + eᶻ) */
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
