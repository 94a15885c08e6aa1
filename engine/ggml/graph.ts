import type { Backend } from './backend.ts';
import { BackendError } from './backend.ts';
import { GGML_TYPES, type GgmlType } from './gguf/types.ts';
import { NULL, type Native, type Pointer } from './native.ts';
import { own } from './owner.ts';
import { denseStrides, describe, shape, ShapeError, Tensor, type Shape } from './tensor.ts';

/** ggml's rope modes: pairs of neighbours, or the two halves of a head (neox). */
export type RopeMode = 'pairs' | 'halves';
const ROPE_MODES: Readonly<Record<RopeMode, number>> = { pairs: 0, halves: 2 };

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
 * Memory of activations that graphs take turns in: it grows to the largest and is not given back between them.
 * Growing moves it, so only the graph that was finished last may be computed.
 */
export class GraphMemory implements AsyncDisposable {
  readonly pointer: Pointer;
  readonly #backend: Backend;
  readonly #free: () => void;
  #disposed = false;
  /** the graph that holds it now */
  holder: Graph | null = null;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.pointer = backend.native.ggml_gallocr_new(backend.bufferType);
    this.#free = own('graph memory');
  }

  /** bytes */
  get size(): number {
    return this.#backend.native.ggml_gallocr_get_buffer_size(this.pointer, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.holder = null;
    await this.#backend.idle();
    this.#backend.native.ggml_gallocr_free(this.pointer);
    this.#free();
  }
}

/**
 * A computation, built once per shape and run many times.
 *
 * Shapes are checked here, in ggml order (fastest first), because ggml ends the process on a wrong one. Build with the
 * operations below, then `finish(outputs)`, then for each run: upload every input again (their memory is reused while
 * computing), `compute()`, download the outputs.
 */
export class Graph {
  readonly backend: Backend;
  readonly #native: Native;
  readonly #context: Pointer;
  readonly #graph: Pointer;
  readonly #freeGraph: () => void;
  readonly #memory: GraphMemory;
  readonly #ownsMemory: boolean;
  #disposed = false;

