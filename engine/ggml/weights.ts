import type { Backend, RepackBuffer } from './backend.ts';
import { BackendError } from './backend.ts';
import { GGML_TYPES, type GgmlType } from './gguf/types.ts';
import type { Native, Pointer } from './native.ts';
import { own } from './owner.ts';
import { shape, ShapeError, shapeOf, Tensor, type TensorHome } from './tensor.ts';

/** ggml_backend_buffer_usage */
const USAGE_WEIGHTS = 1;

export interface WeightSpec {
  readonly type: GgmlType;
  readonly ne: readonly number[];
}

/**
 * Tensors that live as long as a model: allocated together in one buffer of one kind, filled by `upload`.
 * In a repack buffer they may only be left operands of products (Tensor.repacked), and cannot be read back.
 */
export class Weights<Name extends string = string> implements AsyncDisposable, TensorHome {
  readonly tensors: ReadonlyMap<Name, Tensor>;
  /** bytes on the device */
  readonly memory: number;
  readonly native: Native;
  readonly #backend: Backend;
  readonly #context: Pointer;
  readonly #buffer: Pointer;
  readonly #free: () => void;
  #disposed = false;

  constructor(backend: Backend, specs: ReadonlyMap<Name, WeightSpec>, repack: RepackBuffer | null = null) {
    const native = backend.native;
    this.native = native;
    this.#backend = backend;
    const shapes = [...specs].map(([name, { type, ne }]) => ({ name, type, ne: shapeOf(type, ne) }));
    for (const spec of repack ? shapes : [])
      if (repack && !canRepack(backend, repack, spec))
        throw new ShapeError(
          `The buffer ${repack.name} does not take ${spec.name}: ${spec.type} (${spec.ne.join(', ')}).`,
        );
    const bytes = (specs.size + 1) * native.ggml_tensor_overhead();
    this.#context = native.ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true });
    const tensors = new Map<Name, Tensor>();
    for (const { name, type, ne } of shapes) {
      const pointer = native.ggml_new_tensor_4d(this.#context, GGML_TYPES[type].id, ...ne);
      tensors.set(name, new Tensor(this, pointer, type, ne, { repacked: repack !== null }));
    }
    this.tensors = tensors;
    this.#buffer = native.ggml_backend_alloc_ctx_tensors_from_buft(
      this.#context,
      repack?.pointer ?? backend.bufferType,
    );
    if (!this.#buffer) {
      native.ggml_free(this.#context);
      throw new BackendError(
        `${backend.device.name} has not enough memory for the weights of this model. Use a smaller model or the CPU.`,
      );
    }
    native.ggml_backend_buffer_set_usage(this.#buffer, USAGE_WEIGHTS);
    this.memory = native.ggml_backend_buffer_get_size(this.#buffer);
    this.#free = own('weights');
  }

  get(name: Name): Tensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`There is no weight called ${name}.`);
    return tensor;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  assertCopy(): void {
    if (this.#disposed) throw new BackendError('These weights are disposed of.');
    this.#backend.assertIdle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#backend.idle();
    this.#backend.native.ggml_backend_buffer_free(this.#buffer);
    this.#backend.native.ggml_free(this.#context);
    this.#free();
  }
}

/**
 * Whether a repack buffer can hold a weight of this type and shape and multiply with it on this machine: asked of ggml
 * with a throw-away product, since what each buffer takes differs by processor.
 */
export function canRepack(backend: Backend, repack: RepackBuffer, { type, ne }: WeightSpec): boolean {
  const native = backend.native;
  const [k, rows, ne2, ne3] = shape(ne);
  if (ne2 !== 1 || ne3 !== 1 || k % GGML_TYPES[type].blockSize !== 0) return false;
  const context = native.ggml_init({ mem_size: 4 * native.ggml_tensor_overhead(), mem_buffer: null, no_alloc: true });
  try {
    const weight = native.ggml_new_tensor_4d(context, GGML_TYPES[type].id, k, rows, 1, 1);
    const buffer = native.ggml_backend_alloc_ctx_tensors_from_buft(context, repack.pointer);
    if (!buffer) return false;
    try {
      const x = native.ggml_new_tensor_4d(context, GGML_TYPES.f32.id, k, 512, 1, 1);
      return backend.deviceSupports(native.ggml_mul_mat(context, weight, x));
    } finally {
      native.ggml_backend_buffer_free(buffer);
    }
  } finally {
    native.ggml_free(context);
  }
}
