import type { Tensor } from '../../ggml/tensor.ts';
import { requireWeight, type Block, type Computed, type Pass } from '../block.ts';

/** RMS norm with weight:  y = w · x / √(mean(x²) + ε) */
export function rmsNorm(name: string): Block {
  return {
    weights: ({ width }) => [{ name: `${name}.weight`, ne: [width], use: 'vector' }],
    forward: (pass, layer, x) => rmsNormRows(pass, layer, name, x),
  };
}

/** RMS norm over the first dimension, whatever the others are (per-head norms of qwen3 and gemma3).  x: (n, …)  w: (n) */
export function rmsNormRows(pass: Pass, layer: number, name: string, x: Tensor): Computed {
  const { graph: g, hyper } = pass;
  const w = requireWeight(pass, layer, `${name}.weight`);
  return {
    y: g.mul(g.rmsNorm(x, hyper.normEpsilon), w),
    backward: (dy) => g.rmsNormBack(g.mul(dy, w), x, hyper.normEpsilon),
  };
}

/** Layer norm with weight and bias:  y = w · (x − mean(x)) / √(var(x) + ε) + b */
export function layerNorm(name: string): Block {
  return {
    weights: ({ width }) => [
      { name: `${name}.weight`, ne: [width], use: 'vector' },
      { name: `${name}.bias`, ne: [width], use: 'vector' },
    ],
    forward(pass, layer, x) {
      const { graph: g, hyper } = pass;
      const w = requireWeight(pass, layer, `${name}.weight`);
      const scaled = g.mul(g.norm(x, hyper.normEpsilon), w);
      return {
        y: g.add(scaled, requireWeight(pass, layer, `${name}.bias`)),
        // The layer norm of x is the RMS norm of x − mean(x).
        backward(dy) {
          const centred = g.sub(x, g.mean(x));
          const dcentred = g.rmsNormBack(g.mul(dy, w), centred, hyper.normEpsilon);
          return g.sub(dcentred, g.mean(dcentred));
        },
      };
    },
  };
}
