import type { Graph } from '../../ggml/graph.ts';
import type { Tensor } from '../../ggml/tensor.ts';
import type { Computed } from '../block.ts';

export type Activation = 'silu' | 'gelu';

/** act(x), element by element */
export const activation = (g: Graph, kind: Activation, x: Tensor): Computed =>
  kind === 'silu' ? { y: g.silu(x), backward: (dy) => g.siluBack(dy, x) } : gelu(g, x);

/** gelu(x) ≈ x · σ(2c (x + a x³)), the tanh form (Hendrycks and Gimpel 2016), as llama.cpp has it for bert, phi2 and gemma3 */
const [A, C] = [0.044715, Math.sqrt(2 / Math.PI)];

/**
 * Written with silu, which every backend has fast and exact, forward and backward:
 *   q = 2c (1 + a x²),  z = q x,  y = silu(z) / q
 */
function gelu(g: Graph, x: Tensor): Computed {
  const q = g.scaleBias(g.sqr(x), 2 * C * A, 2 * C);
  const z = g.mul(x, q);
  const y = g.div(g.silu(z), q);
  return {
    y,
    backward(dy) {
      const ds = g.div(dy, q);
      const dz = g.siluBack(ds, z);
      const dq = g.sub(g.mul(dz, x), g.mul(ds, y));
      return g.add(g.mul(dz, q), g.mul(g.scale(x, 4 * C * A), dq));
    },
  };
}
