import { libraryFolder, LibraryError, type Accelerator } from './library.ts';
import { checkAbi } from './abi.ts';
import { loadNative, NULL, type Native, type Pointer } from './native.ts';
import { own } from './owner.ts';

export interface Device {
  readonly name: string;
  readonly description: string;
  /** computes on the processor behind a GPU's interface (llvmpipe, SwiftShader): for tests, never for speed */
  readonly software: boolean;
}

/** A backend could not be started or a computation on it failed. */
export class BackendError extends Error {
  override name = 'BackendError';
}

/** The libraries are there, but this machine has no device that they can use. */
export class NoDeviceError extends BackendError {
  override name = 'NoDeviceError';
}

/** The device lacks an operation; with less of it, it lacks it still. */
export class UnsupportedError extends BackendError {
  override name = 'UnsupportedError';
}

/** ggml_status */
const STATUS: Readonly<Record<number, string>> = { [-2]: 'out of memory', [-1]: 'failed', 0: 'success', 1: 'aborted' };

const DEVICE_PREFIX: Readonly<Record<Accelerator, RegExp>> = {
  cpu: /^CPU$/,
  cuda: /^CUDA/,
  vulkan: /^Vulkan/,
  metal: /^(MTL|Metal)/,
};

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|basic render|software/i;

/** A buffer type that rearranges weights for faster products: AMX, CPU_REPACK and their like. */
export interface RepackBuffer {
  readonly name: string;
  readonly pointer: Pointer;
}

/**
 * One device of ggml with its stream of computations. One computation runs at a time; nothing is copied meanwhile,
 * and a disposal waits for it.
 */
export class Backend {
  readonly accelerator: Accelerator;
  readonly native: Native;
  readonly device: Device;
  readonly pointer: Pointer;
  /** Buffer types that rearrange weights, fastest first as ggml lists them; empty on GPUs. */
  readonly repackBuffers: readonly RepackBuffer[];
  readonly bufferType: Pointer;
  readonly #devicePointer: Pointer;
  readonly #free: () => void;
  #inFlight: Promise<unknown> = Promise.resolve();
  #computing = false;
  #disposed = false;

  private constructor(accelerator: Accelerator, native: Native, devicePointer: Pointer, pointer: Pointer) {
    this.accelerator = accelerator;
    this.native = native;
    this.pointer = pointer;
    this.#devicePointer = devicePointer;
    const description = native.ggml_backend_dev_description(devicePointer);
    this.device = {
      name: native.ggml_backend_dev_name(devicePointer),
      description,
      software: accelerator !== 'cpu' && SOFTWARE.test(description),
    };
    this.bufferType = native.ggml_backend_get_default_buffer_type(pointer);
    const extra = this.#procedure('ggml_backend_dev_get_extra_bufts');
    this.repackBuffers =
      extra === NULL
        ? []
        : native
            .callForPointers(extra, devicePointer)
            .map((buft) => ({ name: native.ggml_backend_buft_name(buft), pointer: buft }));
    this.#free = own('backend');
  }

  /** Starts a backend in this process. Untried ones belong in a throw-away child first (trial.ts). Throws LibraryError, BackendError. */
  static open(accelerator: Accelerator): Backend {
    const folder = libraryFolder(accelerator);
    if (folder === null)
      throw new LibraryError(
        `No package of node-llama-cpp for ${accelerator} is installed on this machine (${process.platform} ${process.arch}).`,
      );
    return Backend.openFrom(folder, accelerator);
  }

  /** As `open`, with the libraries of a named folder. */
  static openFrom(folder: string, accelerator: Accelerator): Backend {
    const native = loadNative(folder);
    checkAbi(native);
    const devices = registeredDevices(native);
    const device = devices.find(({ name }) => DEVICE_PREFIX[accelerator].test(name));
    if (!device)
      throw new NoDeviceError(
        `No device was found that ${accelerator} can use (only: ${devices.map(({ name }) => name).join(', ') || 'none'}). If this computer has a graphics card, install its driver.`,
      );
    return Backend.#start(accelerator, native, device);
  }

  static #start(accelerator: Accelerator, native: Native, device: { name: string; pointer: Pointer }): Backend {
    const pointer = native.ggml_backend_dev_init(device.pointer, null);
    if (!pointer)
      throw new BackendError(
        `The ${accelerator} device "${device.name}" did not start. Update its driver or use the CPU.`,
      );
    const backend = new Backend(accelerator, native, device.pointer, pointer);
    if (accelerator === 'cpu') backend.#useOneThread();
    return backend;
  }

  /** A second stream of the same device: what is in this one's buffers can be read by it. Throws BackendError. */
  another(): Backend {
    return Backend.#start(this.accelerator, this.native, { name: this.device.name, pointer: this.#devicePointer });
  }

  /** ggml's default is four threads, whatever the machine has; work side by side is done in lanes (lanes.ts). */
  #useOneThread(): void {
    const address = this.#procedure('ggml_backend_set_n_threads');
    if (address !== NULL) this.native.callWithInt(address, this.pointer, 1);
  }

  supports(node: Pointer): boolean {
    return this.native.ggml_backend_supports_op(this.pointer, node);
  }

  /** Whether a product with weights in a rearranging buffer is one that this device can run. */
  deviceSupports(node: Pointer): boolean {
    return this.native.ggml_backend_dev_supports_op(this.#devicePointer, node);
  }

  /** Throws BackendError while a computation is in flight: nothing is copied or moved meanwhile. */
  assertIdle(): void {
    if (this.#disposed) throw new BackendError('The backend is closed.');
    if (this.#computing) throw new BackendError('A computation is already in flight on this backend.');
  }

  /** Runs a native graph off the event loop. Throws BackendError with ggml's status. */
  async compute(graph: Pointer): Promise<void> {
    this.assertIdle();
    this.#computing = true;
    const running = this.native.computeAsync(this.pointer, graph);
    this.#inFlight = running.catch(() => undefined);
    let status: number;
    try {
      status = await running;
    } finally {
      this.#computing = false;
    }
    if (status !== 0)
      throw new BackendError(`A computation on ${this.device.name} ended with "${STATUS[status] ?? status}".`);
  }

  /** Resolves when nothing is in flight; native memory may be freed or copied then. */
  async idle(): Promise<void> {
    await this.#inFlight;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.idle();
    this.native.ggml_backend_free(this.pointer);
    this.#free();
  }

  #procedure(name: string): Pointer {
    const registry = this.native.ggml_backend_dev_backend_reg(this.#devicePointer);
    return this.native.ggml_backend_reg_get_proc_address(registry, name) ?? NULL;
  }
}

const registered = new Map<Native, readonly { readonly name: string; readonly pointer: Pointer }[]>();

function registeredDevices(native: Native) {
  let devices = registered.get(native);
  if (!devices) {
    native.ggml_backend_load_all_from_path(native.files.folder);
    devices = Array.from({ length: native.ggml_backend_dev_count() }, (_, i) => {
      const pointer = native.ggml_backend_dev_get(i);
      return { name: native.ggml_backend_dev_name(pointer), pointer };
    });
    registered.set(native, devices);
  }
  return devices;
}
