import koffi from 'koffi';
import type { GgmlType } from './gguf/types.ts';
import { findLibraries, INSTALL_AGAIN, LibraryError, type LibraryFiles } from './library.ts';

/** Address of a native object; 0n is NULL. Only engine/ggml handles these. */
export type Pointer = bigint & { readonly __native: 'pointer' };
export const NULL = 0n as Pointer;

/** A C function: its TypeScript form and its C prototype side by side. */
interface Prototype<F> {
  readonly c: string;
  readonly ts?: F;
}
const c = <F>(prototype: string): Prototype<F> => ({ c: prototype });

type P = Pointer;
type Unary = (ctx: P, a: P) => P;
type Binary = (ctx: P, a: P, b: P) => P;
const unary = (name: string) => c<Unary>(`void* ${name}(void*, void*)`);
const binary = (name: string) => c<Binary>(`void* ${name}(void*, void*, void*)`);

type Rope = (
  ctx: P,
  a: P,
  positions: P,
  factors: P,
  dims: number,
  mode: number,
  ctxOrig: number,
  base: number,
  scale: number,
  ext: number,
  attn: number,
  betaFast: number,
  betaSlow: number,
) => P;
const rope = (name: string) =>
  c<Rope>(`void* ${name}(void*, void*, void*, void*, int, int, int, float, float, float, float, float, float)`);

