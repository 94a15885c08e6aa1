import type { Backend } from './backend.ts';
import { BackendError } from './backend.ts';
import { GGML_TYPES, type GgmlType } from './gguf/types.ts';
import { GraphMemory } from './graph-memory.ts';
import { NULL, type Native, type Pointer } from './native.ts';
import {
  takesCast,
  takesCont,
  takesDense,
  takesFlashAttention,
  takesGetRows,
  takesHalves,
  takesHeads,
  takesNorm,
  takesPermute,
  takesProduct,
  takesRepeated,
  takesReshape,
  takesRope,
  takesSoftMax,
  takesTransposed,
  takesView,
} from './operands.ts';
import { own } from './owner.ts';
import { shape, ShapeError, shapeOf, Tensor, type Shape, type TensorHome } from './tensor.ts';

export { GraphMemory } from './graph-memory.ts';

/** ggml's rope modes: pairs of neighbours, or the two halves of a head (neox). */
export type RopeMode = 'pairs' | 'halves';
const ROPE_MODES: Readonly<Record<RopeMode, number>> = { pairs: 0, halves: 2 };

/** GGML_PREC_F32 */
const PRECISION_F32 = 10;

export interface RopeOptions {
  /** dimensions of a head that are turned */
  readonly dims: number;
  readonly mode: RopeMode;
  readonly base: number;
  /** factor on the positions (1 = none) */
  readonly scale: number;
  /** (dims/2) F32 divisors of the frequencies (Llama 3) */
  readonly factors?: Tensor | undefined;
}

/**
 * A computation, built once per shape and run many times.
 *
 * Shapes are checked here, in ggml order (fastest first), because ggml ends the process on a wrong one. Build with the
 * operations below, then `finish(outputs)`, then for each run: upload every input again (their memory is reused while
 * computing), `compute()`, download the outputs.
 */
