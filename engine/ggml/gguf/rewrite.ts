/** New GGUF files from old ones: fewer layers, other tensor types, changed keys; what is not named is copied as it is. */
import { GgufError } from './errors.ts';
import { readGguf, type GgufFile, type GgufTensor } from './read.ts';
import { u32, type GgufValue } from './values.ts';
import { writeGguf, type TensorContent } from './write.ts';
import type { GgmlType } from './types.ts';

/** What becomes of a tensor. `convert` gets its bytes in the old type and gives them in the new one, sizes unchanged. */
export type TensorChange =
  'keep' | 'drop' | { readonly type: GgmlType; readonly convert: (bytes: Uint8Array) => Uint8Array };

export interface Changes {
  /** keys to set or, where undefined, to leave out; new keys come last */
  readonly metadata?: ReadonlyMap<string, GgufValue | undefined>;
  /** asked once for each tensor, in the order of the file; all are kept where absent */
  readonly tensor?: (tensor: GgufTensor) => TensorChange;
}

/** Bytes copied at a time where a tensor is kept. */
const COPY = 2 ** 22;

/**
 * Copies a GGUF file with changes, one tensor at a time.
 * @throws GgufError where `source` cannot be read, GgufWriteError where `target` cannot be written
 */
export function rewriteGguf(source: string, target: string, changes: Changes): void {
  using file = readGguf(source);
  const metadata = new Map(file.metadata.values);
  for (const [key, value] of changes.metadata ?? []) {
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  }
  const tensors: TensorContent[] = [];
  for (const tensor of file.tensors.values()) {
    const change = changes.tensor?.(tensor) ?? 'keep';
    if (change === 'drop') continue;
    const { name, ne } = tensor;
    if (change === 'keep') tensors.push({ name, ne, type: tensor.type, data: () => pieces(file, tensor) });
    else tensors.push({ name, ne, type: change.type, data: () => [change.convert(file.readTensor(tensor))] });
  }
  writeGguf(target, { metadata, tensors });
}

function* pieces(file: GgufFile, tensor: GgufTensor): Generator<Uint8Array> {
  const buffer = new Uint8Array(Math.min(COPY, tensor.byteLength));
  for (let from = 0; from < tensor.byteLength; from += buffer.length) {
    yield file.readPart(tensor, from, buffer.subarray(0, Math.min(buffer.length, tensor.byteLength - from)));
  }
}

/** The numbers of `enum llama_pooling_type` for `{architecture}.pooling_type`. */
export const POOLING_TYPES = { mean: 1, cls: 2, last: 3 } as const;
export type Pooling = keyof typeof POOLING_TYPES;

/**
 * A model cut to its first layers: later `blk.N.` tensors are dropped, `{architecture}.block_count` and, where given,
 * `.pooling_type` are set, lists with one entry per layer are cut. It stands for exit depth `blocks` in any program.
 * @param blocks layers to keep, 1 to all
 * @throws GgufError where the source cannot be read or has fewer layers, GgufWriteError where the target cannot be written
 */
export function truncateGguf(source: string, target: string, options: { blocks: number; pooling?: Pooling }): void {
  const { blocks, pooling } = options;
  const metadata = new Map<string, GgufValue>();
  {
    using file = readGguf(source);
    const architecture = file.metadata.requireString('general.architecture');
    const countKey = `${architecture}.block_count`;
    const all = file.metadata.requireUint(countKey);
    if (!Number.isInteger(blocks) || blocks < 1 || blocks > all) {
      throw new GgufError(
        source,
        `key '${countKey}'`,
        `is ${all}, ${blocks} layers were asked for`,
        `Ask for 1 to ${all} layers`,
      );
    }
    for (const [key, value] of file.metadata.values) {
      if (!key.startsWith(`${architecture}.`) || value.type !== 'arr' || value.of === 'str') continue;
      if (value.value.length === all) metadata.set(key, { ...value, value: value.value.slice(0, blocks) } as GgufValue);
    }
    metadata.set(countKey, u32(blocks));
    if (pooling !== undefined) metadata.set(`${architecture}.pooling_type`, u32(POOLING_TYPES[pooling]));
  }
  const tensor = ({ name }: GgufTensor): TensorChange => {
    const layer = /^blk\.(\d+)\./.exec(name)?.[1];
    return layer !== undefined && Number(layer) >= blocks ? 'drop' : 'keep';
  };
  rewriteGguf(source, target, { metadata, tensor });
}
