import type { Tensor } from '../ggml/tensor.ts';
import type { Adapted, AdapterModule, Frozen, Pass } from '../model/block.ts';
import { gateOf, gateParameters, type GateOptions } from './gate.ts';
import { downName, Lora, upName, type LowRankOptions } from './lora.ts';
import type { Parameter } from './parameters.ts';

export interface DsLoraOptions extends LowRankOptions, GateOptions {
  /** what a gate sees: each token's state, or the mean over its text */
  readonly scope: 'token' | 'instance';
}

/**
 * DS-LoRA: a LoRA update that a learned gate scales, token by token or text by text.
 *   h = W0 x + g(x) · (α/r) · B A x
 * After "Dynamic Sparse LoRA" (Symmetry 17(7), 1076, 2025); what the gate sees, how it starts and the proximal L1 step
 * on A and B (engine/train/steps/optimiser.ts) are our reading, see docs/methods.md. The gate scales A x, which has r rows,
 * instead of B A x: the same product, and a fraction of the work.
 */
export class DsLora implements AdapterModule {
  readonly #layer: string;
  readonly #options: DsLoraOptions;

  /** @param layer the linear layer: `blk.3.attn_q` */
  constructor(layer: string, options: DsLoraOptions) {
    this.#layer = layer;
    this.#options = options;
  }

  static parameters(layer: string, inputs: number, outputs: number, options: DsLoraOptions): readonly Parameter[] {
    return [...Lora.parameters(layer, inputs, outputs, options), ...gateParameters(layer, inputs, options)];
  }

  forward(pass: Pass, x: Tensor, { y }: Frozen): Adapted {
    const { graph: g } = pass;
    const s = this.#options.alpha / this.#options.rank;
    const A = pass.parameter(downName(this.#layer));
    const B = pass.parameter(upName(this.#layer));
    const seen = this.#options.scope === 'token' ? { y: x, backward: (d: Tensor) => d } : pass.meanOfText(x);
    const gate = gateOf(pass, this.#layer, seen.y, this.#options); // (1, N)
    const input = pass.dropped(this.#layer, x); // (in, N)
    const u = g.scale(g.mulMat(A, input.y), s); // (r, N)
    const v = g.mul(u, gate.y); // (r, N)
    return {
      y: g.add(y, g.shortProduct(g.transposed(B), v)),
      backward: (dy) => {
        pass.learn(upName(this.#layer), g.transposed(g.outProd(dy, v)));
        const dv = g.mulMat(g.transposed(B), dy); // (r, N)
        const dg = g.sumRows(g.mul(dv, u)); // (1, N)
        const du = g.scale(g.mul(dv, gate.y), s); // (r, N)
        pass.learn(downName(this.#layer), g.outProd(input.y, du));
        const dx = input.backward(g.shortProduct(A, du));
        return { dy, dx: g.add(dx, seen.backward(gate.backward(dg))) };
      },
    };
  }
}
