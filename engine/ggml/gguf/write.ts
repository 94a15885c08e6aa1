/** Writing GGUF files, version 3, little-endian, as strictly as the reader reads them. */
import { headBytes } from './encode.ts';
import { DEFAULT_ALIGNMENT, isAlignment, MAX_DIMENSIONS, padTo } from './limits.ts';
import { replaceFile, type Write } from './replace.ts';
import { GGML_TYPES, tensorBytes, type GgmlType } from './types.ts';
import type { GgufValue } from './values.ts';

/** A tensor to be written. */
export interface TensorContent {
  readonly name: string;
  readonly type: GgmlType;
  /** sizes in ggml order, fastest first; 1 to 4 of them, each ≥ 1 */
  readonly ne: readonly number[];
  /** all its bytes, or what gives them in pieces when their turn comes, so that one tensor at a time is in memory */
  readonly data: Uint8Array | (() => Iterable<Uint8Array>);
}

export interface GgufContent {
  /** keys in the order in which they are written; `general.alignment` (u32) is obeyed where it is there */
  readonly metadata: Iterable<readonly [string, GgufValue]>;
  readonly tensors: Iterable<TensorContent>;
}

/** Where everything will stand: known before the first byte is written. */
interface Plan {
  readonly head: Uint8Array;
  readonly alignment: number;
  readonly tensors: readonly (TensorContent & { readonly byteLength: number })[];
  /** bytes of the whole file */
  readonly size: number;
}

/**
 * Writes a GGUF file: to a temporary file in the same folder, flushed to the disk, then renamed over `path`.
 * @throws GgufWriteError where the disk is full, the folder read-only …; the temporary file is removed, `path` untouched
 * @throws RangeError where the content breaks the format (the caller's fault, not the user's)
 */
export function writeGguf(path: string, content: GgufContent): void {
  const plan = planOf(content);
  replaceFile(path, (write) => emit(plan, write));
}

/** The same as bytes in memory. @throws RangeError as above */
export function encodeGguf(content: GgufContent): Uint8Array<ArrayBuffer> {
  const plan = planOf(content);
  const bytes = new Uint8Array(plan.size);
  let at = 0;
  emit(plan, (part) => {
    bytes.set(part, at);
    at += part.length;
  });
  return bytes;
}

function planOf(content: GgufContent): Plan {
  const metadata = [...content.metadata];
  const alignment = alignmentOf(metadata);
  const tensors = [...content.tensors].map((tensor) => ({ ...tensor, byteLength: checkedBytes(tensor) }));
  let dataSize = 0;
  const placed = tensors.map((tensor) => {
    const offset = dataSize;
    dataSize = padTo(dataSize + tensor.byteLength, alignment);
    return { ...tensor, offset };
  });
  const head = headBytes(metadata, placed);
  return {
    head,
    alignment,
    tensors,
    size: placed.length === 0 ? head.length : padTo(head.length, alignment) + dataSize,
  };
}

function alignmentOf(metadata: readonly (readonly [string, GgufValue])[]): number {
  const found = metadata.find(([key]) => key === 'general.alignment')?.[1];
  if (found === undefined) return DEFAULT_ALIGNMENT;
  if (found.type === 'u32' && isAlignment(found.value)) return found.value;
  throw new RangeError('general.alignment is a u32 and a power of two');
}

function checkedBytes({ name, type, ne, data }: TensorContent): number {
  const product = ne.reduce((all, n) => all * n, 1);
  if (ne.length < 1 || ne.length > MAX_DIMENSIONS || !ne.every((n) => Number.isSafeInteger(n) && n >= 1)) {
    throw new RangeError(
      `tensor '${name}' has the sizes ${ne.join(' × ')}; 1 to ${MAX_DIMENSIONS} whole numbers from 1 on are possible`,
    );
  }
  const [row = 0] = ne;
  if (row % GGML_TYPES[type].blockSize !== 0 || !Number.isSafeInteger(product)) {
    throw new RangeError(
      `tensor '${name}' of ${type} has rows of ${row} values, which are no whole blocks, or too many values`,
    );
  }
  const byteLength = tensorBytes(type, ne);
  if (data instanceof Uint8Array && data.length !== byteLength) {
    throw new RangeError(`tensor '${name}' comes with ${data.length} bytes, its sizes make ${byteLength}`);
  }
  return byteLength;
}

function emit(plan: Plan, write: Write): void {
  const pad = (length: number): void => {
    const rest = padTo(length, plan.alignment) - length;
    if (rest > 0) write(new Uint8Array(rest));
  };
  write(plan.head);
  if (plan.tensors.length > 0) pad(plan.head.length);
  for (const { name, data, byteLength } of plan.tensors) {
    let written = 0;
    for (const part of data instanceof Uint8Array ? [data] : data()) {
      written += part.length;
      if (written > byteLength) break;
      write(part);
    }
    if (written !== byteLength)
      throw new RangeError(`tensor '${name}' gave ${written} bytes, its sizes make ${byteLength}`);
    pad(byteLength);
  }
}
