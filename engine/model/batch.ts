import type { Graph } from '../ggml/graph.ts';
import type { Tensor } from '../ggml/tensor.ts';
import type { AdapterModule, Computed, Pass } from './block.ts';
import { pool, poolingShares, type Pooling } from './blocks/pooling.ts';
import { isWindowed } from './hyperparameters.ts';
import type { Model } from './model.ts';
import { Places } from './places.ts';

export type TokenIds = readonly number[] | Int32Array;

export interface BatchOptions {
  /** A backward pass follows. */
  readonly trains: boolean;
  /** what an adapter adds to linear layers, by `blk.N.name` */
  readonly modules?: ReadonlyMap<string, AdapterModule> | undefined;
  /** the modules' trained tensors, by name */
  readonly parameters?: ReadonlyMap<string, Tensor> | undefined;
}

/**
 * Upper bounds of graph operations: outside the layers, in a layer (gemma3 takes the most), in a module (DoRA forward,
 * DS-LoRA backward), on a backend that lacks the *_back operations as well.
 */
const NODES = { fixed: 96, layer: { forward: 64, backward: 160 }, module: { forward: 32, backward: 64 } } as const;

/** Operations that a graph over this model needs room for. */
export function nodesOf(model: Model, { trains, modules }: Pick<BatchOptions, 'trains' | 'modules'>): number {
  const each = ({ forward, backward }: typeof NODES.layer | typeof NODES.module) => forward + (trains ? backward : 0);
  return NODES.fixed + model.depth * each(NODES.layer) + (modules?.size ?? 0) * each(NODES.module);
}

/** One batch of texts on its way through a model: the inputs of its graph, and every layer's result. */
export class Batch {
  /** (C, B) */
  readonly pooled: Tensor;
  readonly pass: Pass;
  /** gradients that the backward pass gave so far, by parameter */
  readonly gradients = new Map<string, Tensor>();
  /** gates of the modules, (1, N) each, by the linear layer's name */
  readonly gates = new Map<string, Tensor>();
  readonly #lengths: readonly number[];
  readonly #ids: Tensor;
  readonly #masks: Masks;
  readonly #shares: Tensor;
  #texts: { readonly means: Tensor; readonly members: Tensor } | null = null;
  readonly #layers: readonly Computed[];
  readonly #end: Computed | null;
  readonly #pooling: Computed;

