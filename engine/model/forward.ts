import { Graph } from '../ggml/graph.ts';
import type { Lane } from '../ggml/lanes.ts';
import type { Tensor } from '../ggml/tensor.ts';
import { attentionTokens } from './blocks/attention.ts';
import type { Pass, Places } from './block.ts';
import { pool, poolingShares, type Pooling } from './blocks/pooling.ts';
import { isWindowed } from './hyperparameters.ts';
import type { Model } from './model.ts';

/** Upper bound of graph operations: outside the layers, and per layer (gemma3, the longest, takes 48). */
const NODES = { fixed: 64, perLayer: 96 } as const;
/** Rows come in steps of this many: products like round sizes, and spare rows cost less than ragged ones. */
const ROW_STEP = 32;

/**
 * The forward pass of one batch of texts: token ids in, one pooled state per text out.
 * Building takes about a millisecond for 30 layers, so that every batch has a graph of exactly its own shape.
 */
export class Forward implements AsyncDisposable {
  readonly #lengths: readonly number[];
  readonly #rows: number;
  readonly #vocabulary: number;
  readonly #graph: Graph;
  readonly #ids: Tensor;
  readonly #places: Places;
  readonly #masks: Masks;
  readonly #shares: Tensor;
  readonly #states: Tensor;

  /**
   * @param lengths tokens of each text, at least 1
   * @param lane where it is computed; on the model's own backend, in memory of its own, where absent
   */
  constructor(model: Model, lengths: readonly number[], lane?: Lane) {
    if (lengths.length === 0 || lengths.some((length) => length < 1))
      throw new RangeError('A batch needs texts of at least one token.');
    const { hyper, architecture, depth } = model;
    const longest = Math.max(...lengths);
    if (longest > hyper.context)
      throw new RangeError(
        `A text of ${longest} tokens is longer than the ${hyper.context} that this model was made for.`,
      );
    this.#vocabulary = hyper.vocabulary;
    const texts = lengths.length;
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const rows = Math.ceil(total / ROW_STEP) * ROW_STEP;
    const tokens = attentionTokens(longest);
    this.#lengths = lengths;
    this.#rows = rows;
    const graph = (this.#graph = new Graph(
      lane?.backend ?? model.backend,
      NODES.fixed + NODES.perLayer * depth,
      lane?.memory,
    ));
    this.#ids = graph.input('i32', rows);
    this.#shares = graph.input('f32', rows, texts);
    this.#places = {
      tokens,
      padded: graph.input('i32', tokens * texts),
      packed: graph.input('i32', rows),
      positions: graph.input('i32', tokens),
      rowPositions: graph.input('i32', rows),
    };
    const masks = (this.#masks = new Masks(graph, model, tokens, texts));
    const pass: Pass = {
      graph,
      hyper,
      texts,
      places: this.#places,
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
    this.#states = pool(graph, x, this.#shares);
    graph.finish([this.#states]);
  }

  /**
   * @param texts token ids of each text, of the lengths that the pass was built for
   * @returns pooled states, (C) per text, one after the other
   */
  async run(texts: readonly (readonly number[] | Int32Array)[], pooling: Pooling): Promise<Float32Array> {
    if (texts.length !== this.#lengths.length || texts.some(({ length }, i) => length !== this.#lengths[i]))
      throw new RangeError('The texts do not have the lengths that this pass was built for.');
    const T = this.#places.tokens;
    const ids = new Int32Array(this.#rows);
    const rowPositions = new Int32Array(this.#rows);
    // Spare rows and spare places point at the first of all: computed, never seen.
    const packed = new Int32Array(this.#rows);
    const padded = new Int32Array(T * texts.length);
    let row = 0;
    texts.forEach((text, b) => {
      ids.set(text, row);
      for (let t = 0; t < text.length; t++) {
        rowPositions[row + t] = t;
        packed[row + t] = b * T + t;
        padded[b * T + t] = row + t;
      }
      row += text.length;
    });
    // ggml ends the process on a row that the table does not have.
    if (ids.some((id) => id < 0 || id >= this.#vocabulary))
      throw new RangeError('A token id lies outside the vocabulary.');
    this.#ids.upload(ids);
    this.#places.rowPositions.upload(rowPositions);
    this.#places.packed.upload(packed);
    this.#places.padded.upload(padded);
    this.#places.positions.upload(Int32Array.from({ length: T }, (_, i) => i));
    this.#masks.upload(this.#lengths);
    this.#shares.upload(poolingShares(pooling, this.#lengths, this.#rows));
    await this.#graph.compute();
    return this.#states.download();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#graph[Symbol.asyncDispose]();
  }
}

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