/** Functions of libggml-base. Nothing here takes a callback, FILE*, varargs or a struct by value beyond ggml_init_params. */
const BASE = {
  ggml_version: c<() => string>('const char* ggml_version()'),
  ggml_commit: c<() => string>('const char* ggml_commit()'),
  ggml_tensor_overhead: c<() => number>('size_t ggml_tensor_overhead()'),
  ggml_graph_overhead_custom: c<(size: number, grads: boolean) => number>(
    'size_t ggml_graph_overhead_custom(size_t, bool)',
  ),
  ggml_op_name: c<(op: number) => string>('const char* ggml_op_name(int)'),
  ggml_unary_op_name: c<(op: number) => string>('const char* ggml_unary_op_name(int)'),
  ggml_type_name: c<(type: number) => string>('const char* ggml_type_name(int)'),
  ggml_blck_size: c<(type: number) => number>('int64_t ggml_blck_size(int)'),
  ggml_type_size: c<(type: number) => number>('size_t ggml_type_size(int)'),
  ggml_quantize_chunk: c<
    (
      type: number,
      src: Float32Array,
      dst: Uint8Array,
      start: number,
      rows: number,
      perRow: number,
      imatrix: P,
    ) => number
  >('size_t ggml_quantize_chunk(int, float*, void*, int64_t, int64_t, int64_t, void*)'),

  ggml_init: c<(params: { mem_size: number; mem_buffer: null; no_alloc: boolean }) => P>(
    'void* ggml_init(ggml_init_params)',
  ),
  ggml_free: c<(ctx: P) => void>('void ggml_free(void*)'),
  ggml_new_tensor_4d: c<(ctx: P, type: number, ne0: number, ne1: number, ne2: number, ne3: number) => P>(
    'void* ggml_new_tensor_4d(void*, int, int64_t, int64_t, int64_t, int64_t)',
  ),
  ggml_set_input: c<(tensor: P) => void>('void ggml_set_input(void*)'),
  ggml_set_output: c<(tensor: P) => void>('void ggml_set_output(void*)'),
  ggml_nbytes: c<(tensor: P) => number>('size_t ggml_nbytes(void*)'),
  ggml_op_desc: c<(tensor: P) => string>('const char* ggml_op_desc(void*)'),
  ggml_mul_mat_set_prec: c<(tensor: P, precision: number) => void>('void ggml_mul_mat_set_prec(void*, int)'),

  ggml_mul_mat: binary('ggml_mul_mat'),
  ggml_add: binary('ggml_add'),
  ggml_mul: binary('ggml_mul'),
  ggml_sub: binary('ggml_sub'),
  ggml_div: binary('ggml_div'),
  ggml_out_prod: binary('ggml_out_prod'),
  ggml_get_rows: binary('ggml_get_rows'),
  ggml_silu_back: binary('ggml_silu_back'),
  ggml_sqr: unary('ggml_sqr'),
  ggml_sqrt: unary('ggml_sqrt'),
  ggml_exp: unary('ggml_exp'),
  ggml_tanh: unary('ggml_tanh'),
  ggml_sigmoid: unary('ggml_sigmoid'),
  ggml_relu: unary('ggml_relu'),
  ggml_step: unary('ggml_step'),
  ggml_silu: unary('ggml_silu'),
  ggml_sum_rows: unary('ggml_sum_rows'),
  ggml_mean: unary('ggml_mean'),
  ggml_gelu: unary('ggml_gelu'),
  ggml_cont: unary('ggml_cont'),
  ggml_transpose: unary('ggml_transpose'),
  ggml_cast: c<(ctx: P, a: P, type: number) => P>('void* ggml_cast(void*, void*, int)'),
  ggml_scale: c<(ctx: P, a: P, s: number) => P>('void* ggml_scale(void*, void*, float)'),
  ggml_norm: c<(ctx: P, a: P, eps: number) => P>('void* ggml_norm(void*, void*, float)'),
  ggml_rms_norm: c<(ctx: P, a: P, eps: number) => P>('void* ggml_rms_norm(void*, void*, float)'),
  ggml_soft_max_ext: c<(ctx: P, a: P, mask: P, scale: number, maxBias: number) => P>(
    'void* ggml_soft_max_ext(void*, void*, void*, float, float)',
  ),
  ggml_flash_attn_ext: c<(ctx: P, q: P, k: P, v: P, mask: P, scale: number, maxBias: number, softCap: number) => P>(
    'void* ggml_flash_attn_ext(void*, void*, void*, void*, void*, float, float, float)',
  ),
  ggml_scale_bias: c<(ctx: P, a: P, s: number, b: number) => P>('void* ggml_scale_bias(void*, void*, float, float)'),
  ggml_rms_norm_back: c<(ctx: P, dy: P, x: P, eps: number) => P>(
    'void* ggml_rms_norm_back(void*, void*, void*, float)',
  ),
  ggml_soft_max_ext_back: c<(ctx: P, dy: P, y: P, scale: number, maxBias: number) => P>(
    'void* ggml_soft_max_ext_back(void*, void*, void*, float, float)',
  ),
  ggml_concat: c<(ctx: P, a: P, b: P, dimension: number) => P>('void* ggml_concat(void*, void*, void*, int)'),
  ggml_rope_ext: rope('ggml_rope_ext'),
  ggml_rope_ext_back: rope('ggml_rope_ext_back'),
  ggml_permute: c<(ctx: P, a: P, a0: number, a1: number, a2: number, a3: number) => P>(
    'void* ggml_permute(void*, void*, int, int, int, int)',
  ),
  ggml_reshape_4d: c<(ctx: P, a: P, ne0: number, ne1: number, ne2: number, ne3: number) => P>(
    'void* ggml_reshape_4d(void*, void*, int64_t, int64_t, int64_t, int64_t)',
  ),
  ggml_view_4d: c<
    (
      ctx: P,
      a: P,
      ne0: number,
      ne1: number,
      ne2: number,
      ne3: number,
      nb1: number,
      nb2: number,
      nb3: number,
      offset: number,
    ) => P
  >('void* ggml_view_4d(void*, void*, int64_t, int64_t, int64_t, int64_t, size_t, size_t, size_t, size_t)'),

  ggml_new_graph_custom: c<(ctx: P, size: number, grads: boolean) => P>(
    'void* ggml_new_graph_custom(void*, size_t, bool)',
  ),
  ggml_build_forward_expand: c<(graph: P, tensor: P) => void>('void ggml_build_forward_expand(void*, void*)'),
  ggml_graph_n_nodes: c<(graph: P) => number>('int ggml_graph_n_nodes(void*)'),
  ggml_graph_node: c<(graph: P, i: number) => P>('void* ggml_graph_node(void*, int)'),

  ggml_gallocr_new: c<(buft: P) => P>('void* ggml_gallocr_new(void*)'),
  ggml_gallocr_free: c<(galloc: P) => void>('void ggml_gallocr_free(void*)'),
  ggml_gallocr_reserve: c<(galloc: P, graph: P) => boolean>('bool ggml_gallocr_reserve(void*, void*)'),
  ggml_gallocr_alloc_graph: c<(galloc: P, graph: P) => boolean>('bool ggml_gallocr_alloc_graph(void*, void*)'),
  ggml_gallocr_get_buffer_size: c<(galloc: P, i: number) => number>('size_t ggml_gallocr_get_buffer_size(void*, int)'),

  ggml_backend_free: c<(backend: P) => void>('void ggml_backend_free(void*)'),
  ggml_backend_name: c<(backend: P) => string>('const char* ggml_backend_name(void*)'),
  ggml_backend_supports_op: c<(backend: P, tensor: P) => boolean>('bool ggml_backend_supports_op(void*, void*)'),
  ggml_backend_graph_compute: c<(backend: P, graph: P) => number>('int ggml_backend_graph_compute(void*, void*)'),
  ggml_backend_get_default_buffer_type: c<(backend: P) => P>('void* ggml_backend_get_default_buffer_type(void*)'),
  ggml_backend_get_alignment: c<(backend: P) => number>('size_t ggml_backend_get_alignment(void*)'),
  ggml_backend_get_device: c<(backend: P) => P>('void* ggml_backend_get_device(void*)'),
  ggml_backend_tensor_set: c<(tensor: P, data: ArrayBufferView, offset: number, size: number) => void>(
    'void ggml_backend_tensor_set(void*, const void*, size_t, size_t)',
  ),
  ggml_backend_tensor_get: c<(tensor: P, data: ArrayBufferView, offset: number, size: number) => void>(
    'void ggml_backend_tensor_get(void*, void*, size_t, size_t)',
  ),
  ggml_backend_alloc_ctx_tensors_from_buft: c<(ctx: P, buft: P) => P>(
    'void* ggml_backend_alloc_ctx_tensors_from_buft(void*, void*)',
  ),
  ggml_backend_buffer_free: c<(buffer: P) => void>('void ggml_backend_buffer_free(void*)'),
  ggml_backend_buffer_get_size: c<(buffer: P) => number>('size_t ggml_backend_buffer_get_size(void*)'),
  ggml_backend_buffer_set_usage: c<(buffer: P, usage: number) => void>(
    'void ggml_backend_buffer_set_usage(void*, int)',
  ),
  ggml_backend_buft_name: c<(buft: P) => string>('const char* ggml_backend_buft_name(void*)'),
  ggml_backend_dev_name: c<(dev: P) => string>('const char* ggml_backend_dev_name(void*)'),
  ggml_backend_dev_description: c<(dev: P) => string>('const char* ggml_backend_dev_description(void*)'),
  ggml_backend_dev_type: c<(dev: P) => number>('int ggml_backend_dev_type(void*)'),
  ggml_backend_dev_supports_op: c<(dev: P, tensor: P) => boolean>('bool ggml_backend_dev_supports_op(void*, void*)'),
  ggml_backend_dev_backend_reg: c<(dev: P) => P>('void* ggml_backend_dev_backend_reg(void*)'),
  ggml_backend_reg_get_proc_address: c<(reg: P, name: string) => P>(
    'void* ggml_backend_reg_get_proc_address(void*, const char*)',
  ),
  ggml_log_set: c<(callback: P, data: P) => void>('void ggml_log_set(void*, void*)'),
} as const;

