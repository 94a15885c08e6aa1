import type { Graph } from '../../ggml/graph.ts';
import type { Tensor } from '../../ggml/tensor.ts';
import { learnBias, requireWeight, weightName, type Block, type Computed, type Pass } from '../block.ts';

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
  const normed = g.rmsNorm(x, hyper.normEpsilon);
  return {
    y: g.mul(normed, w),
    backward(dy) {
      learnScale(pass, layer, `${name}.weight`, dy, normed);
      return g.rmsNormBack(g.mul(dy, w), x, hyper.normEpsilon);
    },
  };
}

/** Takes the gradient of a norm's weight, where it is trained: dw = Σ dy · normed over all rows. */
function learnScale(pass: Pass, layer: number, name: string, dy: Tensor, normed: Tensor): void {
  if (!pass.learns(layer, name)) return;
  const { graph: g } = pass;
  const [n] = dy.ne;
  const products = g.reshape(g.mul(dy, normed), n, dy.ne[1] * dy.ne[2] * dy.ne[3]);
  pass.learn(weightName(layer, name), g.reshape(g.sumRows(g.transposed(products)), n, 1));
}

/**
 * x − mean(x) of each row, as products with ones: ggml spreads one number over a row number by number.
 * like: (n), any finite vector
 */
function centredBy(g: Graph, like: Tensor): (x: Tensor) => Tensor {
  const [n] = like.ne;
  const ones = g.scaleBias(like, 0, 1);
  return (x) => g.sub(x, g.shortProduct(ones, g.scale(g.mulMat(ones, x), 1 / n)));
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
      const normed = g.norm(x, hyper.normEpsilon);
      return {
        y: g.add(g.mul(normed, w), requireWeight(pass, layer, `${name}.bias`)),
        // The layer norm of x is the RMS norm of x − mean(x).
        backward(dy) {
          learnScale(pass, layer, `${name}.weight`, dy, normed);
          learnBias(pass, layer, `${name}.bias`, dy);
          const centre = centredBy(g, w);
          return centre(g.rmsNormBack(g.mul(dy, w), centre(x), hyper.normEpsilon));
        },
      };
    },
  };
}
