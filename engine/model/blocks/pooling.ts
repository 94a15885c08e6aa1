import type { Graph } from '../../ggml/graph.ts';
import type { Tensor } from '../../ggml/tensor.ts';
import type { Computed } from '../block.ts';

export const POOLINGS = ['mean', 'last', 'cls'] as const;
export type Pooling = (typeof POOLINGS)[number];

/**
 * One state per text as a product with a matrix of shares, so that every pooling is one operation and its backward
 * another.  h: (C, N)  shares: (N, B)  gives (C, B);  dh = dy sharesᵀ
 */
export const pool = (g: Graph, h: Tensor, shares: Tensor): Computed => ({
  y: g.outProd(h, g.turned(shares)),
  backward: (dy) => g.outProd(dy, shares),
});

/** The shares of each row: 1/length on a text's own rows, or 1 on its first or last.  returns B columns of N */
export function poolingShares(pooling: Pooling, lengths: readonly number[], rows: number): Float32Array {
  const shares = new Float32Array(lengths.length * rows);
  let start = 0;
  lengths.forEach((length, text) => {
    const column = text * rows + start;
    if (pooling === 'mean') shares.fill(1 / length, column, column + length);
    else shares[pooling === 'cls' ? column : column + length - 1] = 1;
    start += length;
  });
  return shares;
}
