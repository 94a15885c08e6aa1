import type { Adapter, Linear } from '../adapter/adapter.ts';
import { HIDDEN_SLOPE, type HeadLayers } from '../adapter/head.ts';
import { dotRow, softmax } from './linear-head.ts';

/**
 * Probabilities per label: softmax(logits / temperature), or a sigmoid per label for multi-label tasks.
 * state: (width)  returns (labels)
 */
export function probabilities(adapter: Adapter, state: Float32Array): Float32Array {
  const logits = logitsOf(adapter, state).map((z) => z / adapter.temperature);
  if (adapter.task === 'multi-label') return Float32Array.from(logits, (z) => 1 / (1 + Math.exp(-z)));
  softmax(logits);
  return Float32Array.from(logits);
}

/** state: (width)  returns (labels) */
export function logitsOf({ head, hidden }: HeadLayers, state: Float32Array): Float64Array {
  const inner = hidden ? linear(hidden, state).map((z) => (z > 0 ? z : HIDDEN_SLOPE * z)) : state;
  return linear(head, inner);
}

/** W x + b.  W: (in, out)  x: (in)  returns (out) */
function linear({ weight, bias }: Linear, x: Float32Array | Float64Array): Float64Array {
  return Float64Array.from(bias, (b, k) => b + dotRow(x, 0, weight, k * x.length, x.length));
}
