/** The head of a GGUF file as bytes. */
import { MAX_KEY, MAX_TENSOR_NAME } from './limits.ts';
import { GGML_TYPES, type GgmlType } from './types.ts';
import { ARRAY_OF, VALUE_TYPES, type GgufValue } from './values.ts';

const encoder = new TextEncoder();

interface TensorRecord {
  readonly name: string;
  readonly type: GgmlType;
  readonly ne: readonly number[];
  /** from the start of the data section */
  readonly offset: number;
}

/**
 * Header, metadata and tensor records, without the padding behind them.
 * @throws RangeError on a name that is empty, doubled or too long, or a number that its type cannot hold
 */
export function headBytes(
  metadata: readonly (readonly [string, GgufValue])[],
  tensors: readonly TensorRecord[],
): Uint8Array {
  const out = new Bytes();
  out.raw(encoder.encode('GGUF'));
  out.u32(3);
  out.u64(tensors.length);
  out.u64(metadata.length);
  const keys = new Set<string>();
  for (const [key, value] of metadata) {
    out.name(key, MAX_KEY, keys);
    out.value(key, value);
  }
  const names = new Set<string>();
  for (const { name, type, ne, offset } of tensors) {
    out.name(name, MAX_TENSOR_NAME, names);
    out.u32(ne.length);
    for (const n of ne) out.u64(n);
    out.u32(GGML_TYPES[type].id);
    out.u64(offset);
  }
  return out.taken();
}

/** Bytes that grow as they are written, little end first. */
class Bytes {
  #bytes = new Uint8Array(4096);
  #at = 0;

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  u32(value: number): void {
    this.#room(4).setUint32(0, value, true);
  }

  u64(value: number): void {
    this.#room(8).setBigUint64(0, BigInt(value), true);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at - bytes.length);
  }

  text(text: string): void {
    const bytes = encoder.encode(text);
    this.u64(bytes.length);
    this.raw(bytes);
  }

  name(name: string, max: number, taken: Set<string>): void {
    const { length } = encoder.encode(name);
    if (length === 0 || length > max || name.includes('\0') || !name.isWellFormed() || taken.has(name)) {
      throw new RangeError(`the name '${name}' is empty, doubled, over ${max} bytes, or holds what no name can hold`);
    }
    taken.add(name);
    this.text(name);
  }

  value(key: string, found: GgufValue): void {
    this.u32(VALUE_TYPES[found.type]);
    if (found.type === 'str') return this.text(found.value);
    if (found.type === 'arr') {
      this.u32(VALUE_TYPES[found.of]);
      this.u64(found.value.length);
      if (found.of === 'str') return this.raw(found.value.raw);
      // Typed arrays have the machine's byte order; every platform of this program is little-endian, as is the file.
      return this.raw(new Uint8Array(found.value.buffer, found.value.byteOffset, found.value.byteLength));
    }
    this.#number(key, found);
  }

  #number(key: string, found: Exclude<GgufValue, { type: 'str' | 'arr' }>): void {
    // One element of the right array converts; what does not come back the same did not fit.
    const element = elementOf(found);
    if (!Object.is(element[0], found.type === 'bool' ? Number(found.value) : found.value)) {
      throw new RangeError(`the value ${found.value} of key '${key}' does not fit its type ${found.type}`);
    }
    this.raw(new Uint8Array(element.buffer));
  }

  /** The next `count` bytes, to be filled. */
  #room(count: number): DataView {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#at, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return new DataView(this.#bytes.buffer, at, count);
  }
}

function elementOf(found: Exclude<GgufValue, { type: 'str' | 'arr' }>) {
  if (found.type === 'u64' || found.type === 'i64') return ARRAY_OF[found.type].of(found.value);
  return ARRAY_OF[found.type].of(Number(found.value));
}
