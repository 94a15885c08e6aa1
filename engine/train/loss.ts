/** Cross-entropy on the host: the figure itself. Its gradient is made in the graph (step.ts). */
import type { Targets } from './step.ts';

/** Targets of texts with one label each, smoothed: 1 − s for the label, and s shared by all. */
export function targetsOf(
  labels: readonly number[],
  { classes, smoothing, weightOf }: { classes: number; smoothing: number; weightOf: (label: number) => number },
): Targets {
  const shares = new Float32Array(labels.length * classes).fill(smoothing / classes);
  labels.forEach((label, text) => (shares[text * classes + label] = 1 - smoothing + smoothing / classes));
  return { shares, weights: Float32Array.from(labels, weightOf) };
}

/** Σ weight · −Σ share · log softmax(logits).  logits: (labels, texts) */
export function crossEntropy(logits: Float32Array, { shares, weights }: Targets): number {
  const classes = logits.length / weights.length;
  let loss = 0;
  for (let text = 0; text < weights.length; text++) {
    const row = logits.subarray(text * classes, (text + 1) * classes);
    const most = Math.max(...row);
    const total = most + Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0));
    row.forEach((z, k) => (loss += (weights[text] as number) * (shares[text * classes + k] as number) * (total - z)));
  }
  return loss;
}
