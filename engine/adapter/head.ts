import type { Tensor } from '../ggml/tensor.ts';
import type { Computed, Pass } from '../model/block.ts';
import type { Linear } from './adapter.ts';
import type { Parameter, Parameters } from './parameters.ts';

/** What a head needs of a pass: it stands on pooled states, whatever made them. */
export type HeadPass = Pick<Pass, 'graph' | 'parameter' | 'learn'>;

/** What turns pooled states into logits. */
export interface Head {
  parameters(): readonly Parameter[];
  /** x: (C, B)  gives (labels, B) */
  forward(pass: HeadPass, x: Tensor): Computed;
}

/** logits = W x + b.  W: (C, labels)  b: (labels) */
export function linearHead(width: number, labels: number): Head {
  return {
    parameters: () => layerParameters('moderato.head', width, labels),
    forward: (pass, x) => layer(pass, 'moderato.head', x),
  };
}

/** Slope of the hidden layer's LeakyReLU below zero, PyTorch's default. */
export const HIDDEN_SLOPE = 0.01;

/** logits = W LeakyReLU(W' x + b') + b.  W': (C, hidden)  W: (hidden, labels) */
export function mlpHead(width: number, hidden: number, labels: number): Head {
  return {
    parameters: () => [
      ...layerParameters('moderato.hidden', width, hidden),
      ...layerParameters('moderato.head', hidden, labels),
    ],
    forward(pass, x) {
      const { graph: g } = pass;
      const inner = layer(pass, 'moderato.hidden', x);
      // LeakyReLU as slope · z + (1 − slope) · ReLU(z)
      const act = g.add(g.scale(inner.y, HIDDEN_SLOPE), g.scale(g.relu(inner.y), 1 - HIDDEN_SLOPE));
      const outer = layer(pass, 'moderato.head', act);
      return {
        y: outer.y,
        backward: (dy) =>
          inner.backward(g.mul(outer.backward(dy), g.scaleBias(g.step(inner.y), 1 - HIDDEN_SLOPE, HIDDEN_SLOPE))),
      };
    },
  };
}

/** PyTorch's start of a linear layer: uniform in ±1/√in */
function layerParameters(name: string, inputs: number, outputs: number): readonly Parameter[] {
  const of = (part: string, ne: readonly [number, number]): Parameter => ({
    name: `${name}.${part}`,
    ne,
    padded: ne,
    start: (draw) => (2 * draw.uniform() - 1) / Math.sqrt(inputs),
    role: 'head',
  });
  return [of('weight', [inputs, outputs]), of('bias', [outputs, 1])];
}

/** The layers of a head as they stand in an adapter. */
export interface HeadLayers {
  readonly head: Linear;
  readonly hidden?: Linear;
}

export function headLayers(parameters: Parameters): HeadLayers {
  const linear = (name: string): Linear => ({
    weight: parameters.get(`${name}.weight`),
    bias: parameters.get(`${name}.bias`),
  });
  const deep = parameters.values.has('moderato.hidden.weight');
  return { head: linear('moderato.head'), ...(deep && { hidden: linear('moderato.hidden') }) };
}

/** W x + b of trained W and b.  x: (in, B)  gives (out, B) */
function layer(pass: HeadPass, name: string, x: Tensor): Computed {
  const { graph: g } = pass;
  const W = pass.parameter(`${name}.weight`);
  const b = g.reshape(pass.parameter(`${name}.bias`), W.ne[1]);
  return {
    y: g.add(g.mulMat(W, x), b),
    backward(dy) {
      pass.learn(`${name}.weight`, g.outProd(x, dy));
      pass.learn(`${name}.bias`, g.reshape(g.sumRows(g.transposed(dy)), W.ne[1], 1));
      return g.mulMat(g.transposed(W), dy);
    },
  };
}
