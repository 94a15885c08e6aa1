import type { Tensor } from '../ggml/tensor.ts';
import type { Pass } from '../model/block.ts';
import type { Parameter } from './parameters.ts';

export interface GateOptions {
  /** 'linear', or the hidden width of an MLP */
  readonly gate: 'linear' | number;
}

export interface Gated {
  /** g: (1, N), between 0 and 1 */
  readonly y: Tensor;
  /** dg: (1, N)  returns the gradient by x: (in, N) */
  backward(dg: Tensor): Tensor;
}

/** Gates start half open and above: σ(1) ≈ .73, so that the update learns before the gate chooses. */
const START_BIAS = 1;
/** Last weights at exactly zero would never let the first ones learn. */
const START_DEVIATION = 0.02;

export function gateParameters(layer: string, inputs: number, { gate }: GateOptions): readonly Parameter[] {
  const small: Parameter['start'] = (draw) => START_DEVIATION * draw.normal();
  const open = (): number => START_BIAS;
  const of = (part: string, ne: readonly [number, number], start: Parameter['start']): Parameter => ({
    name: gateName(layer, part),
    ne,
    padded: ne,
    start,
    role: 'gate',
  });
  if (gate === 'linear') return [of('w', [inputs, 1], small), of('b', [1, 1], open)];
  return [
    of('w1', [inputs, gate], (draw) => (2 * draw.uniform() - 1) / Math.sqrt(inputs)),
    of('b1', [gate, 1], () => 0),
    of('w2', [gate, 1], small),
    of('b2', [1, 1], open),
  ];
}

/**
 * A scalar gate per token.
 *   linear: g = σ(wᵀ x + b)      MLP: g = σ(w2ᵀ ReLU(W1 x + b1) + b2)
 * x: (in, N)
 */
export function gateOf(pass: Pass, layer: string, x: Tensor, { gate }: GateOptions): Gated {
  const { graph: g } = pass;
  const parameter = (part: string) => pass.parameter(gateName(layer, part));
  const learn = (part: string, gradient: Tensor) => pass.learn(gateName(layer, part), gradient);
  const N = x.ne[1];
  /** σ(wᵀ h + b).  h: (m, N), m the width of w */
  const opened = (w: string, b: string, h: Tensor): Gated => {
    const y = g.sigmoid(g.add(g.mulMat(parameter(w), h), parameter(b))); // (1, N)
    return {
      y,
      backward(dg) {
        const dz = g.mul(dg, g.sub(y, g.sqr(y))); // (1, N)
        learn(w, g.outProd(h, dz));
        learn(b, g.sumRows(g.reshape(dz, N)));
        return g.mulMat(g.transposed(parameter(w)), dz); // (m, N)
      },
    };
  };
  const watched = (made: Gated): Gated => {
    pass.watch(layer, made.y);
    return made;
  };
  if (gate === 'linear') return watched(opened('w', 'b', x));
  const z = g.add(g.mulMat(parameter('w1'), x), g.reshape(parameter('b1'), gate)); // (m, N)
  const last = opened('w2', 'b2', g.relu(z));
  return watched({
    y: last.y,
    backward(dg) {
      const dz = g.mul(last.backward(dg), g.step(z));
      learn('w1', g.outProd(x, dz));
      learn('b1', g.reshape(g.sumRows(g.transposed(dz)), gate, 1));
      return g.shortProduct(parameter('w1'), dz);
    },
  });
}

const gateName = (layer: string, part: string): string => `${layer}.gate.${part}`;
