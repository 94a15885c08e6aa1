import type { Tensor } from '../ggml/tensor.ts';
import type { Adapted, AdapterModule, Frozen, Pass } from '../model/block.ts';
import { downName, Lora, upName, type LowRankOptions } from './lora.ts';
import type { Parameter } from './parameters.ts';

export interface DoraStart extends LowRankOptions {
  /** ‖W0_i‖ of each row (Model.rowNorms): (out) */
  readonly rowNorms: Float32Array;
}

/** Least squared length of a row: one of zeros stays zero instead of becoming 0/0. */
const LEAST = 1e-12;

/**
 * DoRA (Liu et al. 2024): a LoRA update turns the rows of a weight, and learned magnitudes set their lengths.
 *   h = m ⊙ (W0 x + s B A x) / ‖W0 + s B A‖ + b,   s = α/r, the norm of each row, m = ‖W0‖ at the start
 * The norm counts as a constant in the gradient (the paper's section 4.3, and PEFT). A bias is no part of the weight and
 * is added unscaled.
 * A: (in, r)  B: (r, out), as in LoRA  m: (out)
 */
export class Dora implements AdapterModule {
  readonly #layer: string;
  readonly #options: LowRankOptions;
  readonly #direction: Lora;

  /** @param layer the linear layer: `blk.3.attn_q` */
  constructor(layer: string, options: LowRankOptions) {
    this.#layer = layer;
    this.#options = options;
    this.#direction = new Lora(layer, options);
  }

  static parameters(layer: string, inputs: number, outputs: number, options: DoraStart): readonly Parameter[] {
    const magnitude: Parameter = {
      name: magnitudeName(layer),
      ne: [outputs, 1],
      padded: [outputs, 1],
      start: (_draw, i) => options.rowNorms[i] ?? NaN,
      role: 'magnitude',
    };
    return [...Lora.parameters(layer, inputs, outputs, options), magnitude];
  }

  /** @throws where the model was loaded without the norms of its rows */
  forward(pass: Pass, x: Tensor, frozen: Frozen): Adapted {
    const { graph: g } = pass;
    const z = this.#direction.forward(pass, x, { y: frozen.product }); // (out, N): (W0 + s B A) x
    const norms = this.#norms(pass, frozen); // (out)
    const k = g.div(pass.parameter(magnitudeName(this.#layer)), norms); // (out)
    const y = g.mul(z.y, k);
    return {
      y: frozen.bias ? g.add(y, frozen.bias) : y,
      backward: (dy) => {
        const dk = g.reshape(g.sumRows(g.transposed(g.mul(dy, z.y))), k.ne[0], 1); // (out)
        pass.learn(magnitudeName(this.#layer), g.div(dk, norms));
        return z.backward(g.mul(dy, k));
      },
    };
  }

  /**
   * ‖W0 + s B A‖ of each row, from products with r columns: no W0 is read or made dense, so that it may be quantised and
   * rearranged.
   *   ‖W0_i + s B_i A‖² = ‖W0_i‖² + B_i · (2 s A W0_iᵀ + s² A Aᵀ B_iᵀ)
   * returns (out)
   */
  #norms(pass: Pass, { weight, rowNorms }: Frozen): Tensor {
    if (!rowNorms) throw new Error(`${this.#layer} was loaded without the norms of its rows, which DoRA needs.`);
    const { graph: g } = pass;
    const s = this.#options.alpha / this.#options.rank;
    const A = pass.parameter(downName(this.#layer));
    const B = pass.parameter(upName(this.#layer));
    const crossed = g.transposed(g.mulMat(weight, A)); // (r, out)
    const own = g.mulMat(g.mulMat(A, A), B); // (r, out)
    const gained = g.sumRows(g.mul(B, g.add(g.scale(crossed, 2 * s), g.scale(own, s * s)))); // (1, out)
    const squares = g.add(g.sqr(rowNorms), g.reshape(gained, rowNorms.ne[0])); // (out)
    return g.sqrt(g.scaleBias(g.relu(squares), 1, LEAST));
  }
}

const magnitudeName = (layer: string): string => `${layer}.weight.dora_magnitude`;
