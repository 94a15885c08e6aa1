import type { Backend } from '../ggml/backend.ts';
import { GgufError } from '../ggml/gguf/errors.ts';
import type { GgufFile, GgufTensor } from '../ggml/gguf/read.ts';
import { GGML_TYPES, tensorBytes, type GgmlType } from '../ggml/gguf/types.ts';
import { dequantise, quantise } from '../ggml/quantise.ts';
import type { Tensor } from '../ggml/tensor.ts';
import { canRepack, Weights, type WeightSpec } from '../ggml/weights.ts';
import { ARCHITECTURES, type Architecture } from './architectures.ts';
import { weightName, type WeightNeed } from './block.ts';
import { readHyperparameters, type Hyperparameters } from './hyperparameters.ts';
import type { Layout } from './layout.ts';

export interface ModelOptions {
  readonly backend: Backend;
  readonly layout: Layout;
  /** Exit depth d: layers above it are neither read nor loaded; the output norm is applied after it. Default: all. */
  readonly depth?: number | undefined;
  /** A backward pass reaches down to this layer: products from it on get a transposed copy. Default: none. */
  readonly backwardTo?: number | undefined;
  /** Weights from this layer on lie in F32, to be trained themselves from there; from 0 on those outside the layers, too. */
  readonly exactFrom?: number | undefined;
  /** Also the length of each row of each product, for modules that set lengths (DoRA). */
  readonly rowNorms?: boolean | undefined;
}

