import type { Tensor } from '../../ggml/tensor.ts';
import { requireWeight, type Pass, type WeightNeed } from '../block.ts';
import type { Hyperparameters } from '../hyperparameters.ts';

/** What turns token ids into the first states. */
export interface Embedding {
  weights(hyper: Hyperparameters): readonly WeightNeed[];
  /** ids: (N) I32  returns (C, N) */
  forward(pass: Pass, ids: Tensor): Tensor;
}

const table = ({ width, vocabulary }: Hyperparameters): WeightNeed => ({
  name: 'token_embd.weight',
  ne: [width, vocabulary],
  use: 'table',
});

/** Rows of the token table, scaled by √C for gemma3. */
export function tokenEmbedding({ scaled = false } = {}): Embedding {
  return {
    weights: (hyper) => [table(hyper)],
    forward(pass, ids) {
      const x = pass.graph.getRows(requireWeight(pass, -1, 'token_embd.weight'), ids);
      return scaled ? pass.graph.scale(x, Math.sqrt(pass.hyper.width)) : x;
    },
  };
}

/** BERT: token + position + type of "sentence A"; the norm follows as a block of its own. */
export function bertEmbedding(): Embedding {
  return {
    weights: (hyper) => [
      table(hyper),
      { name: 'position_embd.weight', ne: [hyper.width, hyper.context], use: 'table' },
      { name: 'token_types.weight', ne: [hyper.width, 2], use: 'vector', optional: true },
    ],
    forward(pass, ids) {
      const { graph: g, hyper, places } = pass;
      const x = g.getRows(requireWeight(pass, -1, 'token_embd.weight'), ids);
      const y = g.add(x, g.getRows(requireWeight(pass, -1, 'position_embd.weight'), places.rowPositions));
      const types = pass.weight(-1, 'token_types.weight');
      return types ? g.add(y, g.view(types, [hyper.width], 0)) : y;
    },
  };
}