/** Functions of libggml, the registry of backends. */
const REGISTRY = {
  ggml_backend_load_all_from_path: c<(folder: string) => void>('void ggml_backend_load_all_from_path(const char*)'),
  ggml_backend_dev_count: c<() => number>('size_t ggml_backend_dev_count()'),
  ggml_backend_dev_get: c<(i: number) => P>('void* ggml_backend_dev_get(size_t)'),
  ggml_backend_dev_init: c<(dev: P, params: null) => P>('void* ggml_backend_dev_init(void*, const char*)'),
} as const;

type Bound<T> = { readonly [K in keyof T]: T[K] extends Prototype<infer F> ? F : never };
type AsyncResult = (error: Error | null, result: number) => void;

/** ggml's C functions as TypeScript calls, bound to one set of libraries. */
export interface Native extends Bound<typeof BASE>, Bound<typeof REGISTRY> {
  readonly files: LibraryFiles;
  /** ggml_backend_graph_compute on a thread of its own: the event loop goes on. Resolves to ggml's status code. */
  computeAsync(backend: P, graph: P): Promise<number>;
  /** `void f(backend, int)` behind a backend's proc address. */
  callWithInt(address: P, backend: P, value: number): void;
  /** Values of `source`, stored as `type`, into F32; false where ggml has no conversion. */
  dequantise(type: GgmlType, source: Uint8Array, target: Float32Array): boolean;
  /** A NULL-terminated list of pointers that the function at `address` returns for a device. */
  callForPointers(address: P, device: P): readonly P[];
}

