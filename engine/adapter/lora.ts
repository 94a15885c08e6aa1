import type { Tensor } from '../ggml/tensor.ts';
import type { Adapted, AdapterModule, Frozen, Pass } from '../model/block.ts';
import { paddedSize } from './padded-size.ts';
import type { Parameter } from './parameters.ts';

export interface LowRankOptions {
  /** r */
  readonly rank: number;
  /** α: the update is scaled by α/r */
  readonly alpha: number;
}

/**
 * LoRA (Hu et al. 2021): a frozen layer learns by an update of low rank.
 *   h = W0 x + (α/r) · B A x,   A ~ Kaiming uniform, B = 0
 * A: (in, r)  B: (r, out), under llama.cpp's names, so that llama.cpp loads what is trained here.
 */
export class Lora implements AdapterModule {
  readonly #layer: string;
  readonly #options: LowRankOptions;

  /** @param layer the linear layer: `blk.3.attn_q` */
  constructor(layer: string, options: LowRankOptions) {
    this.#layer = layer;
    this.#options = options;
  }

  static parameters(layer: string, inputs: number, outputs: number, { rank }: LowRankOptions): readonly Parameter[] {
    return [
      {
        name: downName(layer),
        ne: [inputs, rank],
        padded: [inputs, paddedSize(rank)],
        // PyTorch's kaiming_uniform_ with a = √5, as PEFT has it: uniform in ±1/√in
        start: (draw) => (2 * draw.uniform() - 1) / Math.sqrt(inputs),
        role: 'low-rank',
      },
      {
        name: upName(layer),
        ne: [rank, outputs],
        padded: [paddedSize(rank), outputs],
        start: () => 0,
        role: 'low-rank',
      },
    ];
  }

  forward(pass: Pass, x: Tensor, { y }: Pick<Frozen, 'y'>): Adapted {
    const { graph: g } = pass;
    const s = this.#options.alpha / this.#options.rank;
    const A = pass.parameter(downName(this.#layer));
    const B = pass.parameter(upName(this.#layer));
    const input = pass.dropped(this.#layer, x); // (in, N)
    const u = g.scale(g.mulMat(A, input.y), s); // (r, N)
    return {
      y: g.add(y, g.shortProduct(g.transposed(B), u)),
      backward: (dy) => {
        pass.learn(upName(this.#layer), g.transposed(g.outProd(dy, u)));
        const du = g.scale(g.mulMat(g.transposed(B), dy), s); // (r, N)
        pass.learn(downName(this.#layer), g.outProd(input.y, du));
        return { dy, dx: input.backward(g.shortProduct(A, du)) };
      },
    };
  }
}

export const downName = (layer: string): string => `${layer}.weight.lora_a`;
export const upName = (layer: string): string => `${layer}.weight.lora_b`;
