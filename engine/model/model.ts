import type { Backend } from '../ggml/backend.ts';
import { GgufError } from '../ggml/gguf/errors.ts';
import type { GgufFile, GgufTensor } from '../ggml/gguf/read.ts';
import { GGML_TYPES, tensorBytes, type GgmlType } from '../ggml/gguf/types.ts';
import { dequantise, quantise } from '../ggml/quantise.ts';
import type { Tensor } from '../ggml/tensor.ts';
import { canRepack, Weights, type WeightSpec } from '../ggml/weights.ts';
import { ARCHITECTURES, type Architecture } from './architectures.ts';
import type { WeightNeed } from './block.ts';
import { readHyperparameters, type Hyperparameters } from './hyperparameters.ts';
import type { Layout } from './layout.ts';

export interface ModelOptions {
  readonly backend: Backend;
  readonly layout: Layout;
  /** Exit depth d: layers above it are neither read nor loaded; the output norm is applied after it. Default: all. */
  readonly depth?: number | undefined;
}

interface Placed {
  /** the tensors of the file that make this weight, one below the other */
  readonly parts: readonly GgufTensor[];
  readonly need: WeightNeed;
  readonly type: GgmlType;
}

/** The frozen weights of a base model up to its exit depth, on one backend in one layout. */
export class Model implements AsyncDisposable {
  readonly hyper: Hyperparameters;
  readonly architecture: Architecture;
  readonly backend: Backend;
  readonly depth: number;
  readonly layout: Layout;
  readonly #groups: readonly Weights[];

  private constructor(hyper: Hyperparameters, options: ModelOptions, depth: number, groups: readonly Weights[]) {
    this.hyper = hyper;
    this.architecture = ARCHITECTURES[hyper.architecture];
    this.backend = options.backend;
    this.layout = options.layout;
    this.depth = depth;
    this.#groups = groups;
  }

  /** Reads, converts and uploads the weights. Throws GgufError for a file that is no such model, RangeError for a wrong depth. */
  static async load(file: GgufFile, options: ModelOptions): Promise<Model> {
    const hyper = readHyperparameters(file);
    const depth = options.depth ?? hyper.blocks;
    if (!Number.isInteger(depth) || depth < 1 || depth > hyper.blocks)
      throw new RangeError(
        `The exit depth ${depth} is not possible: ${file.name} has ${hyper.blocks} layers. Use 1 to ${hyper.blocks}.`,
      );
    const { backend, layout } = options;
    const plain = new Map<string, Placed>();
    const repacked = new Map<string, Placed>();
    for (const [name, need] of weightNeeds(hyper, depth)) {
      const parts = locate(file, name, need);
      if (parts.length === 0) continue;
      const type = weightType(need, parts, layout);
      const repack =
        need.use === 'product' && layout.repack !== null && canRepack(backend, layout.repack, { type, ne: need.ne });
      (repack ? repacked : plain).set(name, { parts, need, type });
    }
    const groups: Weights[] = [];
    try {
      for (const [placed, buffer] of [
        [plain, null],
        [repacked, layout.repack],
      ] as const) {
        if (placed.size === 0) continue;
        const specs = new Map<string, WeightSpec>(
          [...placed].map(([name, { type, need }]) => [name, { type, ne: need.ne }]),
        );
        const weights = new Weights(backend, specs, buffer);
        groups.push(weights);
        for (const [name, weight] of placed) weights.get(name).upload(weightBytes(file, backend, weight));
      }
    } catch (error) {
      for (const group of groups) await group[Symbol.asyncDispose]();
      throw error;
    }
    return new Model(hyper, options, depth, groups);
  }

  /** bytes of weights on the device */
  get memory(): number {
    return this.#groups.reduce((sum, { memory }) => sum + memory, 0);
  }

  /** Whether any weight lies in the layout's rearranging buffer. */
  get repacked(): boolean {
    return this.#groups.some(({ tensors }) => tensors.values().some((tensor) => tensor.repacked));
  }

  /** The weight `name` of a layer (−1: outside the layers), or null where the file has none. */
  weight(layer: number, name: string): Tensor | null {
    const full = fullName(layer, name);
    for (const group of this.#groups) {
      const tensor = group.tensors.get(full);
      if (tensor) return tensor;
    }
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const group of this.#groups) await group[Symbol.asyncDispose]();
  }
}

const fullName = (layer: number, name: string): string => (layer < 0 ? name : `blk.${layer}.${name}`);

function* weightNeeds(hyper: Hyperparameters, depth: number): Generator<[string, WeightNeed]> {
  const { embedding, start, layer, end } = ARCHITECTURES[hyper.architecture];
  for (const part of [embedding, start, end]) for (const need of part?.weights(hyper) ?? []) yield [need.name, need];
  yield ['rope_freqs.weight', { name: 'rope_freqs.weight', ne: [hyper.rope.dims / 2], use: 'vector', optional: true }];
  for (let i = 0; i < depth; i++) for (const need of layer.weights(hyper)) yield [fullName(i, need.name), need];
}

/** Where a weight stands in the file, whole or in parts; shapes are what the architecture asks for. [] where it is absent and may be. */
function locate(file: GgufFile, name: string, need: WeightNeed): readonly GgufTensor[] {
  const whole = file.tensors.get(name);
  if (whole) return [checked(file, whole, need.ne)];
  const parts = need.parts?.map((part) => ({ ...part, name: name.replace(need.name, part.name) })) ?? [];
  if (need.optional && !parts.some((part) => file.tensors.has(part.name))) return [];
  if (parts.length === 0) return [file.requireTensor(name)];
  return parts.map((part) => checked(file, file.requireTensor(part.name), need.ne.with(-1, part.rows)));
}

function checked(file: GgufFile, tensor: GgufTensor, expected: readonly number[]): GgufTensor {
  if ([0, 1, 2, 3].every((i) => (tensor.ne[i] ?? 1) === (expected[i] ?? 1))) return tensor;
  throw new GgufError(
    file.name,
    `tensor '${tensor.name}'`,
    `has the shape (${tensor.ne.join(', ')}); (${expected.join(', ')}) is expected`,
    'The file does not fit its own description; get another',
  );
}

const bitsPerWeight = (type: GgmlType): number => (8 * GGML_TYPES[type].blockBytes) / GGML_TYPES[type].blockSize;

function weightType({ use, ne }: WeightNeed, parts: readonly GgufTensor[], layout: Layout): GgmlType {
  if (use === 'vector') return 'f32';
  if (use === 'table' || layout.type === 'file') {
    // Parts of different types (Q4_K_M keeps v finer than q and k) take the finest, which loses next to nothing.
    return parts.map(({ type }) => type).reduce((a, b) => (bitsPerWeight(b) > bitsPerWeight(a) ? b : a));
  }
  // Rows that are no whole number of blocks cannot be quantised; F16 keeps them small.
  return (ne[0] ?? 1) % GGML_TYPES[layout.type].blockSize === 0 ? layout.type : 'f16';
}

function weightBytes(file: GgufFile, { native }: Backend, { parts, need, type }: Placed): Uint8Array {
  const bytes = new Uint8Array(tensorBytes(type, need.ne));
  let at = 0;
  for (const part of parts) {
    const length = tensorBytes(type, part.ne);
    if (part.type === type) file.readTensor(part, bytes.subarray(at));
    else bytes.set(quantise(native, type, dequantise(native, part.type, file.readTensor(part)), need.ne[0] ?? 1), at);
    at += length;
  }
  return bytes;
}