  /**
   * @param maxNodes upper bound of operations, views included
   * @param memory shared with graphs that come before and after; one of its own where absent
   */
  constructor(backend: Backend, maxNodes: number, memory?: GraphMemory) {
    this.backend = backend;
    this.#memory = memory ?? new GraphMemory(backend);
    this.#ownsMemory = memory === undefined;
    this.#native = backend.native;
    const bytes =
      maxNodes * 2 * this.#native.ggml_tensor_overhead() + this.#native.ggml_graph_overhead_custom(maxNodes, false);
    this.#context = this.#native.ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true });
    if (!this.#context) throw new BackendError(`Not enough memory for a graph of ${maxNodes} operations.`);
    this.#graph = this.#native.ggml_new_graph_custom(this.#context, maxNodes, false);
    this.#freeGraph = own('graph');
  }

  /** A tensor that the caller uploads before each run. */
  input(type: GgmlType, ...ne: number[]): Tensor {
    const tensor = this.#leaf(type, shape(ne));
    this.#native.ggml_set_input(tensor.pointer);
    // Expanded at once, so that an input that this model happens not to use has memory to be uploaded to as well.
    this.expand(tensor);
    return tensor;
  }

  /** Product over the first dimension of both.  a: (k, m, …)  b: (k, n, …)  returns F32 (m, n, …); a's upper dimensions broadcast. */
  mulMat(a: Tensor, b: Tensor): Tensor {
    const fits = a.ne[0] === b.ne[0] && b.ne[2] % a.ne[2] === 0 && b.ne[3] % a.ne[3] === 0;
    if (!fits || !a.denseRows || !b.denseRows || a.nb[0] > a.nb[1] || b.repacked) this.#refuse('mulMat', a, b);
    // Rearranged weights times rows that are not side by side give wrong numbers in silence.
    if (a.repacked && !(b.dense && b.type === 'f32' && b.ne[3] === 1))
      this.#refuse('mulMat with repacked weights', a, b);
    return this.#made(this.#native.ggml_mul_mat(this.#context, a.pointer, b.pointer), [
      a.ne[1],
      b.ne[1],
      b.ne[2],
      b.ne[3],
    ]);
  }

  /** a + b; b is repeated into a's shape. */
  add(a: Tensor, b: Tensor): Tensor {
    this.#repeats('add', a, b);
    return this.#made(this.#native.ggml_add(this.#context, a.pointer, b.pointer), a.ne);
  }

  /** a · b element by element; b is repeated into a's shape. */
  mul(a: Tensor, b: Tensor): Tensor {
    this.#repeats('mul', a, b);
    return this.#made(this.#native.ggml_mul(this.#context, a.pointer, b.pointer), a.ne);
  }

  /** s · a */
  scale(a: Tensor, s: number): Tensor {
    this.#dense('scale', a);
    return this.#made(this.#native.ggml_scale(this.#context, a.pointer, s), a.ne);
  }

  /** a / √(mean(a²) + eps) over each row */
  rmsNorm(a: Tensor, eps: number): Tensor {
    this.#rows('rmsNorm', a);
    return this.#made(this.#native.ggml_rms_norm(this.#context, a.pointer, eps), a.ne);
  }

  /** (a − mean(a)) / √(var(a) + eps) over each row */
  norm(a: Tensor, eps: number): Tensor {
    this.#rows('norm', a);
    return this.#made(this.#native.ggml_norm(this.#context, a.pointer, eps), a.ne);
  }

  /** GELU, tanh form, as llama.cpp computes it. */
  gelu(a: Tensor): Tensor {
    this.#dense('gelu', a);
    return this.#made(this.#native.ggml_gelu(this.#context, a.pointer), a.ne);
  }

  /** silu(gate) · up in one pass.  both: (2n, …), gate in the first n places  returns (n, …) */
  swiglu(both: Tensor): Tensor {
    return this.#made(this.#native.ggml_swiglu(this.#context, both.pointer), this.#half('swiglu', both));
  }

  /** gelu(gate) · up in one pass.  both: (2n, …), gate in the first n places  returns (n, …) */
  geglu(both: Tensor): Tensor {
    return this.#made(this.#native.ggml_geglu(this.#context, both.pointer), this.#half('geglu', both));
  }

  /** softmax over each row of scale · a + mask.  a: (keys, queries, heads, texts)  mask: (keys, ≥ queries, …) F32 or absent */
  softMax(a: Tensor, mask: Tensor | null, scale: number): Tensor {
    this.#dense('softMax', a);
    if (mask) {
      const fits =
        mask.ne[0] === a.ne[0] && mask.ne[1] >= a.ne[1] && a.ne[2] % mask.ne[2] === 0 && a.ne[3] % mask.ne[3] === 0;
      if (!fits || !mask.dense || (mask.type !== 'f32' && mask.type !== 'f16')) this.#refuse('softMax', a, mask);
    }
    return this.#made(this.#native.ggml_soft_max_ext(this.#context, a.pointer, mask?.pointer ?? NULL, scale, 0), a.ne);
  }

  /**
   * softmax(scale · kᵀ q + mask) v in one pass that never stores the shares (FlashAttention, Dao et al. 2022).
   * q: (D, queries, H, B)  k, v: (D, keys, K, B), rows dense  mask: (keys, queries, 1, 1 or B) F16  returns (D, H, queries, B)
   */
  flashAttention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: number): Tensor {
    const [width, queries, heads, texts] = q.ne;
    const pairs =
      k.ne.every((n, i) => n === v.ne[i]) && k.ne[0] === width && heads % k.ne[2] === 0 && texts === k.ne[3];
    if (!pairs || !q.denseRows || !k.denseRows || !v.denseRows) this.#refuse('flashAttention', q, k, v);
    const covers =
      mask.type === 'f16' && mask.dense && mask.ne[0] === k.ne[1] && mask.ne[1] === queries && mask.ne[2] === 1;
    if (!covers || texts % mask.ne[3] !== 0) this.#refuse('flashAttention', q, mask);
    const made = this.#native.ggml_flash_attn_ext(
      this.#context,
      q.pointer,
      k.pointer,
      v.pointer,
      mask.pointer,
      scale,
      0,
      0,
    );
    return this.#made(made, [width, heads, queries, texts]);
  }

  /** Rotary position embedding.  a: (head width, heads, tokens, texts)  positions: (tokens) I32, shared by the texts */
  rope(a: Tensor, positions: Tensor, { dims, mode, base, scale, factors }: RopeOptions): Tensor {
    if (positions.type !== 'i32' || positions.ne[0] !== a.ne[2] || dims % 2 !== 0 || dims > a.ne[0] || !a.denseRows)
      this.#refuse('rope', a, positions);
    if (factors && (factors.type !== 'f32' || factors.ne[0] < dims / 2)) this.#refuse('rope', a, factors);
    const made = this.#native.ggml_rope_ext(
      this.#context,
      a.pointer,
      positions.pointer,
      factors?.pointer ?? NULL,
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
    return this.#made(made, a.ne);
  }

  /** Rows of a table.  table: (n, rows)  ids: (count) I32  returns F32 (n, count) */
  getRows(table: Tensor, ids: Tensor): Tensor {
    if (table.repacked || ids.type !== 'i32' || ids.ne[1] !== 1 || ids.ne[2] !== 1 || table.ne[2] !== 1)
      this.#refuse('getRows', table, ids);
    return this.#made(this.#native.ggml_get_rows(this.#context, table.pointer, ids.pointer), [
      table.ne[0],
      ids.ne[0],
      1,
      1,
    ]);
  }

  /** The same elements in another shape; a must be dense. */
  reshape(a: Tensor, ...ne: number[]): Tensor {
    const [ne0, ne1, ne2, ne3] = shape(ne);
    if (!a.dense || a.repacked || ne0 * ne1 * ne2 * ne3 !== a.size) this.#refuse(`reshape to (${ne.join(', ')})`, a);
    const made = this.#native.ggml_reshape_4d(this.#context, a.pointer, ne0, ne1, ne2, ne3);
    return new Tensor(this.#native, made, a.type, [ne0, ne1, ne2, ne3]);
  }

  /** Dimension i of a becomes dimension axes[i] of the result; no copy. */
  permute(a: Tensor, axes: Shape): Tensor {
    if ([...axes].sort().join() !== '0,1,2,3') this.#refuse(`permute by (${axes.join(', ')})`, a);
    const ne: [number, number, number, number] = [1, 1, 1, 1];
    const nb: [number, number, number, number] = [0, 0, 0, 0];
    axes.forEach((to, from) => {
      ne[to] = a.ne[from] ?? 1;
      nb[to] = a.nb[from] ?? 0;
    });
    const made = this.#native.ggml_permute(this.#context, a.pointer, ...axes);
    return new Tensor(this.#native, made, a.type, ne, nb);
  }

  /** A dense copy. */
  cont(a: Tensor): Tensor {
    const made = this.#native.ggml_cont(this.#context, a.pointer);
    return new Tensor(this.#native, made, a.type, a.ne);
  }

  /** A dense copy with the first two dimensions swapped. */
  transposed(a: Tensor): Tensor {
    const made = this.#native.ggml_transpose(this.#context, a.pointer);
    const ne: Shape = [a.ne[1], a.ne[0], a.ne[2], a.ne[3]];
    return this.cont(new Tensor(this.#native, made, a.type, ne, [a.nb[1], a.nb[0], a.nb[2], a.nb[3]]));
  }

  /**
   * Part of the outputs of a joined projection, as heads; no copy.
   * a: (W, T·B) dense  from: first of the D·heads outputs  returns (D, heads, T, B), rows dense
   */
  heads(a: Tensor, from: number, ne: Shape): Tensor {
    const [D, heads, T, B] = ne;
    const [width, columns] = a.ne;
    if (a.type !== 'f32' || !a.dense || columns !== T * B || from < 0 || from + D * heads > width)
      this.#refuse(`heads of (${ne.join(', ')}) from ${from}`, a);
    const [item, column] = a.nb;
    const nb: Shape = [item, item * D, column, column * T];
    const made = this.#native.ggml_view_4d(this.#context, a.pointer, ...ne, nb[1], nb[2], nb[3], from * item);
    return new Tensor(this.#native, made, a.type, ne, nb);
  }

  /** A window into a; strides stay a's.  offset: bytes */
  view(a: Tensor, ne: readonly number[], offset: number): Tensor {
    const full = shape(ne);
    const [nb0, nb1, nb2, nb3] = a.nb;
    const last = offset + (full[0] - 1) * nb0 + (full[1] - 1) * nb1 + (full[2] - 1) * nb2 + (full[3] - 1) * nb3;
    const end = (a.ne[0] - 1) * nb0 + (a.ne[1] - 1) * nb1 + (a.ne[2] - 1) * nb2 + (a.ne[3] - 1) * nb3;
    if (offset < 0 || last > end || a.repacked || GGML_TYPES[a.type].blockSize !== 1)
      this.#refuse(`view of (${ne.join(', ')}) at ${offset}`, a);
    const made = this.#native.ggml_view_4d(this.#context, a.pointer, ...full, nb1, nb2, nb3, offset);
    return new Tensor(this.#native, made, a.type, full, a.nb);
  }

  /** A dense copy in another type. */
  cast(a: Tensor, type: GgmlType): Tensor {
    if (a.repacked) this.#refuse(`cast to ${type}`, a);
    const made = this.#native.ggml_cast(this.#context, a.pointer, GGML_TYPES[type].id);
    return new Tensor(this.#native, made, type, a.ne);
  }

  /** Adds a tensor and what it needs to the order of computation now: order is memory. */
  expand(tensor: Tensor): void {
    this.#native.ggml_build_forward_expand(this.#graph, tensor.pointer);
  }

  /** Ends the building: outputs keep their memory, every operation is asked of the backend, memory is allocated. Throws BackendError. */
  finish(outputs: readonly Tensor[]): this {
    for (const output of outputs) {
      this.#native.ggml_set_output(output.pointer);
      this.expand(output);
    }
    // ggml itself checks nothing here: CUDA, Vulkan and Metal end the process on an operation that they lack.
    const missing = new Set<string>();
    for (let i = 0; i < this.nodes; i++) {
      const node = this.#native.ggml_graph_node(this.#graph, i);
      if (!this.backend.supports(node)) missing.add(this.#native.ggml_op_desc(node));
    }
    if (missing.size > 0)
      throw new BackendError(
        `${this.backend.device.name} cannot compute ${[...missing].join(', ')}. Use another backend (--backend cpu).`,
      );
    if (!this.#native.ggml_gallocr_alloc_graph(this.#memory.pointer, this.#graph))
      throw new BackendError(
        `${this.backend.device.name} has not enough memory for this batch. Use smaller batches or the CPU.`,
      );
    this.#memory.holder = this;
    return this;
  }

  get nodes(): number {
    return this.#native.ggml_graph_n_nodes(this.#graph);
  }

  async compute(): Promise<void> {
    if (this.#disposed || this.#memory.holder !== this)
      throw new BackendError('This graph is not ready: unfinished, disposed of, or its memory went to another.');
    await this.backend.compute(this.#graph);
  }

  /** Frees the graph; while it is being computed, after that. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.backend.idle();
    if (this.#ownsMemory) await this.#memory[Symbol.asyncDispose]();
    else if (this.#memory.holder === this) this.#memory.holder = null;
    this.#native.ggml_free(this.#context);
    this.#freeGraph();
  }

  #leaf(type: GgmlType, ne: Shape): Tensor {
    return new Tensor(
      this.#native,
      this.#native.ggml_new_tensor_4d(this.#context, GGML_TYPES[type].id, ...ne),
      type,
      ne,
      denseStrides(type, ne),
    );
  }

  #made(pointer: Pointer, ne: Shape): Tensor {
    return new Tensor(this.#native, pointer, 'f32', ne);
  }

  #rows(what: string, a: Tensor): void {
    if (a.type !== 'f32' || !a.denseRows) this.#refuse(what, a);
  }

  #dense(what: string, a: Tensor): void {
    if (a.type !== 'f32' || !a.dense) this.#refuse(what, a);
  }

  #half(what: string, a: Tensor): Shape {
    this.#dense(what, a);
    if (a.ne[0] % 2 !== 0) this.#refuse(what, a);
    return [a.ne[0] / 2, a.ne[1], a.ne[2], a.ne[3]];
  }

  #repeats(what: string, a: Tensor, b: Tensor): void {
    if (a.ne.some((n, i) => n % (b.ne[i] ?? 1) !== 0)) this.#refuse(what, a, b);
    this.#rows(what, a);
    this.#rows(what, b);
  }

  #refuse(what: string, ...operands: Tensor[]): never {
    throw new ShapeError(`${what} does not take ${operands.map(describe).join(' and ')}.`);
  }
}
