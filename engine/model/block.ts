import type { Graph } from '../ggml/graph.ts';
import type { Tensor } from '../ggml/tensor.ts';
import type { Hyperparameters } from './hyperparameters.ts';

/** How a weight is used, which decides where it may lie and in which type. */
export type WeightUse =
  /** left operand of a product: takes the layout that is fastest on this machine */
  | 'product'
  /** a table whose rows are looked up: stays in the file's type */
  | 'table'
  /** added or multiplied element by element: F32 */
  | 'vector';

export interface WeightNeed {
  /** name in the GGUF; inside a layer relative to `blk.N.` */
  readonly name: string;
  /** sizes in ggml order */
  readonly ne: readonly number[];
  readonly use: WeightUse;
  readonly optional?: boolean;
  /** The rows of another tensor that hold this weight where the file fuses several into one (phi2's attn_qkv). */
  readonly fused?: { readonly name: string; readonly row: number; readonly rows: number };
}

/** One forward pass while its graph is built: B texts of T tokens each, shorter ones padded on the right. */
export interface Pass {
  readonly graph: Graph;
  readonly hyper: Hyperparameters;
  /** T */
  readonly tokens: number;
  /** B */
  readonly texts: number;
  /** (T) I32: 0 … T−1 */
  readonly positions: Tensor;
  /** Attention mask (T, T, 1, 1 or B) of a layer, or null where every token may see every other. */
  mask(layer: number): Tensor | null;
  /** The weight called `name` of the given layer (−1: outside the layers), or null where it is optional and absent. */
  weight(layer: number, name: string): Tensor | null;
}

/** A kind of block, stateless: the weights that it needs and what it computes. */
export interface Block {
  weights(hyper: Hyperparameters): readonly WeightNeed[];
  /** x: (C, T·B)  returns (C, T·B) */
  forward(pass: Pass, layer: number, x: Tensor): Tensor;
}

export function requireWeight(pass: Pass, layer: number, name: string): Tensor {
  const weight = pass.weight(layer, name);
  if (!weight) throw new Error(`The weight ${name} of layer ${layer} was not loaded.`);
  return weight;
}

/** W x + b, b where the model has one.  x: (in, N)  returns (out, N) */
export function linear(pass: Pass, layer: number, name: string, x: Tensor): Tensor {
  const y = pass.graph.mulMat(requireWeight(pass, layer, `${name}.weight`), x);
  const bias = pass.weight(layer, `${name}.bias`);
  return bias ? pass.graph.add(y, bias) : y;
}

/** The needs of `linear`.  W: (in, out)  b: (out), optional: what the file holds decides */
export const linearNeeds = (name: string, inputs: number, outputs: number): readonly WeightNeed[] => [
  { name: `${name}.weight`, ne: [inputs, outputs], use: 'product' },
  { name: `${name}.bias`, ne: [outputs], use: 'vector', optional: true },
];
