import type { Tensor } from '../../ggml/tensor.ts';
import { requireWeight, type Computed, type Pass, type WeightNeed } from '../block.ts';
import type { Hyperparameters } from '../hyperparameters.ts';

/** What turns token ids into the first states. */
export interface Embedding {
  weights(hyper: Hyperparameters): readonly WeightNeed[];
  /** ids: (N) I32  gives (C, N); its backward hands the gradients of the tables on and returns nothing of use below */
  forward(pass: Pass, ids: Tensor): Computed;
}

const TOKENS = 'token_embd.weight';
const POSITIONS = 'position_embd.weight';
const TYPES = 'token_types.weight';

const table = ({ width, vocabulary }: Hyperparameters): WeightNeed => ({
  name: TOKENS,
  ne: [width, vocabulary],
  use: 'table',
});

/** Rows of the token table, scaled by √C for gemma3. */
export function tokenEmbedding({ scaled = false } = {}): Embedding {
  return {
    weights: (hyper) => [table(hyper)],
    forward(pass, ids) {
      const { graph: g } = pass;
      const x = g.getRows(requireWeight(pass, -1, TOKENS), ids);
      const scale = scaled ? Math.sqrt(pass.hyper.width) : 1;
      return {
        y: scaled ? g.scale(x, scale) : x,
        backward(dy) {
          pass.learnRows(TOKENS, 'ids', scaled ? g.scale(dy, scale) : dy);
          return dy;
        },
      };
    },
  };
}

/** BERT: token + position + type of "sentence A"; the norm follows as a block of its own. */
export function bertEmbedding(): Embedding {
  return {
    weights: (hyper) => [
      table(hyper),
      { name: POSITIONS, ne: [hyper.width, hyper.context], use: 'table' },
      { name: TYPES, ne: [hyper.width, 2], use: 'vector', optional: true },
    ],
    forward(pass, ids) {
      const { graph: g, hyper, places } = pass;
      const x = g.getRows(requireWeight(pass, -1, TOKENS), ids);
      const y = g.add(x, g.getRows(requireWeight(pass, -1, POSITIONS), places.rowPositions));
      const types = pass.weight(-1, TYPES);
      return {
        y: types ? g.add(y, g.view(types, [hyper.width], 0)) : y,
        // The type of "sentence A" is one row that all tokens share. It stays as it is: the rows of the positions can say
        // the same.
        backward(dy) {
          pass.learnRows(TOKENS, 'ids', dy);
          pass.learnRows(POSITIONS, 'positions', dy);
          return dy;
        },
      };
    },
  };
}
