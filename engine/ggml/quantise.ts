import { GGML_TYPES, type GgmlType } from './gguf/types.ts';
import { NULL, type Native } from './native.ts';

/** Types that ggml ends the process over: no weights, or made only with statistics of a model's activations. */
const NOT_MADE: ReadonlySet<GgmlType> = new Set([
  ...(['i8', 'i16', 'i32', 'i64', 'f64', 'q8_1', 'q8_K'] as const),
  ...(['iq2_xxs', 'iq2_xs', 'iq1_s'] as const),
]);

/**
 * F32 to a weight type with ggml's own rounding.  values: (perRow, rows)
 * Throws RangeError for types that cannot be made, or where rows are no whole number of blocks.
 */
export function quantise(native: Native, type: GgmlType, values: Float32Array, perRow: number): Uint8Array {
  const { id, blockSize, blockBytes } = GGML_TYPES[type];
  if (NOT_MADE.has(type)) throw new RangeError(`F32 values cannot be turned into ${type}.`);
  if (!(perRow >= 1) || perRow % blockSize !== 0 || values.length % perRow !== 0)
    throw new RangeError(`${type} needs rows of a multiple of ${blockSize} values, not ${perRow}.`);
  if (type === 'f32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const bytes = new Uint8Array((values.length / blockSize) * blockBytes);
  native.ggml_quantize_chunk(id, values, bytes, 0, values.length / perRow, perRow, NULL);
  return bytes;
}

/** A weight type to F32 with ggml's own conversion. Throws RangeError for types that have none or bytes that do not fit. */
export function dequantise(native: Native, type: GgmlType, bytes: Uint8Array): Float32Array {
  const { blockSize, blockBytes } = GGML_TYPES[type];
  if (bytes.byteLength % blockBytes !== 0)
    throw new RangeError(`${bytes.byteLength} bytes are no whole number of ${type} blocks.`);
  const values = new Float32Array((bytes.byteLength / blockBytes) * blockSize);
  if (type === 'f32') new Uint8Array(values.buffer).set(bytes);
  else if (!native.dequantise(type, bytes, values)) throw new RangeError(`ggml cannot turn ${type} into F32.`);
  return values;
}
