import type { Head } from '../adapter/head.ts';
import type { Parameters } from '../adapter/parameters.ts';
import { Graph } from '../ggml/graph.ts';
import type { Lane } from '../ggml/lanes.ts';
import type { Tensor } from '../ggml/tensor.ts';
import { Batch, nodesOf, type TokenIds } from '../model/batch.ts';
import type { AdapterModule } from '../model/block.ts';
import type { Pooling } from '../model/blocks/pooling.ts';
import type { Model } from '../model/model.ts';

/** What is trained on a frozen model. */
export interface Trained {
  readonly model: Model;
  /** by `blk.N.name` of the linear layer */
  readonly modules: ReadonlyMap<string, AdapterModule>;
  readonly head: Head;
  readonly parameters: Parameters;
  /** the lowest layer with a module; the number of layers where only the head is trained */
  readonly lowest: number;
  /** labels exclude each other, or not */
  readonly task: 'exclusive' | 'multi-label';
}

/** What a step is told about its texts. */
export interface Targets {
  /** (labels, B): shares of each label, 1 in all for exclusive ones */
  readonly shares: Float32Array;
  /** (B): weight of each text, times the loss scale */
  readonly weights: Float32Array;
}

export interface StepResult {
  /** (labels, B) */
  readonly logits: Float32Array;
  /** by parameter, padded, of Σ weight · loss */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/**
 * Forward and backward of one batch. The loss is the cross-entropy of softmax, or of a sigmoid for each label; its gradient
 * by the logits is made in the graph, (P − target) · weight, so that nothing waits for the host in between.
 */
export class TrainingStep implements AsyncDisposable {
  readonly #graph: Graph;
  readonly #batch: Batch;
  readonly #logits: Tensor;
  readonly #shares: Tensor;
  readonly #weights: Tensor;

  constructor(trained: Trained, lengths: readonly number[], lane?: Lane) {
    const { model, modules, head, parameters, lowest, task } = trained;
    const nodes = nodesOf(model, { trains: true, modules });
    const g = (this.#graph = new Graph(lane?.backend ?? model.backend, nodes, lane?.memory));
    const { tensors } = parameters;
    const batch = (this.#batch = new Batch(g, model, lengths, { trains: true, modules, parameters: tensors }));
    const computed = head.forward(batch.pass, batch.pooled);
    this.#logits = computed.y;
    const labels = this.#logits.ne[0];
    this.#shares = g.input('f32', labels, lengths.length);
    this.#weights = g.input('f32', 1, lengths.length);
    const P = task === 'exclusive' ? g.softMax(this.#logits, null, 1) : g.sigmoid(this.#logits);
    const dlogits = g.mul(g.sub(P, this.#shares), this.#weights);
    batch.backward(computed.backward(dlogits), lowest);
    g.finish([this.#logits, ...batch.gradients.values()]);
  }

  /** @param texts token ids of each text, of the lengths that the step was built for */
  async run(texts: readonly TokenIds[], { shares, weights }: Targets, pooling: Pooling): Promise<StepResult> {
    this.#batch.upload(texts, pooling);
    this.#shares.upload(shares);
    this.#weights.upload(weights);
    await this.#graph.compute();
    const gradients = new Map<string, Float32Array>();
    for (const [name, tensor] of this.#batch.gradients) gradients.set(name, tensor.download());
    return { logits: this.#logits.download(), gradients };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#graph[Symbol.asyncDispose]();
  }
}
