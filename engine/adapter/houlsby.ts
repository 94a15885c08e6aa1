import type { Tensor } from '../ggml/tensor.ts';
import type { Adapted, AdapterModule, Frozen, Pass } from '../model/block.ts';
import { activation } from '../model/blocks/activation.ts';
import { paddedSize } from './padded-size.ts';
import type { Parameter } from './parameters.ts';

export interface HoulsbyOptions {
  /** hidden width */
  readonly bottleneck: number;
}

/**
 * Deviation of U at the start. Houlsby et al. (section 3.6) find every deviation up to 1e-2 as good as the next, and worse
 * ones above it: the model must start as the base. At exactly zero D would not learn in the first step.
 */
const START_DEVIATION = 1e-3;

/**
 * Bottleneck adapter (Houlsby et al. 2019), on what a layer gives: put on attn_output and ffn_down, it stands behind the
 * attention and behind the MLP, before each joins the residual stream.
 *   y' = y + U f(D y + b1) + b2,   f = GELU, D uniform as in LoRA, U small, b1 = b2 = 0
 * D: (out, bottleneck)  b1: (bottleneck)  U: (bottleneck, out)  b2: (out)
 */
export class Houlsby implements AdapterModule {
  readonly #layer: string;

  /** @param layer the linear layer: `blk.3.attn_output` */
  constructor(layer: string) {
    this.#layer = layer;
  }

  static parameters(layer: string, _inputs: number, outputs: number, options: HoulsbyOptions): readonly Parameter[] {
    const { bottleneck } = options;
    const hidden = paddedSize(bottleneck);
    const of = (part: string, fields: Pick<Parameter, 'ne' | 'padded' | 'start'>): Parameter => ({
      name: partName(layer, part),
      role: 'bottleneck',
      ...fields,
    });
    return [
      of('down', {
        ne: [outputs, bottleneck],
        padded: [outputs, hidden],
        start: (draw) => (2 * draw.uniform() - 1) / Math.sqrt(outputs),
      }),
      of('b1', { ne: [bottleneck, 1], padded: [hidden, 1], start: () => 0 }),
      of('up', {
        ne: [bottleneck, outputs],
        padded: [hidden, outputs],
        start: (draw) => START_DEVIATION * draw.normal(),
      }),
      of('b2', { ne: [outputs, 1], padded: [outputs, 1], start: () => 0 }),
    ];
  }

  forward(pass: Pass, _x: Tensor, { y }: Frozen): Adapted {
    const { graph: g } = pass;
    const parameter = (part: string) => pass.parameter(partName(this.#layer, part));
    const learn = (part: string, gradient: Tensor) => pass.learn(partName(this.#layer, part), gradient);
    const [D, U] = [parameter('down'), parameter('up')];
    const input = pass.dropped(this.#layer, y); // (out, N)
    const z = g.add(g.mulMat(D, input.y), parameter('b1')); // (bottleneck, N)
    const h = activation(g, 'gelu', z); // (bottleneck, N)
    return {
      y: g.add(y, g.add(g.shortProduct(g.transposed(U), h.y), parameter('b2'))),
      backward: (dy) => {
        const summed = (a: Tensor) => g.reshape(g.sumRows(g.transposed(a)), a.ne[0], 1);
        learn('b2', summed(dy));
        learn('up', g.transposed(g.outProd(dy, h.y)));
        const dz = h.backward(g.mulMat(g.transposed(U), dy)); // (bottleneck, N)
        learn('b1', summed(dz));
        learn('down', g.outProd(input.y, dz));
        return { dy: g.add(dy, input.backward(g.shortProduct(D, dz))), dx: null };
      },
    };
  }
}

const partName = (layer: string, part: string): string => `${layer}.houlsby.${part}`;
