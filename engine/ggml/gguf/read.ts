/**
 * Reading GGUF files (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian).
 * Model files are hostile input: every count, length, type, size and offset is checked against the file before it is
 * used, so that what `readGguf` returns can be handed to native code. Only the head is held in memory.
 */
import { DAMAGED, GgufError } from './errors.ts';
import { Head } from './head.ts';
import {
  DEFAULT_ALIGNMENT,
  isAlignment,
  MAX_ALIGNMENT,
  MAX_DIMENSIONS,
  MAX_KEY,
  MAX_RECORDS,
  MAX_TENSOR_NAME,
  padTo,
} from './limits.ts';
import { GgufMetadata } from './metadata.ts';
import { memory, openFile, type ByteSource } from './source.ts';
import { describeUnknownType, GGML_TYPES, ggmlTypeOf, tensorBytes, type GgmlType } from './types.ts';
import { ARRAY_OF, VALUE_BYTES, valueTypeOf, type GgufValue, type ValueType } from './values.ts';

/** The shortest possible key-value pair (length, 1 byte of key, type, 1 byte) and tensor record, in bytes. */
const MIN_PAIR = 8 + 1 + 4 + 1;
const MIN_TENSOR = 8 + 1 + 4 + 4 + 8;

export interface GgufTensor {
  readonly name: string;
  readonly type: GgmlType;
  /** sizes in ggml order, fastest first; 1 to 4 of them, each ≥ 1 */
  readonly ne: readonly number[];
  /** where its bytes begin, counted from the start of the file */
  readonly offset: number;
  readonly byteLength: number;
}

export class GgufFile implements Disposable {
  /** path of the file, or the name given with the bytes */
  readonly name: string;
  /** undefined where the GGUF was read from memory */
  readonly path: string | undefined;
  /** bytes of the whole file */
  readonly size: number;
  readonly version: number;
  readonly alignment: number;
  readonly metadata: GgufMetadata;
  /** in the order of the file */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  readonly #source: ByteSource;

  constructor(
    source: ByteSource,
    head: { version: number; alignment: number; metadata: GgufMetadata; tensors: ReadonlyMap<string, GgufTensor> },
  ) {
    this.#source = source;
    this.name = source.name;
    this.path = source.path;
    this.size = source.size;
    this.version = head.version;
    this.alignment = head.alignment;
    this.metadata = head.metadata;
    this.tensors = head.tensors;
  }

  /** @throws GgufError where there is no tensor of this name */
  requireTensor(name: string): GgufTensor {
    const found = this.tensors.get(name);
    if (found !== undefined) return found;
    throw new GgufError(
      this.name,
      `tensor '${name}'`,
      'is missing',
      'This file is not a whole model of its architecture; use another',
    );
  }

  /**
   * The bytes of a tensor of this file.
   * @param into at least `byteLength` bytes, filled from its start and returned cut to that length; allocated where absent
   */
  readTensor(tensor: GgufTensor, into?: Uint8Array): Uint8Array {
    const target = (into ?? new Uint8Array(tensor.byteLength)).subarray(0, tensor.byteLength);
    return this.readPart(tensor, 0, target);
  }

  /**
   * A part of a tensor's bytes, for tensors that are better taken in pieces.
   * @param from first byte, counted from the tensor's own start
   * @throws RangeError where the part reaches beyond the tensor
   */
  readPart(tensor: GgufTensor, from: number, into: Uint8Array): Uint8Array {
    if (this.tensors.get(tensor.name) !== tensor)
      throw new RangeError(`tensor '${tensor.name}' is not of ${this.name}`);
    if (from < 0 || from + into.length > tensor.byteLength) {
      throw new RangeError(
        `bytes ${from} to ${from + into.length} of tensor '${tensor.name}' with ${tensor.byteLength} bytes`,
      );
    }
    this.#source.read(tensor.offset + from, into);
    return into;
  }

