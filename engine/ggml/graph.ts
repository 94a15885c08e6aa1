import type { Backend } from './backend.ts';
import { BackendError, UnsupportedError } from './backend.ts';
import { GGML_TYPES, type GgmlType } from './gguf/types.ts';
import { GraphMemory } from './graph-memory.ts';
import type { Native, Pointer } from './native.ts';
import { Operations } from './operations.ts';
import { own } from './owner.ts';
import { ShapeError, shapeOf, Tensor, type Shape, type TensorHome } from './tensor.ts';

export { GraphMemory } from './graph-memory.ts';

/**
 * A computation, built once per shape and run many times.
 *
 * Build with the operations (operations.ts), then `finish(outputs)`, then for each run: upload every input again (their memory is reused while
 * computing), `compute()`, download the outputs.
 */
export class Graph extends Operations implements AsyncDisposable, TensorHome {
  readonly backend: Backend;
  readonly native: Native;
  protected readonly context: Pointer;
  readonly #graph: Pointer;
  readonly #freeGraph: () => void;
  readonly #memory: GraphMemory;
  readonly #ownsMemory: boolean;
  readonly #maxNodes: number;
  readonly #inputs = new Set<Tensor>();
  readonly #outputs = new Set<Tensor>();
  /** weights that operations read, and what they belong to */
  readonly #weights = new Set<Pointer>();
  readonly #homes = new Set<TensorHome>();
  #made = 0;
  #disposed = false;

  /**
   * @param maxNodes upper bound of operations, inputs and views included, and of weights
   * @param memory shared with graphs that come before and after; one of its own where absent
   */
  constructor(backend: Backend, maxNodes: number, memory?: GraphMemory) {
    super();
    this.backend = backend;
    this.#maxNodes = maxNodes;
    this.native = backend.native;
    const bytes =
      (maxNodes + 1) * this.native.ggml_tensor_overhead() + this.native.ggml_graph_overhead_custom(maxNodes, false);
    this.context = this.native.ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true });
    if (!this.context) throw new BackendError(`Not enough memory for a graph of ${maxNodes} operations.`);
    this.#graph = this.native.ggml_new_graph_custom(this.context, maxNodes, false);
    this.#memory = memory ?? new GraphMemory(backend);
    this.#ownsMemory = memory === undefined;
    this.#freeGraph = own('graph');
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** A tensor that the caller uploads before each run. */
  input(type: GgmlType, ...ne: number[]): Tensor {
    const full = shapeOf(type, ne);
    this.#assertRoom();
    const pointer = this.native.ggml_new_tensor_4d(this.context, GGML_TYPES[type].id, ...full);
    const tensor = new Tensor(this, pointer, type, full);
    this.native.ggml_set_input(tensor.pointer);
    // Expanded at once, so that an input that this model happens not to use has memory to be uploaded to as well.
    this.expand(tensor);
    this.#inputs.add(tensor);
    this.#made++;
    return tensor;
  }

  /** Adds a tensor and what it needs to the order of computation now: order is memory. */
  expand(tensor: Tensor): void {
    if (tensor.home !== this) throw new ShapeError('Only a result of this graph can be computed by it.');
    this.native.ggml_build_forward_expand(this.#graph, tensor.pointer);
  }

  /** Ends the building: outputs keep their memory, every operation is asked of the backend, memory is allocated. Throws BackendError. */
  finish(outputs: readonly Tensor[]): this {
    if (this.#disposed || this.#memory.disposed) throw new BackendError('This graph is disposed of.');
    // Allocating may move the memory that a graph in flight computes in.
    this.backend.assertIdle();
    for (const output of outputs) {
      this.expand(output);
      this.native.ggml_set_output(output.pointer);
      this.#outputs.add(output);
    }
    // ggml itself checks nothing here: CUDA, Vulkan and Metal end the process on an operation that they lack.
    const missing = new Set<string>();
    for (let i = 0; i < this.nodes; i++) {
      const node = this.native.ggml_graph_node(this.#graph, i);
      if (!this.backend.supports(node)) missing.add(this.native.ggml_op_desc(node));
    }
    if (missing.size > 0)
      throw new UnsupportedError(
        `${this.backend.device.name} cannot compute ${[...missing].join(', ')}. Use another backend (--backend cpu).`,
      );
    // A failure leaves the memory to nobody: what the last holder had there may have moved.
    this.#memory.holder = null;
    // Planned anew each time: ggml keeps the last graph's plan for one of as many nodes and sizes that fit, without a look
    // at which of them are outputs, whose memory it then uses again.
    const { pointer } = this.#memory;
    const { native } = this;
    if (!native.ggml_gallocr_reserve(pointer, this.#graph) || !native.ggml_gallocr_alloc_graph(pointer, this.#graph))
      throw new BackendError(
        `${this.backend.device.name} has not enough memory for this batch. Use smaller batches or the CPU.`,
      );
    this.#memory.holder = this;
    return this;
  }

  get nodes(): number {
    return this.native.ggml_graph_n_nodes(this.#graph);
  }

  /** bytes that its operations share with the graphs before and after it */
  get memory(): number {
    return this.#memory.size;
  }

  async compute(): Promise<void> {
    this.#assertReady();
    await this.backend.compute(this.#graph);
  }

  assertCopy(tensor: Tensor, direction: 'to' | 'from'): void {
    this.#assertReady();
    this.backend.assertIdle();
    // Between its inputs and outputs a graph uses the same memory again and again.
    if (!(direction === 'to' ? this.#inputs : this.#outputs).has(tensor))
      throw new BackendError(
        direction === 'to' ? 'Only inputs of a graph can be filled.' : 'Only outputs of a graph can be read.',
      );
  }

  /** Frees the graph; while it is being computed, after that. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.backend.idle();
    if (this.#ownsMemory) await this.#memory[Symbol.asyncDispose]();
    else if (this.#memory.holder === this) this.#memory.holder = null;
    this.native.ggml_free(this.context);
    this.#freeGraph();
  }

  #assertReady(): void {
    if (this.#disposed || this.#memory.holder !== this)
      throw new BackendError('This graph is not ready: unfinished, disposed of, or its memory went to another.');
    if (this.#homes.values().some(({ disposed }) => disposed))
      throw new BackendError('The weights of this graph are disposed of.');
  }

  /** The address of an operand. */
  protected at(tensor: Tensor): Pointer {
    if (this.#disposed || tensor.home.disposed || tensor.home.native !== this.native)
      throw new BackendError('A graph and its operands must be alive and of the same libraries.');
    this.#assertRoom();
    if (tensor.home !== this) {
      this.#weights.add(tensor.pointer);
      this.#homes.add(tensor.home);
    }
    return tensor.pointer;
  }

  /** ggml ends the process where a context or a graph is full. */
  #assertRoom(): void {
    if (this.#made >= this.#maxNodes || this.#inputs.size + this.#weights.size >= this.#maxNodes)
      throw new RangeError(`This graph was made for ${this.#maxNodes} operations. Make it for more.`);
  }

  protected result(pointer: Pointer, ne: Shape, type: GgmlType = 'f32'): Tensor {
    this.#made++;
    return new Tensor(this, pointer, type, ne);
  }

  protected viewOf(pointer: Pointer, source: Tensor, ne: Shape, nb?: Shape): Tensor {
    this.#made++;
    return new Tensor(this, pointer, source.type, ne, nb && { nb });
  }
}
