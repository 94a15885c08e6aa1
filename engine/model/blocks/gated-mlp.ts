import { linear, linearNeeds, type Block } from '../block.ts';
import { activation, type Activation } from './activation.ts';

/** Gated MLP (Shazeer 2020):  y = W_down (act(W_gate x) · W_up x) */
export function gatedMlp(kind: Activation): Block {
  return {
    weights: ({ width: C, mlpWidth: F }) => [
      ...linearNeeds('ffn_gate', C, F),
      ...linearNeeds('ffn_up', C, F),
      ...linearNeeds('ffn_down', F, C),
    ],
    forward(pass, layer, x) {
      const { graph: g } = pass;
      const gate = linear(pass, layer, 'ffn_gate', x); // (F, N)
      const up = linear(pass, layer, 'ffn_up', x); // (F, N)
      const act = activation(g, kind, gate.y);
      const down = linear(pass, layer, 'ffn_down', g.mul(act.y, up.y));
      return {
        y: down.y,
        backward(dy) {
          const dh = down.backward(dy); // (F, N)
          const dgate = act.backward(g.mul(dh, up.y));
          const dup = g.mul(dh, act.y);
          return g.add(gate.backward(dgate), up.backward(dup));
        },
      };
    },
  };
}
