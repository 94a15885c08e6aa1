import type { Graph } from '../ggml/graph.ts';
import type { Tensor } from '../ggml/tensor.ts';
import { weightName, type AdapterModule, type Computed, type LookedUp, type Pass } from './block.ts';
import { pool, poolingShares, type Pooling } from './blocks/pooling.ts';
import type { Architecture } from './architectures.ts';
import { Dropout } from './dropout.ts';
import { Masks } from './masks.ts';
import type { Model } from './model.ts';
import { Places } from './places.ts';

export type TokenIds = readonly number[] | Int32Array;

export interface BatchOptions {
  /** A backward pass follows. */
  readonly trains: boolean;
  /** what an adapter adds to linear layers, by `blk.N.name` */
  readonly modules?: ReadonlyMap<string, AdapterModule> | undefined;
  /** the modules' trained tensors, and weights of the model that are trained themselves, by name */
  readonly parameters?: ReadonlyMap<string, Tensor> | undefined;
  /** the first layer that is run, on states that are given (`uploadStates`) instead of token ids; default: from the ids on */
  readonly from?: number | undefined;
  /** the first layer that is not run any more; default: the model's depth */
  readonly to?: number | undefined;
  /** share of the numbers going into a module that are set to zero */
  readonly dropout?: number | undefined;
  /** Layers are computed a second time in the backward pass, so that of each only what went in is kept. */
  readonly recomputes?: boolean | undefined;
}

/** Gradients of rows of a trained table: those of one tensor of (C, N), one for each packed row. */
export interface RowGradients {
  readonly rows: LookedUp;
  readonly gradient: Tensor;
}

/**
 * Upper bounds of graph operations: outside the layers, in a layer (gemma3 takes the most), in a module (DoRA forward,
 * DS-LoRA backward), on a backend that lacks the *_back operations as well.
 */
const NODES = { fixed: 96, layer: { forward: 64, backward: 160 }, module: { forward: 32, backward: 64 } } as const;

/** Operations that a graph over this model needs room for. */
export function nodesOf(
  model: Model,
  { trains, modules, recomputes = false }: Pick<BatchOptions, 'trains' | 'modules' | 'recomputes'>,
): number {
  const each = ({ forward, backward }: typeof NODES.layer | typeof NODES.module) =>
    (recomputes ? 2 : 1) * forward + (trains ? backward : 0);
  return NODES.fixed + model.depth * each(NODES.layer) + (modules?.size ?? 0) * each(NODES.module);
}

/** One batch of texts on its way through a model: the inputs of its graph, and every layer's result. */
export class Batch {
  /** (C, B) */
  readonly pooled: Tensor;
  /** (C, N): what the last layer gave, before the norm at the end */
  readonly states: Tensor;
  readonly pass: Pass;
  /** gradients that the backward pass gave so far, by parameter */
  readonly gradients = new Map<string, Tensor>();
  /** those of rows of tables */
  readonly rowGradients = new Map<string, RowGradients>();
  /** gates of the modules, (1, N) each, by the linear layer's name */
  readonly gates = new Map<string, Tensor>();
  readonly #lengths: readonly number[];
  /** (N) I32 token ids, or (C, N) F32 states */
  readonly #entry: Tensor;
  readonly #masks: Masks;
  readonly #dropout: Dropout | null;
  readonly #shares: Tensor;
  #texts: { readonly means: Tensor; readonly members: Tensor } | null = null;
  /** what comes before the first layer */
  readonly #beginning: readonly Computed[];
  readonly #layers: readonly Computed[];
  readonly #end: Computed | null;
  readonly #pooling: Computed;