export class Graph implements AsyncDisposable, TensorHome {
  readonly backend: Backend;
  readonly native: Native;
  readonly #context: Pointer;
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
    this.backend = backend;
    this.#maxNodes = maxNodes;
    this.native = backend.native;
    const bytes =
      (maxNodes + 1) * this.native.ggml_tensor_overhead() + this.native.ggml_graph_overhead_custom(maxNodes, false);
    this.#context = this.native.ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true });
    if (!this.#context) throw new BackendError(`Not enough memory for a graph of ${maxNodes} operations.`);
    this.#graph = this.native.ggml_new_graph_custom(this.#context, maxNodes, false);
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
    const pointer = this.native.ggml_new_tensor_4d(this.#context, GGML_TYPES[type].id, ...full);
    const tensor = new Tensor(this, pointer, type, full);
    this.native.ggml_set_input(tensor.pointer);
    // Expanded at once, so that an input that this model happens not to use has memory to be uploaded to as well.
    this.expand(tensor);
    this.#inputs.add(tensor);
    this.#made++;
    return tensor;
  }

  /** Product over the first dimension of both.  a: (k, m, …)  b: (k, n, …)  returns F32 (m, n, …); a's upper dimensions broadcast. */
  mulMat(a: Tensor, b: Tensor): Tensor {
    takesProduct(a, b);
    const made = this.native.ggml_mul_mat(this.#context, this.#at(a), this.#at(b));
    // Sums in halves lose digits and overflow at 65,504; CUDA and Vulkan take them for F16 weights unless told not to.
    if (a.type === 'f16') this.native.ggml_mul_mat_set_prec(made, PRECISION_F32);
    return this.#result(made, [a.ne[1], b.ne[1], b.ne[2], b.ne[3]]);
  }

  /** a + b; b is repeated into a's shape. */
  add(a: Tensor, b: Tensor): Tensor {
    takesRepeated('add', a, b);
    return this.#result(this.native.ggml_add(this.#context, this.#at(a), this.#at(b)), a.ne);
  }

  /** a · b element by element; b is repeated into a's shape. */
  mul(a: Tensor, b: Tensor): Tensor {
    takesRepeated('mul', a, b);
    return this.#result(this.native.ggml_mul(this.#context, this.#at(a), this.#at(b)), a.ne);
  }

  /** s · a */
  scale(a: Tensor, s: number): Tensor {
    takesDense('scale', a);
    return this.#result(this.native.ggml_scale(this.#context, this.#at(a), s), a.ne);
  }

  /** a / √(mean(a²) + eps) over each row */
  rmsNorm(a: Tensor, eps: number): Tensor {
    takesNorm('rmsNorm', a, eps);
    return this.#result(this.native.ggml_rms_norm(this.#context, this.#at(a), eps), a.ne);
  }

  /** (a − mean(a)) / √(var(a) + eps) over each row */
  norm(a: Tensor, eps: number): Tensor {
    takesNorm('norm', a, eps);
    return this.#result(this.native.ggml_norm(this.#context, this.#at(a), eps), a.ne);
  }

  /** GELU, tanh form, as llama.cpp computes it. */
  gelu(a: Tensor): Tensor {
    takesDense('gelu', a);
    return this.#result(this.native.ggml_gelu(this.#context, this.#at(a)), a.ne);
  }

  /** silu(gate) · up in one pass.  both: (2n, …), gate in the first n places  returns (n, …) */
  swiglu(both: Tensor): Tensor {
    const half = takesHalves('swiglu', both);
    return this.#result(this.native.ggml_swiglu(this.#context, this.#at(both)), half);
  }

  /** gelu(gate) · up in one pass.  both: (2n, …), gate in the first n places  returns (n, …) */
  geglu(both: Tensor): Tensor {
    const half = takesHalves('geglu', both);
    return this.#result(this.native.ggml_geglu(this.#context, this.#at(both)), half);
  }

  /** softmax over each row of scale · a + mask.  a: (keys, queries, heads, texts)  mask: (keys, ≥ queries, …) F32 or absent */
  softMax(a: Tensor, mask: Tensor | null, scale: number): Tensor {
    takesSoftMax(a, mask);
    const made = this.native.ggml_soft_max_ext(this.#context, this.#at(a), mask ? this.#at(mask) : NULL, scale, 0);
    return this.#result(made, a.ne);
  }

  /**
   * softmax(scale · kᵀ q + mask) v in one pass that never stores the shares (FlashAttention, Dao et al. 2022).
   * q: (D, queries, H, B)  k, v: (D, keys, K, B), rows dense  mask: (keys, queries, 1, 1 or B) F16  returns (D, H, queries, B)
   */
  flashAttention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: number): Tensor {
    takesFlashAttention(q, k, v, mask);
    const [atQ, atK, atV, atMask] = [this.#at(q), this.#at(k), this.#at(v), this.#at(mask)];
    const made = this.native.ggml_flash_attn_ext(this.#context, atQ, atK, atV, atMask, scale, 0, 0);
    return this.#result(made, [q.ne[0], q.ne[2], q.ne[1], q.ne[3]]);
  }

  /** Rotary position embedding.  a: (head width, heads, tokens, texts)  positions: (tokens) I32, shared by the texts */
  rope(a: Tensor, positions: Tensor, { dims, mode, base, scale, factors }: RopeOptions): Tensor {
    takesRope(a, positions, dims, factors);
    const made = this.native.ggml_rope_ext(
      this.#context,
      this.#at(a),
      this.#at(positions),
      factors ? this.#at(factors) : NULL,
      dims,
      ROPE_MODES[mode],
      0,
      base,
      scale,
      0,
      1,
      32,
      1,
    );
    return this.#result(made, a.ne);
  }

  /** Rows of a table.  table: (n, rows)  ids: (count) I32, each below rows  returns F32 (n, count) */
  getRows(table: Tensor, ids: Tensor): Tensor {
    takesGetRows(table, ids);
    const made = this.native.ggml_get_rows(this.#context, this.#at(table), this.#at(ids));
    return this.#result(made, [table.ne[0], ids.ne[0], 1, 1]);
  }

  /** The same elements in another shape; a must be dense. */
  reshape(a: Tensor, ...ne: number[]): Tensor {
    const full = shape(ne);
    takesReshape(a, full);
    return this.#view(this.native.ggml_reshape_4d(this.#context, this.#at(a), ...full), a, full);
  }

  /** Dimension i of a becomes dimension axes[i] of the result; no copy. */
  permute(a: Tensor, axes: Shape): Tensor {
    takesPermute(a, axes);
    const ne: [number, number, number, number] = [1, 1, 1, 1];
    const nb: [number, number, number, number] = [0, 0, 0, 0];
    axes.forEach((to, from) => {
      ne[to] = a.ne[from] ?? 1;
      nb[to] = a.nb[from] ?? 0;
    });
    return this.#view(this.native.ggml_permute(this.#context, this.#at(a), ...axes), a, ne, nb);
  }

  /** A dense copy. */
  cont(a: Tensor): Tensor {
    takesCont(a);
    return this.#result(this.native.ggml_cont(this.#context, this.#at(a)), a.ne, a.type);
  }

  /** A dense copy with the first two dimensions swapped. */
  transposed(a: Tensor): Tensor {
    takesTransposed(a);
    const ne: Shape = [a.ne[1], a.ne[0], a.ne[2], a.ne[3]];
    const nb: Shape = [a.nb[1], a.nb[0], a.nb[2], a.nb[3]];
    return this.cont(this.#view(this.native.ggml_transpose(this.#context, this.#at(a)), a, ne, nb));
  }

  /**
   * Part of the outputs of a joined projection, as heads; no copy.
   * a: (W, T·B) dense  from: first of the D·heads outputs  returns (D, heads, T, B), rows dense
   */
  heads(a: Tensor, from: number, ne: Shape): Tensor {
    takesHeads(a, from, ne);
    const [D, , T] = ne;
    const [item, column] = a.nb;
    const nb: Shape = [item, item * D, column, column * T];
    const made = this.native.ggml_view_4d(this.#context, this.#at(a), ...ne, nb[1], nb[2], nb[3], from * item);
    return this.#view(made, a, ne, nb);
  }

  /** A window into a, whose rows are dense; strides stay a's.  offset: bytes */
  view(a: Tensor, ne: readonly number[], offset: number): Tensor {
    const full = shape(ne);
    takesView(a, full, offset);
    const [, nb1, nb2, nb3] = a.nb;
    const made = this.native.ggml_view_4d(this.#context, this.#at(a), ...full, nb1, nb2, nb3, offset);
    return this.#view(made, a, full, a.nb);
  }

  /** A dense copy in another type. */
  cast(a: Tensor, type: GgmlType): Tensor {
    takesCast(a, type);
    return this.#result(this.native.ggml_cast(this.#context, this.#at(a), GGML_TYPES[type].id), a.ne, type);
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
      throw new BackendError(
        `${this.backend.device.name} cannot compute ${[...missing].join(', ')}. Use another backend (--backend cpu).`,
      );
    // A failure leaves the memory to nobody: what the last holder had there may have moved.
    this.#memory.holder = null;
    if (!this.native.ggml_gallocr_alloc_graph(this.#memory.pointer, this.#graph))
      throw new BackendError(
        `${this.backend.device.name} has not enough memory for this batch. Use smaller batches or the CPU.`,
      );
    this.#memory.holder = this;
    return this;
  }

  get nodes(): number {
    return this.native.ggml_graph_n_nodes(this.#graph);
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
    this.native.ggml_free(this.#context);
    this.#freeGraph();
  }

  #assertReady(): void {
    if (this.#disposed || this.#memory.holder !== this)
      throw new BackendError('This graph is not ready: unfinished, disposed of, or its memory went to another.');
    if (this.#homes.values().some(({ disposed }) => disposed))
      throw new BackendError('The weights of this graph are disposed of.');
  }

  /** The address of an operand. */
  #at(tensor: Tensor): Pointer {
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

  #result(pointer: Pointer, ne: Shape, type: GgmlType = 'f32'): Tensor {
    this.#made++;
    return new Tensor(this, pointer, type, ne);
  }

  #view(pointer: Pointer, source: Tensor, ne: Shape, nb?: Shape): Tensor {
    this.#made++;
    return new Tensor(this, pointer, source.type, ne, nb && { nb });
  }
}
