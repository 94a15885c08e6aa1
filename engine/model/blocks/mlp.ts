import { linear, linearNeeds, type Block } from '../block.ts';
import { activation } from './activation.ts';

/** MLP with GELU:  y = W_down gelu(W_up x + b) + b' */
export function mlp(): Block {
  return {
    weights: ({ width: C, mlpWidth: F }) => [...linearNeeds('ffn_up', C, F), ...linearNeeds('ffn_down', F, C)],
    forward(pass, layer, x) {
      const up = linear(pass, layer, 'ffn_up', x); // (F, N)
      const act = activation(pass.graph, 'gelu', up.y);
      const down = linear(pass, layer, 'ffn_down', act.y);
      return { y: down.y, backward: (dy) => up.backward(act.backward(down.backward(dy))) };
    },
  };
}
