import { linear, linearNeeds, type Block } from '../block.ts';

/** MLP with GELU:  y = W_down gelu(W_up x + b) + b'. The tanh form, as llama.cpp has it for bert and phi2. */
export function mlp(): Block {
  return {
    weights: ({ width: C, mlpWidth: F }) => [...linearNeeds('ffn_up', C, F), ...linearNeeds('ffn_down', F, C)],
    forward: (pass, layer, x) => linear(pass, layer, 'ffn_down', pass.graph.gelu(linear(pass, layer, 'ffn_up', x))),
  };
}