/** Types whose conversion to F32 is not called dequantize_row_TYPE. */
const ROWS_TO_F32: Partial<Record<GgmlType, string>> = { f16: 'ggml_fp16_to_fp32_row', bf16: 'ggml_bf16_to_fp32_row' };

const loaded = new Map<string, Native>();
let configured = false;

/** Loads the libraries of one folder (once per process) and binds their functions. Throws LibraryError. */
export function loadNative(folder: string): Native {
  const known = loaded.get(folder);
  if (known) return known;
  const files = findLibraries(folder);
  if (!configured) {
    // koffi's asynchronous calls run on 128 KiB stacks by default; ggml's graph recursion and shader compilers need more.
    koffi.config({ sync_stack_size: 8 << 20, async_stack_size: 8 << 20 });
    koffi.struct('ggml_init_params', { mem_size: 'size_t', mem_buffer: 'void*', no_alloc: 'bool' });
    configured = true;
  }
  const open = (file: string) => {
    try {
      return koffi.load(file, { global: true, lazy: true });
    } catch (error) {
      throw new LibraryError(`${file} cannot be loaded: ${String(error)}. ${INSTALL_AGAIN}`);
    }
  };
  const base = open(files.base);
  const registry = open(files.registry);
  const bind = <T extends Record<string, Prototype<unknown>>>(library: ReturnType<typeof open>, table: T): Bound<T> => {
    const bound: Record<string, unknown> = {};
    for (const [name, prototype] of Object.entries(table)) {
      try {
        bound[name] = library.func(prototype.c);
      } catch (error) {
        throw new LibraryError(`${files.base} has no usable ${name}: ${String(error)}. ${INSTALL_AGAIN}`);
      }
    }
    return bound as Bound<T>;
  };
  const compute = base.func(BASE.ggml_backend_graph_compute.c);
  const setInt = koffi.proto('void (void*, int)');
  const pointers = koffi.proto('void* (void*)');
  const conversions = new Map<GgmlType, (source: Uint8Array, target: Float32Array, count: number) => void>();
  const native: Native = {
    ...bind(base, BASE),
    ...bind(registry, REGISTRY),
    files,
    computeAsync: (backend: P, graph: P) =>
      new Promise<number>((resolve, reject) => {
        const done: AsyncResult = (error, status) => (error ? reject(error) : resolve(status));
        compute.async(backend, graph, done);
      }),
    callWithInt: (address: P, backend: P, value: number) => koffi.call(address, setInt, backend, value),
    dequantise: (type: GgmlType, source: Uint8Array, target: Float32Array) => {
      const name = ROWS_TO_F32[type] ?? `dequantize_row_${type}`;
      let convert = conversions.get(type);
      if (convert === undefined) {
        try {
          convert = base.func(`void ${name}(const void*, float*, int64_t)`);
        } catch {
          return false;
        }
        conversions.set(type, convert);
      }
      convert(source, target, target.length);
      return true;
    },
    callForPointers: (address: P, device: P) => {
      const list = koffi.call(address, pointers, device) as P | null;
      const found: P[] = [];
      // Walked one by one: the list ends at the first NULL and its length is not known before.
      for (let i = 0; list && i < 16; i++) {
        const pointer = koffi.decode(list, i * koffi.sizeof('void*'), 'void*') as P | null;
        if (!pointer) break;
        found.push(pointer);
      }
      return found;
    },
  };
  // ggml logs every repacked tensor. A native function that ignores its arguments takes the lines: no JavaScript
  // callback may run on ggml's threads. GGML_ASSERT does not go through the log and still reaches stderr.
  native.ggml_log_set(base.symbol('ggml_is_quantized') as P, NULL);
  loaded.set(folder, native);
  return native;
}
