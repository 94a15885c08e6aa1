import type { Backend } from './backend.ts';
import type { Pointer } from './native.ts';
import { own } from './owner.ts';

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
  holder: object | null = null;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.pointer = backend.native.ggml_gallocr_new(backend.bufferType);
    this.#free = own('graph memory');
  }

  get disposed(): boolean {
    return this.#disposed;
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
