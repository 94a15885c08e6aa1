import type { Head, HeadPass } from '../../adapter/head.ts';
import type { Parameters } from '../../adapter/parameters.ts';
import { Graph } from '../../ggml/graph.ts';
import type { Lane } from '../../ggml/lanes.ts';
import type { Tensor } from '../../ggml/tensor.ts';
import { Batch, nodesOf } from '../../model/batch.ts';
import type { AdapterModule } from '../../model/block.ts';
import type { Pooling } from '../../model/blocks/pooling.ts';
import type { Model } from '../../model/model.ts';
import type { Task } from '../examples.ts';
import type { Gradients } from './gradients.ts';
import type { Targets } from './loss.ts';
import type { Random } from '../random.ts';

/** What is trained on a frozen model. */
export interface Trained {
  readonly model: Model;
  /** by `blk.N.name` of the linear layer */
  readonly modules: ReadonlyMap<string, AdapterModule>;
  readonly head: Head;
  readonly parameters: Parameters;
  /** the lowest layer in which something is trained: −1 where the embedding is, the number of layers for the head alone */
  readonly lowest: number;
  readonly task: Task;
}

/**
 * What goes into a step, one for each text: token ids, or what the frozen layers below the lowest trained one make of them,
 * (C, length) states, or (C) pooled where the head alone is trained.
 */
export type Entering =
  | { readonly kind: 'ids'; readonly texts: readonly Int32Array[] }
  | { readonly kind: 'states' | 'pooled'; readonly texts: readonly Float32Array[] };

export interface StepOptions {
  /** what goes in; ids by default */
  readonly enters?: Entering['kind'] | undefined;
  readonly dropout?: number | undefined;
  readonly recomputes?: boolean | undefined;
  readonly lane?: Lane | undefined;
}

/**
 * Forward and backward of one batch. The loss is the cross-entropy of softmax, or of a sigmoid for each label; its gradient
 * by the logits is made in the graph, (P − share) · weight, so that nothing waits for the host in between.
 */
export class TrainingStep implements AsyncDisposable {
  readonly #graph: Graph;
  readonly #trained: Trained;
  /** null: pooled states go in */
  readonly #batch: Batch | null;
  readonly #pooled: Tensor;
  /** of a head alone, whose gradients no batch has taken */
  readonly #learned = new Map<string, Tensor>();
  readonly #logits: Tensor;
  readonly #shares: Tensor;
  readonly #weights: Tensor;

  /** @param lengths tokens of each text */
  constructor(trained: Trained, lengths: readonly number[], options: StepOptions = {}) {
    const { model, modules, head, parameters, lowest, task } = trained;
    const { enters = 'ids', lane, dropout, recomputes } = options;
    const nodes = nodesOf(model, { trains: true, modules, recomputes });
    const g = (this.#graph = new Graph(lane?.backend ?? model.backend, nodes, lane?.memory));
    this.#trained = trained;
    const { tensors } = parameters;
    const from = enters === 'states' ? lowest : undefined;
    this.#batch =
      enters === 'pooled'
        ? null
        : new Batch(g, model, lengths, { trains: true, modules, parameters: tensors, from, dropout, recomputes });
    this.#pooled = this.#batch?.pooled ?? g.input('f32', model.hyper.width, lengths.length);
    const computed = head.forward(this.#batch?.pass ?? this.#headPass(), this.#pooled);
    this.#logits = computed.y;
    const labels = this.#logits.ne[0];
    this.#shares = g.input('f32', labels, lengths.length);
    this.#weights = g.input('f32', labels, lengths.length);
    const P = task === 'exclusive' ? g.softMax(this.#logits, null, 1) : g.sigmoid(this.#logits);
    const dlogits = g.mul(g.sub(P, this.#shares), this.#weights);
    const dpooled = computed.backward(dlogits);
    this.#batch?.backward(dpooled, lowest);
    const rows = [...(this.#batch?.rowGradients.values() ?? [])].map(({ gradient }) => gradient);
    g.finish([this.#logits, ...this.#gradients.values(), ...rows]);
  }

  /**
   * The logits, (labels, B), and into `gradients` the gradients of Σ weight · loss times `scale`.
   * @param entering of the lengths and the kind that the step was built for
   * @param random draws what dropout leaves out
   */
  async run(
    entering: Entering,
    { shares, weights }: Targets,
    pooling: Pooling,
    { gradients, scale, random }: { gradients: Gradients; scale: number; random?: Random | undefined },
  ): Promise<Float32Array> {
    if (entering.kind === 'ids') this.#batch?.upload(entering.texts, pooling, random);
    else if (entering.kind === 'states') this.#batch?.uploadStates(entering.texts, pooling, random);
    else this.#pooled.upload(joined(entering.texts));
    this.#shares.upload(shares);
    this.#weights.upload(weights.map((weight) => weight * scale));
    await this.#graph.compute();
    for (const [name, tensor] of this.#gradients) tensor.download(gradients.values.get(name));
    gradients.clearRows();
    if (entering.kind === 'ids') this.#takeRows(entering.texts, gradients);
    return this.#logits.download();
  }

  /** bytes of activations */
  get memory(): number {
    return this.#graph.memory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#graph[Symbol.asyncDispose]();
  }

  get #gradients(): ReadonlyMap<string, Tensor> {
    return this.#batch?.gradients ?? this.#learned;
  }

  #takeRows(texts: readonly Int32Array[], gradients: Gradients): void {
    const { width } = this.#trained.model.hyper;
    for (const [table, { rows, gradient }] of this.#batch?.rowGradients ?? []) {
      const values = gradient.download();
      let at = 0;
      for (const text of texts)
        for (const [position, id] of text.entries()) {
          gradients.addRow(table, rows === 'ids' ? id : position, values.subarray(at * width, (at + 1) * width));
          at++;
        }
    }
  }

  #headPass(): HeadPass {
    const { tensors } = this.#trained.parameters;
    return {
      graph: this.#graph,
      parameter: (name) => {
        const tensor = tensors.get(name);
        if (!tensor) throw new Error(`There is no parameter called ${name}.`);
        return tensor;
      },
      learn: (name, gradient) => void this.#learned.set(name, gradient),
    };
  }
}

function joined(states: readonly Float32Array[]): Float32Array {
  const width = states[0]?.length ?? 0;
  const all = new Float32Array(width * states.length);
  states.forEach((state, i) => all.set(state, i * width));
  return all;
}
