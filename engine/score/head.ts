import type { Adapter } from '../adapter/adapter.ts';
import { dotRow, softmax } from '../train/linear-head.ts';

/**
 * Probabilities per label: softmax((W s + b) / temperature), or a sigmoid per label for multi-label tasks.
 * state: (width)  W: (width, labels)  returns (labels)
 */
export function probabilities({ head, labels, temperature, task }: Adapter, state: Float32Array): Float32Array {
  const width = state.length;
  const logits = Float64Array.from(
    labels,
    (_, k) => ((head.bias[k] ?? 0) + dotRow(state, 0, head.weight, k * width, width)) / temperature,
  );
  if (task === 'multi-label') return Float32Array.from(logits, (z) => 1 / (1 + Math.exp(-z)));
  softmax(logits);
  return Float32Array.from(logits);
}