interface Placed {
  /** where the file has it, perhaps among the rows of others */
  readonly tensor: GgufTensor;
  readonly need: WeightNeed;
  readonly type: GgmlType;
  readonly form: 'whole' | 'transposed' | 'row norms';
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
    const { backend, layout, exactFrom = Infinity } = options;
    const plain = new Map<string, Placed>();
    const repacked = new Map<string, Placed>();
    const place = (name: string, placed: Placed): void => {
      const spec = { type: placed.type, ne: shapeOf(placed) };
      const repack =
        placed.need.use === 'product' &&
        placed.type !== 'f32' &&
        layout.repack !== null &&
        canRepack(backend, layout.repack, spec);
      (repack ? repacked : plain).set(name, placed);
    };
    for (const { layer, name, need } of weightNeeds(hyper, depth)) {
      const tensor = locate(file, name, need);
      if (!tensor) continue;
      const exact = layer < 0 ? exactFrom <= 0 : layer >= exactFrom;
      place(name, { tensor, need, type: exact ? 'f32' : weightType(need, tensor, layout), form: 'whole' });
      if (need.use !== 'product') continue;
      if (layer >= (options.backwardTo ?? Infinity))
        place(transposedName(name), { tensor, need, type: transposedType(need, layout), form: 'transposed' });
      if (options.rowNorms) plain.set(rowNormsName(name), { tensor, need, type: 'f32', form: 'row norms' });
    }
    const groups: Weights[] = [];
    try {
      for (const [placed, buffer] of [
        [plain, null],
        [repacked, layout.repack],
      ] as const) {
        if (placed.size === 0) continue;
        const specs = new Map<string, WeightSpec>(
          [...placed].map(([name, weight]) => [name, { type: weight.type, ne: shapeOf(weight) }]),
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
    return this.#find(weightName(layer, name));
  }

  /** A weight that lies in F32, in ggml order, or null where the file has none. */
  values(layer: number, name: string): Float32Array | null {
    return this.weight(layer, name)?.download() ?? null;
  }

  /** A copy of a product's weight with its dimensions swapped.  (out, in).  Throws where `backwardTo` did not ask for it. */
  transposed(layer: number, name: string): Tensor {
    const tensor = this.#find(transposedName(weightName(layer, name)));
    if (!tensor) throw new Error(`No transposed copy of ${name} of layer ${layer} was loaded.`);
    return tensor;
  }

  /**
   * ‖W_i‖ of each row of a product's weight, as the file has it whatever the layout, so that it is the same on every
   * machine.  (out), or null unless `rowNorms` asked for it
   */
  rowNorms(layer: number, name: string): Tensor | null {
    return this.#find(rowNormsName(weightName(layer, name)));
  }

  #find(full: string): Tensor | null {
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

const transposedName = (full: string): string => `${full} transposed`;
const rowNormsName = (full: string): string => `${full} row norms`;

interface NamedNeed {
  /** −1: outside the layers */
  readonly layer: number;
  readonly name: string;
  readonly need: WeightNeed;
}

function* weightNeeds(hyper: Hyperparameters, depth: number): Generator<NamedNeed> {
  const { embedding, start, layer: block, end } = ARCHITECTURES[hyper.architecture];
  const factors: WeightNeed = { name: 'rope_freqs.weight', ne: [hyper.rope.dims / 2], use: 'vector', optional: true };
  const outside = [embedding, start, end].flatMap((part) => part?.weights(hyper) ?? []);
  for (const need of [...outside, factors]) yield { layer: -1, name: need.name, need };
  for (let layer = 0; layer < depth; layer++)
    for (const need of block.weights(hyper)) yield { layer, name: weightName(layer, need.name), need };
}

/** The tensor that holds a weight, alone or among others; null where it is absent and may be. Its shape is the architecture's. */
function locate(file: GgufFile, name: string, need: WeightNeed): GgufTensor | null {
  const own = file.tensors.get(name);
  if (own) return checked(file, own, need.ne);
  const { joined } = need;
  const among = joined && file.tensors.get(name.replace(need.name, joined.name));
  if (among) return checked(file, among, need.ne.with(-1, joined.rows));
  if (need.optional) return null;
  return file.requireTensor(name);
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

const shapeOf = ({ need: { ne }, form }: Placed): readonly number[] =>
  form === 'whole' ? ne : form === 'transposed' ? ne.toReversed() : ne.slice(1);

function weightType({ use, ne }: WeightNeed, { type }: GgufTensor, layout: Layout): GgmlType {
  if (use === 'vector') return 'f32';
  return use === 'table' || layout.type === 'file' ? type : fitting(layout.type, ne[0]);
}

/** Four bits lose 8% of a gradient in each product, eight bits under 1%, so that the copies of a smaller file are Q8_0. */
const transposedType = ({ ne }: WeightNeed, { type }: Layout): GgmlType =>
  fitting(type === 'file' ? 'q8_0' : type, ne[1]);

/** Rows that are no whole number of blocks cannot be quantised; F16 keeps them small. */
const fitting = (type: GgmlType, rowLength = 1): GgmlType =>
  rowLength % GGML_TYPES[type].blockSize === 0 ? type : 'f16';

function weightBytes(file: GgufFile, { native }: Backend, { tensor, need, type, form }: Placed): ArrayBufferView {
  const first = isJoined(tensor, need) ? (need.joined?.first ?? 0) : 0;
  const bytes = new Uint8Array(tensorBytes(tensor.type, need.ne));
  const perRow = tensorBytes(tensor.type, need.ne.with(-1, 1));
  file.readPart(tensor, first * perRow, bytes);
  if (tensor.type === type && form === 'whole') return bytes;
  const [columns = 1, rows = 1] = need.ne;
  const values = dequantise(native, tensor.type, bytes);
  if (form === 'row norms') return rowNorms(values, columns);
  return form === 'transposed'
    ? quantise(native, type, swapped(values, columns, rows), rows)
    : quantise(native, type, values, columns);
}

/** Whether the tensor holds more than this weight. */
const isJoined = ({ name }: GgufTensor, { joined }: WeightNeed): boolean =>
  joined !== undefined && name.endsWith(joined.name);

/** values: (columns, rows)  returns (rows, columns) */
function swapped(values: Float32Array, columns: number, rows: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column] as number;
  return out;
}

/** values: (columns, rows)  returns (rows) */
const rowNorms = (values: Float32Array, columns: number): Float32Array =>
  Float32Array.from({ length: values.length / columns }, (_, row) => {
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) sum += (values[i] as number) ** 2;
    return Math.sqrt(sum);
  });
