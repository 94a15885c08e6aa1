import { Graph } from '../ggml/graph.ts';
import type { Lane } from '../ggml/lanes.ts';
import type { Tensor } from '../ggml/tensor.ts';
import { Batch, nodesOf, type TokenIds } from './batch.ts';
import type { AdapterModule } from './block.ts';
import type { Pooling } from './blocks/pooling.ts';
import type { Model } from './model.ts';

export interface ForwardOptions {
  /** what an adapter adds to the linear layers, with its trained tensors */
  readonly modules?: ReadonlyMap<string, AdapterModule>;
  readonly parameters?: ReadonlyMap<string, Tensor>;
  /** keeps the gates of the modules, for `gates` */
  readonly watches?: boolean;
  /** the first layer that is run, on states (`runStates`) instead of token ids */
  readonly from?: number | undefined;
  /** where it is computed; on the model's own backend, in memory of its own, where absent */
  readonly lane?: Lane;
}

/**
 * The forward pass of one batch of texts: token ids in, one pooled state per text out.
 * Building takes about a millisecond for 30 layers, so that every batch has a graph of exactly its own shape.
 */
export class Forward implements AsyncDisposable {
  readonly #graph: Graph;
  readonly #batch: Batch;
  readonly #states: Tensor;
  readonly #gates: ReadonlyMap<string, Tensor>;

  /** @param lengths tokens of each text, at least 1 */
  constructor(
    model: Model,
    lengths: readonly number[],
    { modules, parameters, watches = false, from, lane }: ForwardOptions = {},
  ) {
    const nodes = nodesOf(model, { trains: false, modules });
    this.#graph = new Graph(lane?.backend ?? model.backend, nodes, lane?.memory);
    this.#batch = new Batch(this.#graph, model, lengths, { modules, parameters, from, trains: false });
    this.#states = this.#batch.pooled;
    this.#gates = watches ? this.#batch.gates : new Map();
    this.#graph.finish([this.#states, ...this.#gates.values()]);
  }

  /**
   * @param texts token ids of each text, of the lengths that the pass was built for
   * @returns pooled states, (C) per text, one after the other
   */
  async run(texts: readonly TokenIds[], pooling: Pooling): Promise<Float32Array> {
    this.#batch.upload(texts, pooling);
    await this.#graph.compute();
    return this.#states.download();
  }

  /** The same from what enters layer `from`: (C, length) of each text. */
  async runStates(states: readonly Float32Array[], pooling: Pooling): Promise<Float32Array> {
    this.#batch.uploadStates(states, pooling);
    await this.#graph.compute();
    return this.#states.download();
  }

  /** What the gates of the last run were, by linear layer: one number a token, text after text. */
  gates(): ReadonlyMap<string, Float32Array> {
    return new Map([...this.#gates].map(([layer, gate]) => [layer, gate.download()]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#graph[Symbol.asyncDispose]();
  }
}
