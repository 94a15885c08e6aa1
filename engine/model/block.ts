import type { Graph } from '../ggml/graph.ts';
import type { Tensor } from '../ggml/tensor.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import type { Places } from './places.ts';

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
  /** Where the file has it joined with others instead (phi2): that tensor, the first of our rows in it, and all of its rows. */
  readonly joined?: { readonly name: string; readonly first: number; readonly rows: number } | undefined;
}

/** What a block computed, and how a gradient of it becomes the gradient of what went in. */
export interface Computed {
  readonly y: Tensor;
  /**
   * dy: the gradient of the loss by y, in y's shape  returns that by x, in x's shape.
   * It only builds operations: what no output needs in the end is not computed.
   */
  backward(dy: Tensor): Tensor;
}

/** Which rows of a table a pass looks up: those of the token ids, or of each token's position in its text. */
export type LookedUp = 'ids' | 'positions';

/** One pass while its graph is built: N tokens of B texts, forward, and backward where `trains`. */
export interface Pass {
  readonly graph: Graph;
  readonly hyper: Hyperparameters;
  /** B */
  readonly texts: number;
  readonly places: Places;
  /** A backward pass follows: nothing is computed in a form that has none. */
  readonly trains: boolean;
  /** Attention mask of a layer, (T keys, T queries, 1, 1 or B) F16: 0 or −∞ */
  mask(layer: number): Tensor;
  /** The weight called `name` of the given layer (−1: outside the layers), or null where it is optional and absent. */
  weight(layer: number, name: string): Tensor | null;
  /** A dense copy of a product's weight with its two dimensions swapped, for backward passes.  (out, in) */
  transposed(layer: number, name: string): Tensor;
  /** ‖W_i‖ of each row of a product's weight, (out), or null where the model was loaded without. */
  rowNorms(layer: number, name: string): Tensor | null;
  /** What training adds to a linear layer, or null. */
  module(layer: number, name: string): AdapterModule | null;
  /** Whether the weight itself is trained, so that a backward pass hands its gradient to `learn`. */
  learns(layer: number, name: string): boolean;
  /** What goes into a layer's module: in training with dropout some numbers at zero and the others larger.  x: (n, N)  gives (n, N) */
  dropped(layer: string, x: Tensor): Computed;
  /** Each row becomes the mean of all rows of its text.  x: (n, N)  gives (n, N) */
  meanOfText(x: Tensor): Computed;
  /** A trained tensor by its name in the adapter file. */
  parameter(name: string): Tensor;
  /** Takes what an explanation shows of a linear layer's module: its gate, (1, N). */
  watch(layer: string, gate: Tensor): void;
  /** Takes the gradient of a parameter, in the parameter's shape. */
  learn(name: string, gradient: Tensor): void;
  /** Takes the gradient of those rows of a trained table that were looked up, one for each packed row.  gradient: (C, N) */
  learnRows(name: string, rows: LookedUp, gradient: Tensor): void;
}

/** What an adapter adds to one linear layer. */
export interface AdapterModule {
  /** x: (in, N) what goes into the frozen layer */
  forward(pass: Pass, x: Tensor, frozen: Frozen): Adapted;
}

/** A frozen linear layer, y = W x + b: most modules want y alone, those that change W itself want it in parts. */
export interface Frozen {
  /** W: (in, out), in any type or arrangement, so that it is a left operand of products and nothing else */
  readonly weight: Tensor;
  /** ‖W_i‖ of each row: (out), or null where the model was loaded without */
  readonly rowNorms: Tensor | null;
  /** b: (out), or null */
  readonly bias: Tensor | null;
  /** W x: (out, N) */
  readonly product: Tensor;
  /** (out, N) */
  readonly y: Tensor;
}

export interface Adapted {
  /** (out, N), in place of the frozen layer's output */
  readonly y: Tensor;
  /** dy: (out, N)  returns the gradient by W x (and so by y), and what is to be added to that by x */
  backward(dy: Tensor): { readonly dy: Tensor; readonly dx: Tensor | null };
}

/** A kind of block, stateless: the weights that it needs, what it computes, and its gradient. */
export interface Block {
  weights(hyper: Hyperparameters): readonly WeightNeed[];
  /** x: (C, N)  gives (C, N) */
  forward(pass: Pass, layer: number, x: Tensor): Computed;
}

export function requireWeight(pass: Pass, layer: number, name: string): Tensor {
  const weight = pass.weight(layer, name);
  if (!weight) throw new Error(`The weight ${name} of layer ${layer} was not loaded.`);
  return weight;
}

/** The name of a layer's weight in the model's file, −1 for what lies outside the layers. */
export const weightName = (layer: number, name: string): string => (layer < 0 ? name : `blk.${layer}.${name}`);

/** Takes the gradient of a bias, or of what is added to each row alike, where it is trained.  dy: (n, N) */
export function learnBias(pass: Pass, layer: number, name: string, dy: Tensor): void {
  if (!pass.learns(layer, name)) return;
  const { graph: g } = pass;
  pass.learn(weightName(layer, name), g.reshape(g.sumRows(g.transposed(dy)), dy.ne[0], 1));
}

/** W x + b, b where the model has one, with what an adapter adds.  x: (in, N)  gives (out, N);  dx = Wᵀ dy,  dW = x dyᵀ */
export function linear(pass: Pass, layer: number, name: string, x: Tensor): Computed {
  const { graph: g } = pass;
  const weight = requireWeight(pass, layer, `${name}.weight`);
  const bias = pass.weight(layer, `${name}.bias`);
  const product = g.mulMat(weight, x);
  const y = bias ? g.add(product, bias) : product;
  const through = (dy: Tensor) => {
    if (pass.learns(layer, `${name}.weight`))
      pass.learn(weightName(layer, `${name}.weight`), g.mulMat(g.transposed(x), g.transposed(dy)));
    learnBias(pass, layer, `${name}.bias`, dy);
    return g.mulMat(pass.transposed(layer, `${name}.weight`), dy);
  };
  const module = pass.module(layer, name);
  if (!module) return { y, backward: through };
  const rowNorms = pass.rowNorms(layer, `${name}.weight`);
  const adapted = module.forward(pass, x, { weight, rowNorms, bias, product, y });
  return {
    y: adapted.y,
    backward(dyAdapted) {
      const { dy, dx } = adapted.backward(dyAdapted);
      return dx ? g.add(through(dy), dx) : through(dy);
    },
  };
}

/** The needs of `linear`.  W: (in, out)  b: (out), optional: what the file holds decides */
export const linearNeeds = (
  name: string,
  inputs: number,
  outputs: number,
  joined?: WeightNeed['joined'],
): readonly WeightNeed[] => {
  const within = (kind: string) => joined && { ...joined, name: `${joined.name}.${kind}` };
  return [
    { name: `${name}.weight`, ne: [inputs, outputs], use: 'product', joined: within('weight') },
    { name: `${name}.bias`, ne: [outputs], use: 'vector', optional: true, joined: within('bias') },
  ];
};
