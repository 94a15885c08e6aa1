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
  /** Tensors whose rows, one below the other, make this weight where the file does not hold it under its own name. */
  readonly parts?: readonly { readonly name: string; readonly rows: number }[];
}

/**
 * Where the tokens of B texts stand. Products, norms and MLPs see them packed, one text after the other (N rows, no
 * padding); the attention sees them padded to T places a text.
 */
export interface Places {
  /** T: places of each text in the attention, at least its length */
  readonly tokens: number;
  /** (T·B) I32: the packed row that each place takes; a place behind a text's end takes any row, the mask hides it */
  readonly padded: Tensor;
  /** (N) I32: the place of each packed row */
  readonly packed: Tensor;
  /** (T) I32: 0 … T−1 */
  readonly positions: Tensor;
  /** (N) I32: each packed row's position in its own text */
  readonly rowPositions: Tensor;
}

/** One forward pass while its graph is built: N tokens of B texts. */
export interface Pass {
  readonly graph: Graph;
  readonly hyper: Hyperparameters;
  /** B */
  readonly texts: number;
  readonly places: Places;
  /** Attention mask of a layer, (T keys, T queries, 1, 1 or B) F16: 0 or −∞ */
  mask(layer: number): Tensor;
  /** The weight called `name` of the given layer (−1: outside the layers), or null where it is optional and absent. */
  weight(layer: number, name: string): Tensor | null;
}

/** A kind of block, stateless: the weights that it needs and what it computes. */
export interface Block {
  weights(hyper: Hyperparameters): readonly WeightNeed[];
  /** x: (C, N)  returns (C, N) */
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

/** The needs of a `linear` whose outputs are those of several projections of the same input, one below the other. */
export function joinedNeeds(
  name: string,
  inputs: number,
  outputs: Readonly<Record<string, number>>,
): readonly WeightNeed[] {
  const rows = Object.values(outputs).reduce((sum, n) => sum + n, 0);
  return linearNeeds(name, inputs, rows).map((need) => ({
    ...need,
    parts: Object.entries(outputs).map(([part, count]) => ({ name: need.name.replace(name, part), rows: count })),
  }));
}
