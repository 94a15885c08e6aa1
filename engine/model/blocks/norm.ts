import type { Tensor } from '../../ggml/tensor.ts';
import { requireWeight, type Block, type Pass } from '../block.ts';

/** RMS norm with weight:  y = w · x / √(mean(x²) + ε) */
export function rmsNorm(name: string): Block {
  return {
    weights: ({ width }) => [{ name: `${name}.weight`, ne: [width], use: 'vector' }],
    forward: (pass, layer, x) => rmsNormRows(pass, layer, name, x),
  };
}

/** RMS norm over the first dimension, whatever the others are (per-head norms of qwen3 and gemma3).  x: (n, …)  w: (n) */
export function rmsNormRows(pass: Pass, layer: number, name: string, x: Tensor): Tensor {
  return pass.graph.mul(pass.graph.rmsNorm(x, pass.hyper.normEpsilon), requireWeight(pass, layer, `${name}.weight`));
}

/** Layer norm with weight and bias:  y = w · (x − mean(x)) / √(var(x) + ε) + b */
export function layerNorm(name: string): Block {
  return {
    weights: ({ width }) => [
      { name: `${name}.weight`, ne: [width], use: 'vector' },
      { name: `${name}.bias`, ne: [width], use: 'vector' },
    ],
    forward: (pass, layer, x) => {
      const scaled = pass.graph.mul(
        pass.graph.norm(x, pass.hyper.normEpsilon),
        requireWeight(pass, layer, `${name}.weight`),
      );
      return pass.graph.add(scaled, requireWeight(pass, layer, `${name}.bias`));
    },
  };
}