  /** @param lengths tokens of each text, at least 1 */
  constructor(graph: Graph, model: Model, lengths: readonly number[], options: BatchOptions) {
    const { trains, modules, parameters, from, to = model.depth, dropout = 0, recomputes = false } = options;
    if (lengths.length === 0 || lengths.some((length) => length < 1))
      throw new RangeError('A batch needs texts of at least one token.');
    const { hyper, architecture } = model;
    const longest = Math.max(...lengths);
    if (longest > hyper.context)
      throw new RangeError(
        `A text of ${longest} tokens is longer than the ${hyper.context} that this model was made for.`,
      );
    this.#lengths = lengths;
    const places = new Places(graph, lengths, { trains });
    this.#entry = from === undefined ? graph.input('i32', places.rows) : graph.input('f32', hyper.width, places.rows);
    this.#dropout = dropout > 0 && modules ? new Dropout(graph, hyper, places.rows, modules.size, dropout) : null;
    this.#shares = graph.input('f32', places.rows, lengths.length);
    const masks = (this.#masks = new Masks(graph, model, places.tokens, lengths.length));
    const pass: Pass = (this.pass = {
      graph,
      hyper,
      texts: lengths.length,
      places,
      trains,
      mask: (layer) => masks.of(layer),
      weight: (layer, name) => parameters?.get(weightName(layer, name)) ?? model.weight(layer, name),
      transposed: (layer, name) => {
        const trained = parameters?.get(weightName(layer, name));
        return trained ? graph.transposed(trained) : model.transposed(layer, name);
      },
      learns: (layer, name) => trains && parameters?.has(weightName(layer, name)) === true,
      dropped: (layer, x) => this.#dropout?.on(layer, x) ?? { y: x, backward: (dy) => dy },
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
      learnRows: (name, rows, gradient) => {
        if (parameters?.has(name)) this.rowGradients.set(name, { rows, gradient });
      },
    });
    this.#beginning = from === undefined ? this.#begin(architecture) : [];
    let x = this.#beginning.at(-1)?.y ?? this.#entry;
    const layers: Computed[] = [];
    for (let layer = from ?? 0; layer < to; layer++) {
      const input = x;
      const computed = architecture.layer.forward(pass, layer, input);
      x = computed.y;
      graph.expand(x);
      layers[layer] = recomputes
        ? { y: x, backward: (dy) => architecture.layer.forward(pass, layer, input).backward(dy) }
        : computed;
    }
    this.#layers = layers;
    this.states = x;
    this.#end = architecture.end?.forward(pass, -1, x) ?? null;
    this.#pooling = pool(graph, this.#end?.y ?? x, this.#shares);
    this.pooled = this.#pooling.y;
  }

  /**
   * Builds the backward pass down to a layer, which is included; to −1 through the embedding, whose tables are trained.
   * dy: (C, B), the gradient by `pooled`  returns that by what enters the lowest layer, (C, N)
   */
  backward(dy: Tensor, downTo: number): Tensor {
    let d = this.#pooling.backward(dy);
    if (this.#end) d = this.#end.backward(d);
    for (let layer = this.#layers.length - 1; layer >= downTo; layer--) d = this.#layers[layer]?.backward(d) ?? d;
    return downTo < 0 ? this.#beginning.reduceRight((gradient, step) => step.backward(gradient), d) : d;
  }

  /**
   * @param texts token ids of each text, of the lengths that the batch was built for
   * @param random draws what dropout leaves out
   */
  upload(texts: readonly TokenIds[], pooling: Pooling, random?: () => number): void {
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
    this.#entry.upload(ids);
    this.#uploadShape(pooling, random);
  }

  /** @param states of each text, (C, its length), as `states` of a batch up to our first layer gave them */
  uploadStates(states: readonly Float32Array[], pooling: Pooling, random?: () => number): void {
    const { places, hyper } = this.pass;
    const joined = new Float32Array(hyper.width * places.rows);
    let row = 0;
    states.forEach((text, i) => {
      if (text.length !== hyper.width * (this.#lengths[i] ?? 0))
        throw new RangeError('The states do not have the lengths that this pass was built for.');
      joined.set(text, row * hyper.width);
      row += this.#lengths[i] ?? 0;
    });
    this.#entry.upload(joined);
    this.#uploadShape(pooling, random);
  }

  /** What depends on the lengths of the texts alone. */
  #uploadShape(pooling: Pooling, random?: () => number): void {
    const { places } = this.pass;
    places.upload();
    this.#masks.upload(this.#lengths);
    this.#dropout?.upload(random);
    this.#shares.upload(poolingShares(pooling, this.#lengths, places.rows));
    if (!this.#texts) return;
    const means = poolingShares('mean', this.#lengths, places.rows);
    this.#texts.means.upload(means);
    this.#texts.members.upload(means.map((share) => (share > 0 ? 1 : 0)));
  }

  #begin({ embedding, start }: Architecture): readonly Computed[] {
    const first = embedding.forward(this.pass, this.#entry);
    return start ? [first, start.forward(this.pass, -1, first.y)] : [first];
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
