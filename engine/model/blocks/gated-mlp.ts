import { linear, linearNeeds, type Block } from '../block.ts';

/** Gated MLP (Shazeer 2020):  y = W_down (act(W_gate x) · W_up x) */
export function gatedMlp(activation: 'silu' | 'gelu'): Block {
  return {
    weights: ({ width: C, mlpWidth: F }) => [
      ...linearNeeds('ffn_gate', C, F),
      ...linearNeeds('ffn_up', C, F),
      ...linearNeeds('ffn_down', F, C),
    ],
    forward(pass, layer, x) {
      const gate = linear(pass, layer, 'ffn_gate', x);
      const up = linear(pass, layer, 'ffn_up', x);
      const inner = activation === 'silu' ? pass.graph.swiglu(gate, up) : pass.graph.geglu(gate, up);
      return linear(pass, layer, 'ffn_down', inner);
    },
  };
}
