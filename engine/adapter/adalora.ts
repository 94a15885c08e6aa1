import type { Tensor } from '../ggml/tensor.ts';
import type { Adapted, AdapterModule, Frozen, Pass } from '../model/block.ts';
import type { LowRankOptions } from './lora.ts';
import { paddedSize } from './padded-size.ts';
import type { Parameter } from './parameters.ts';

/** Of P and Q at the start, as the authors' code has it. */
const START_DEVIATION = 0.02;

/**
 * AdaLoRA (Zhang et al. 2023): an update in the form of a singular value decomposition, so that each of its r triplets
 * can be judged, and dropped, alone (rank-budget.ts).
 *   h = W0 x + (α/r) · P (Λ ⊙ (Q x)),   P, Q gaussian, Λ = 0
 * Q: (in, r), a right vector in each row  Λ: (r)  P: (r, out), a left vector in each column
 */
export class AdaLora implements AdapterModule {
  readonly #layer: string;
  readonly #options: LowRankOptions;

  /** @param layer the linear layer: `blk.3.attn_q` */
  constructor(layer: string, options: LowRankOptions) {
    this.#layer = layer;
    this.#options = options;
  }

  static parameters(layer: string, inputs: number, outputs: number, { rank }: LowRankOptions): readonly Parameter[] {
    const names = tripletNames(layer);
    const padded = paddedSize(rank);
    const small: Parameter['start'] = (draw) => START_DEVIATION * draw.normal();
    return [
      { name: names.Q, ne: [inputs, rank], padded: [inputs, padded], start: small, role: 'triplet' },
      { name: names.L, ne: [rank, 1], padded: [padded, 1], start: () => 0, role: 'triplet' },
      { name: names.P, ne: [rank, outputs], padded: [padded, outputs], start: small, role: 'triplet' },
    ];
  }

  forward(pass: Pass, x: Tensor, { y }: Frozen): Adapted {
    const { graph: g } = pass;
    const s = this.#options.alpha / this.#options.rank;
    const names = tripletNames(this.#layer);
    const [Q, L, P] = [pass.parameter(names.Q), pass.parameter(names.L), pass.parameter(names.P)];
    const input = pass.dropped(this.#layer, x); // (in, N)
    const u = g.scale(g.mulMat(Q, input.y), s); // (r, N)
    const v = g.mul(u, L); // (r, N)
    return {
      y: g.add(y, g.shortProduct(g.transposed(P), v)),
      backward: (dy) => {
        pass.learn(names.P, g.transposed(g.outProd(dy, v)));
        const dv = g.mulMat(g.transposed(P), dy); // (r, N)
        pass.learn(names.L, g.reshape(g.sumRows(g.transposed(g.mul(dv, u))), L.ne[0], 1));
        const du = g.scale(g.mul(dv, L), s); // (r, N)
        pass.learn(names.Q, g.outProd(input.y, du));
        return { dy, dx: input.backward(g.shortProduct(Q, du)) };
      },
    };
  }
}

/** The parameters of one module, by their letters in the equation (L: Λ). */
export const tripletNames = (layer: string) =>
  ({
    P: `${layer}.weight.adalora_p`,
    L: `${layer}.weight.adalora_lambda`,
    Q: `${layer}.weight.adalora_q`,
  }) as const;

/**
 * Adds the gradient of weight · (‖PᵀP − I‖² + ‖QQᵀ − I‖²), which keeps the vectors of a module orthonormal (the paper's
 * equation 4), to those of a step: behind the division by the loss scale, before the optimiser.
 *   dP = 4 P (PᵀP − I)   dQ = 4 (QQᵀ − I) Q
 * @param values padded, as Parameters and a step have them, gradients too
 */
export function addOrthogonality(
  layer: string,
  values: ReadonlyMap<string, Float32Array>,
  gradients: ReadonlyMap<string, Float32Array>,
  { rank, weight }: { readonly rank: number; readonly weight: number },
): void {
  const { P, Q } = tripletNames(layer);
  const padded = paddedSize(rank);
  for (const name of [P, Q]) {
    const [V, dV] = [values.get(name), gradients.get(name)];
    if (!V || !dV) throw new RangeError(`There is no parameter called ${name}, or no gradient of it.`);
    const length = V.length / padded;
    /** where number k of vector i stands */
    const at = name === P ? (i: number, k: number) => k * padded + i : (i: number, k: number) => i * length + k;
    for (let i = 0; i < rank; i++)
      for (let j = 0; j < rank; j++) {
        let apart = i === j ? -1 : 0;
        for (let k = 0; k < length; k++) apart += (V[at(i, k)] as number) * (V[at(j, k)] as number);
        for (let k = 0; k < length; k++) (dV[at(i, k)] as number) += 4 * weight * apart * (V[at(j, k)] as number);
      }
  }
}
