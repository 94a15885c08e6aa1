import type { Adapter } from '../adapter/adapter.ts';

/**
 * Probabilities per label: softmax((W s + b) / temperature), or a sigmoid per label for multi-label tasks.
 * state: (width)  W: (width, labels)  returns (labels)
 */
export function probabilities({ head, labels, temperature, task }: Adapter, state: Float32Array): Float32Array {
  const width = state.length;
  const logits = Float64Array.from(labels, (_, label) => {
    let sum = head.bias[label] ?? 0;
    const row = label * width;
    for (let i = 0; i < width; i++) sum += (head.weight[row + i] as number) * (state[i] as number);
    return sum / temperature;
  });
  if (task === 'multi-label') return Float32Array.from(logits, (z) => 1 / (1 + Math.exp(-z)));
  const most = Math.max(...logits);
  const shares = logits.map((z) => Math.exp(z - most));
  const total = shares.reduce((a, b) => a + b, 0);
  return Float32Array.from(shares, (share) => share / total);
}
