import { Graph } from '../ggml/graph.ts';
import type { Tensor } from '../ggml/tensor.ts';
import type { Pass } from './block.ts';
import { pool, poolingShares, type Pooling } from './blocks/pooling.ts';
import type { Model } from './model.ts';

/** Upper bound of graph operations: outside the layers, and per layer (gemma3, the longest, takes 48). */
const NODES = { fixed: 64, perLayer: 96 } as const;

/**
 * The forward pass of B texts of T tokens each, built once and run for every batch of that shape:
 * token ids in, one pooled state per text out.
 */
export class Forward implements AsyncDisposable {
  readonly tokens: number;
  readonly texts: number;
  readonly #graph: Graph;
  readonly #ids: Tensor;
  readonly #positions: Tensor;
  readonly #masks: Masks;
  readonly #shares: Tensor;
  readonly #states: Tensor;

  constructor(model: Model, tokens: number, texts: number) {
    const { hyper, architecture, depth, backend } = model;
    this.tokens = tokens;
    this.texts = texts;
    const graph = new Graph(backend, NODES.fixed + NODES.perLayer * depth);
    this.#graph = graph;
    this.#ids = graph.input('i32', tokens * texts);
    this.#positions = graph.input('i32', tokens);
    this.#shares = graph.input('f32', tokens, 1, texts);
    const masks = (this.#masks = new Masks(graph, model, tokens, texts));
    const pass: Pass = {
      graph,
      hyper,
      tokens,
      texts,
      positions: this.#positions,
      mask: (layer) => masks.of(layer),
      weight: (layer, name) => model.weight(layer, name),
    };
    let x = architecture.embedding.forward(pass, this.#ids);
    if (architecture.start) x = architecture.start.forward(pass, -1, x);
    for (let layer = 0; layer < depth; layer++) {
      x = architecture.layer.forward(pass, layer, x);
      graph.expand(x);
    }
    if (architecture.end) x = architecture.end.forward(pass, -1, x);
    this.#states = pool(graph, x, this.#shares, tokens, texts);
    graph.finish([this.#states]);
  }

  /** bytes of activations */
  get memory(): number {
    return this.#graph.memory;
  }

  /**
   * @param texts up to B lists of 1 to T token ids
   * @returns pooled states, (C) per text given, one after the other
   */
  async run(texts: readonly (readonly number[] | Int32Array)[], pooling: Pooling): Promise<Float32Array> {
    const { tokens: T, texts: B } = this;
    if (texts.length === 0 || texts.length > B || texts.some((ids) => ids.length === 0 || ids.length > T))
      throw new RangeError(`A batch here takes 1 to ${B} texts of 1 to ${T} tokens.`);
    const ids = new Int32Array(T * B);
    texts.forEach((text, i) => ids.set(text, i * T));
    // Places of a batch that is not full are one token long: a row with every key masked would be NaN.
    const lengths = Array.from({ length: B }, (_, i) => texts[i]?.length ?? 1);
    this.#ids.upload(ids);
    this.#positions.upload(Int32Array.from({ length: T }, (_, i) => i));
    this.#masks.upload(lengths);
    this.#shares.upload(poolingShares(pooling, lengths, T));
    await this.#graph.compute();
    return this.#states.download().subarray(0, texts.length * this.#states.ne[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#graph[Symbol.asyncDispose]();
  }
}

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
    this.#full = graph.input('f32', tokens, tokens, 1, causal ? 1 : texts);
    this.#windowed = window && window.size < tokens ? graph.input('f32', tokens, tokens) : null;
  }

  of(layer: number): Tensor {
    const { window } = this.#model.hyper;
    const seesAll = window === null || (layer + 1) % window.period === 0;
    return seesAll ? this.#full : (this.#windowed ?? this.#full);
  }

  upload(lengths: readonly number[]): void {
    const T = this.#tokens;
    const filled = (texts: number, sees: (text: number, query: number, key: number) => boolean) => {
      const mask = new Float32Array(T * T * texts);
      for (let b = 0; b < texts; b++)
        for (let q = 0; q < T; q++)
          for (let k = 0; k < T; k++) if (!sees(b, q, k)) mask[(b * T + q) * T + k] = -Infinity;
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
