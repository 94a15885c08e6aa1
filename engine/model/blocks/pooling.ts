import type { Graph } from '../../ggml/graph.ts';
import type { Tensor } from '../../ggml/tensor.ts';

export const POOLINGS = ['mean', 'last', 'cls'] as const;
export type Pooling = (typeof POOLINGS)[number];

/**
 * One state per text as a product with a matrix of shares, so that every pooling is one operation (and its backward
 * another product).  h: (C, T·B)  shares: (T, 1, B)  returns (C, B)
 */
export function pool(g: Graph, h: Tensor, shares: Tensor, tokens: number, texts: number): Tensor {
  const width = h.ne[0];
  const byText = g.transposed(g.reshape(h, width, tokens, texts)); // (T, C, B)
  return g.reshape(g.mulMat(byText, shares), width, texts);
}

/** The shares of each token: 1/length on a text's own tokens, or 1 on its first or last.  returns B rows of T */
export function poolingShares(pooling: Pooling, lengths: readonly number[], tokens: number): Float32Array {
  const shares = new Float32Array(lengths.length * tokens);
  lengths.forEach((length, text) => {
    const row = text * tokens;
    if (pooling === 'mean') shares.fill(1 / length, row, row + length);
    else shares[pooling === 'cls' ? row : row + length - 1] = 1;
  });
  return shares;
}