  /** Closes the file; metadata and tensor records stay readable. */
  close(): void {
    this.#source[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a GGUF file and reads its head, or the same from bytes in memory (not copied).
 * @param name for error messages about bytes
 * @throws GgufError naming file, place and what to do
 */
export function readGguf(input: string | Uint8Array, name = 'adapter bytes'): GgufFile {
  const source = typeof input === 'string' ? openFile(input) : memory(input, name);
  try {
    return readHead(source);
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}

function readHead(source: ByteSource): GgufFile {
  const head = new Head(source);
  const version = readVersion(head);
  // Both counts come first in the file; each is held against what the rest of the file could hold at all.
  const tensorCount = head.length(
    'the number of tensors',
    Math.min(MAX_RECORDS, Math.floor(head.remaining / MIN_TENSOR)),
  );
  const pairCount = head.length(
    'the number of metadata keys',
    Math.min(MAX_RECORDS, Math.floor(head.remaining / MIN_PAIR)),
  );
  const values = readPairs(head, pairCount);
  const alignment = readAlignment(head, values);
  const tensors = readTensors(head, tensorCount, alignment);
  return new GgufFile(source, { version, alignment, metadata: new GgufMetadata(source.name, values), tensors });
}

function readVersion(head: Head): number {
  if (head.remaining === 0) head.fail('the file is empty', 'Get the file again');
  if (head.remaining < 24 || String.fromCharCode(...head.bytes(4)) !== 'GGUF') {
    head.at = 0;
    head.fail(
      "this is not a GGUF file: it does not begin with 'GGUF' and a whole header",
      'Give a .gguf file, as llama.cpp uses them',
    );
  }
  const version = head.u32();
  if (version === 2 || version === 3) return version;
  if (version !== 0 && (version & 0xffff) === 0) {
    head.fail('this GGUF file is big-endian', 'Get the little-endian file of this model');
  }
  if (version === 1)
    head.fail('this is GGUF version 1, which is no longer in use', 'Get a newer file of this model (version 3)');
  head.fail(
    `this is GGUF version ${version}; versions 2 and 3 can be read`,
    'Get another file of this model, or a newer Moderato',
  );
}

function readPairs(head: Head, count: number): Map<string, GgufValue> {
  const values = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    head.subject = `metadata key ${i + 1} of ${count}`;
    const key = head.name('a key', MAX_KEY);
    head.subject = `key '${key}'`;
    if (values.has(key)) head.fail('this key is there twice');
    values.set(key, readValue(head, readValueType(head)));
  }
  return values;
}

function readValueType(head: Head): ValueType {
  const id = head.u32();
  return valueTypeOf(id) ?? head.fail(`has the value type ${id}, which does not exist`);
}

function readValue(head: Head, type: ValueType): GgufValue {
  if (type === 'str') return { type, value: head.text() };
  if (type === 'bool') return { type, value: readBool(head, head.u8()) };
  if (type === 'arr') return readArray(head);
  // Typed arrays read the machine's own byte order; every platform of this program is little-endian, as is the file.
  const { buffer } = head.bytes(VALUE_BYTES[type]);
  if (type === 'u64' || type === 'i64') {
    const [value = 0n] = new ARRAY_OF[type](buffer);
    return { type, value };
  }
  const [value = 0] = new ARRAY_OF[type](buffer);
  return { type, value };
}

function readArray(head: Head): GgufValue {
  const of = readValueType(head);
  if (of === 'arr') head.fail('is a list of lists, which no model needs and ggml does not read', 'Use another file');
  if (of === 'str') {
    const count = head.length('the number of texts', Math.floor((head.remaining - 8) / 8));
    return { type: 'arr', of, value: head.strings(count) };
  }
  const count = head.length('the number of elements', Math.floor((head.remaining - 8) / VALUE_BYTES[of]));
  const { buffer } = head.bytes(count * VALUE_BYTES[of]);
  if (of === 'bool') {
    const value = new Uint8Array(buffer);
    for (const byte of value) readBool(head, byte);
    return { type: 'arr', of, value };
  }
  if (of === 'u64' || of === 'i64') return { type: 'arr', of, value: new ARRAY_OF[of](buffer) };
  return { type: 'arr', of, value: new ARRAY_OF[of](buffer) };
}

function readBool(head: Head, byte: number): boolean {
  if (byte > 1) head.fail(`holds ${byte} where 0 (false) or 1 (true) is expected`);
  return byte === 1;
}

function readAlignment(head: Head, values: ReadonlyMap<string, GgufValue>): number {
  const found = values.get('general.alignment');
  if (found === undefined) return DEFAULT_ALIGNMENT;
  head.subject = "key 'general.alignment'";
  if (found.type !== 'u32') head.fail(`has type ${found.type}; u32 is expected`);
  const { value } = found;
  if (!isAlignment(value)) {
    head.fail(`is ${value}; a power of two up to ${MAX_ALIGNMENT} is expected`);
  }
  return value;
}

function readTensors(head: Head, count: number, alignment: number): Map<string, GgufTensor> {
  const records = new Map<string, Omit<GgufTensor, 'offset'> & { relative: number }>();
  for (let i = 0; i < count; i++) {
    head.subject = `tensor ${i + 1} of ${count}`;
    const name = head.name('its name', MAX_TENSOR_NAME);
    head.subject = `tensor '${name}'`;
    if (records.has(name)) head.fail('this tensor is there twice');
    const ne = readSizes(head);
    const typeId = head.u32();
    const type =
      ggmlTypeOf(typeId) ?? head.fail(`has ${describeUnknownType(typeId)}`, 'Get this model in another quantisation');
    const { blockSize } = GGML_TYPES[type];
    if ((ne[0] ?? 1) % blockSize !== 0) {
      head.fail(`has rows of ${ne[0]} values, which is no multiple of the ${blockSize} values in a block of ${type}`);
    }
    const relative = head.length('its offset', head.source.size);
    if (relative % alignment !== 0) head.fail(`its offset ${relative} is no multiple of the alignment ${alignment}`);
    records.set(name, { name, type, ne, relative, byteLength: tensorBytes(type, ne) });
  }
  const dataStart = padTo(head.at, alignment);
  const tensors = new Map<string, GgufTensor>();
  for (const { relative, ...record } of records.values()) {
    tensors.set(record.name, { ...record, offset: dataStart + relative });
  }
  checkRanges(head.source, tensors);
  return tensors;
}

function readSizes(head: Head): readonly number[] {
  const dimensions = head.u32();
  if (dimensions > MAX_DIMENSIONS) head.fail(`has ${dimensions} dimensions; ggml has at most ${MAX_DIMENSIONS}`);
  const ne: number[] = [];
  let product = 1;
  for (let d = 0; d < dimensions; d++) {
    const n = head.length(`its size in dimension ${d}`, Number.MAX_SAFE_INTEGER);
    if (n === 0) head.fail(`its size in dimension ${d} is 0`);
    product *= n;
    if (product > Number.MAX_SAFE_INTEGER) head.fail('has more than 2^53 values');
    ne.push(n);
  }
  // A tensor without dimensions is a single number.
  return ne.length === 0 ? [1] : ne;
}

/** Every tensor inside the file, and no byte in two tensors. */
function checkRanges(source: ByteSource, tensors: ReadonlyMap<string, GgufTensor>): void {
  let previous: GgufTensor | undefined;
  for (const tensor of [...tensors.values()].sort((a, b) => a.offset - b.offset)) {
    const end = tensor.offset + tensor.byteLength;
    if (end > source.size) {
      throw new GgufError(
        source.name,
        `tensor '${tensor.name}'`,
        `reaches to byte ${end}, but the file has ${source.size} bytes`,
        DAMAGED,
      );
    }
    if (previous !== undefined && previous.offset + previous.byteLength > tensor.offset) {
      throw new GgufError(source.name, `tensor '${tensor.name}'`, `overlaps tensor '${previous.name}'`, DAMAGED);
    }
    previous = tensor;
  }
}