  /** @param lengths tokens of each text, at least 1 */
  constructor(graph: Graph, model: Model, lengths: readonly number[], { trains, modules, parameters }: BatchOptions) {
    if (lengths.length === 0 || lengths.some((length) => length < 1))
      throw new RangeError('A batch needs texts of at least one token.');
    const { hyper, architecture, depth } = model;
    const longest = Math.max(...lengths);
    if (longest > hyper.context)
      throw new RangeError(
        `A text of ${longest} tokens is longer than the ${hyper.context} that this model was made for.`,
      );
    this.#lengths = lengths;
    const places = new Places(graph, lengths, { trains });
    this.#ids = graph.input('i32', places.rows);
    this.#shares = graph.input('f32', places.rows, lengths.length);
    const masks = (this.#masks = new Masks(graph, model, places.tokens, lengths.length));
    const pass: Pass = (this.pass = {
      graph,
      hyper,
      texts: lengths.length,
      places,
      trains,
      mask: (layer) => masks.of(layer),
      weight: (layer, name) => model.weight(layer, name),
      transposed: (layer, name) => model.transposed(layer, name),
      rowNorms: (layer, name) => model.rowNorms(layer, name),
      module: (layer, name) => modules?.get(moduleName(layer, name)) ?? null,
      meanOfText: (x) => this.#meanOfText(x),
      parameter: (name) => {
        const tensor = parameters?.get(name);
        if (!tensor) throw new Error(`There is no parameter called ${name}.`);
        return tensor;
      },
      watch: (layer, gate) => void this.gates.set(layer, gate),
      learn: (name, gradient) => {
        graph.expand(gradient);
        this.gradients.set(name, gradient);
      },
    });
    let x = architecture.embedding.forward(pass, this.#ids);
    if (architecture.start) x = architecture.start.forward(pass, -1, x).y;
    const layers: Computed[] = [];
    for (let layer = 0; layer < depth; layer++) {
      const computed = architecture.layer.forward(pass, layer, x);
      x = computed.y;
      graph.expand(x);
      layers.push(computed);
    }
    this.#layers = layers;
    this.#end = architecture.end?.forward(pass, -1, x) ?? null;
    this.#pooling = pool(graph, this.#end?.y ?? x, this.#shares);
    this.pooled = this.#pooling.y;
  }

  /** Builds the backward pass down to a layer, which is included.  dy: (C, B), the gradient by `pooled` */
  backward(dy: Tensor, downTo: number): void {
    let d = this.#pooling.backward(dy);
    if (this.#end) d = this.#end.backward(d);
    for (let layer = this.#layers.length - 1; layer >= downTo; layer--) d = this.#layers[layer]?.backward(d) ?? d;
  }

  /** @param texts token ids of each text, of the lengths that the batch was built for */
  upload(texts: readonly TokenIds[], pooling: Pooling): void {
    if (texts.length !== this.#lengths.length || texts.some(({ length }, i) => length !== this.#lengths[i]))
      throw new RangeError('The texts do not have the lengths that this pass was built for.');
    const { places, hyper } = this.pass;
    const ids = new Int32Array(places.rows);
    let row = 0;
    for (const text of texts) {
      ids.set(text, row);
      row += text.length;
    }
    // ggml ends the process on a row that the table does not have.
    if (ids.some((id) => id < 0 || id >= hyper.vocabulary))
      throw new RangeError('A token id lies outside the vocabulary.');
    this.#ids.upload(ids);
    places.upload();
    this.#masks.upload(this.#lengths);
    this.#shares.upload(poolingShares(pooling, this.#lengths, places.rows));
    if (!this.#texts) return;
    const means = poolingShares('mean', this.#lengths, places.rows);
    this.#texts.means.upload(means);
    this.#texts.members.upload(means.map((share) => (share > 0 ? 1 : 0)));
  }

  #meanOfText(x: Tensor): Computed {
    const { graph: g, places, texts: B } = this.pass;
    this.#texts ??= { means: g.input('f32', places.rows, B), members: g.input('f32', places.rows, B) };
    const { means, members } = this.#texts; // (N, B)
    return {
      y: g.outProd(g.mulMat(g.transposed(x), means), members),
      backward: (dy) => g.outProd(g.mulMat(g.transposed(dy), members), means),
    };
  }
}

/** Under which name a linear layer's module stands. */
export const moduleName = (layer: number, name: string): string => `blk.${layer}.${name}`;

/** −∞ in half precision */
const MINUS_INFINITY = 0xfc00;

/** Which keys each query may see: causal, windowed (gemma3), or all of its own text (bert). */
class Masks {
  readonly #model: Model;
  readonly #tokens: number;
  readonly #full: Tensor;
  readonly #windowed: Tensor | null;

  constructor(graph: Graph, model: Model, tokens: number, texts: number) {
    this.#model = model;
    this.#tokens = tokens;
    const { causal } = model.architecture;
    const { window } = model.hyper;
    // A causal model never looks at the padding on the right, so that one mask serves all texts.
    this.#full = graph.input('f16', tokens, tokens, 1, causal ? 1 : texts);
    this.#windowed = window && window.size < tokens ? graph.input('f16', tokens, tokens) : null;
  }

  of(layer: number): Tensor {
    return isWindowed(this.#model.hyper, layer) ? (this.#windowed ?? this.#full) : this.#full;
  }

  upload(lengths: readonly number[]): void {
    const T = this.#tokens;
    const filled = (texts: number, sees: (text: number, query: number, key: number) => boolean) => {
      const mask = new Uint16Array(T * T * texts);
      for (let b = 0; b < texts; b++)
        for (let q = 0; q < T; q++)
          for (let k = 0; k < T; k++) if (!sees(b, q, k)) mask[(b * T + q) * T + k] = MINUS_INFINITY;
      return mask;
    };
    const { causal } = this.#model.architecture;
    this.#full.upload(
      causal ? filled(1, (_, q, k) => k <= q) : filled(lengths.length, (b, _, k) => k < (lengths[b] ?? 1)),
    );
    const size = this.#model.hyper.window?.size ?? T;
    this.#windowed?.upload(filled(1, (_, q, k) => k <= q && q - k < size));
  }
}
