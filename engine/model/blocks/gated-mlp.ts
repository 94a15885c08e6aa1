import { joinedNeeds, linear, linearNeeds, type Block } from '../block.ts';

/** Gated MLP (Shazeer 2020):  y = W_down (act(W_gate x) · W_up x) */
export function gatedMlp(activation: 'silu' | 'gelu'): Block {
  return {
    weights: ({ width: C, mlpWidth: F }) => [
      ...joinedNeeds('ffn_gate_up', C, { ffn_gate: F, ffn_up: F }),
      ...linearNeeds('ffn_down', F, C),
    ],
    forward(pass, layer, x) {
      const both = linear(pass, layer, 'ffn_gate_up', x); // (2F, N): gate above up
      return linear(pass, layer, 'ffn_down', activation === 'silu' ? pass.graph.swiglu(both) : pass.graph.geglu(both));
    },
  };
}
