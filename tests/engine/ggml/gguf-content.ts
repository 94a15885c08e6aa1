/** GGUF contents for property tests, and files put together by hand to break the format. */
import fc from 'fast-check';
import { GgufStrings } from '../../../engine/ggml/gguf/strings.ts';
import { GGML_TYPES, tensorBytes, type GgmlType } from '../../../engine/ggml/gguf/types.ts';
import { ARRAY_OF, VALUE_TYPES, type GgufValue, type ValueType } from '../../../engine/ggml/gguf/values.ts';
import type { TensorContent } from '../../../engine/ggml/gguf/write.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }).map((s) => s.replaceAll('\0', '.'));

const arrays = {
  u8: fc.uint8Array({ maxLength: 9 }),
  i8: fc.int8Array({ maxLength: 9 }),
  u16: fc.uint16Array({ maxLength: 9 }),
  i16: fc.int16Array({ maxLength: 9 }),
  u32: fc.uint32Array({ maxLength: 9 }),
  i32: fc.int32Array({ maxLength: 9 }),
  f32: fc.float32Array({ maxLength: 9 }),
  f64: fc.float64Array({ maxLength: 9 }),
} as const;
const bigs = { u64: fc.bigInt(0n, 2n ** 64n - 1n), i64: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) } as const;

/** Any metadata value that the format has. */
const value: fc.Arbitrary<GgufValue> = fc.oneof(
  text.map((value): GgufValue => ({ type: 'str', value })),
  fc.boolean().map((value): GgufValue => ({ type: 'bool', value })),
  fc.array(text, { maxLength: 6 }).map((list): GgufValue => ({ type: 'arr', of: 'str', value: GgufStrings.of(list) })),
  fc
    .array(fc.boolean(), { maxLength: 6 })
    .map((list): GgufValue => ({ type: 'arr', of: 'bool', value: Uint8Array.from(list, Number) })),
  ...Object.entries(bigs).flatMap(([key, big]) => {
    const type = key as keyof typeof bigs;
    return [
      big.map((value): GgufValue => ({ type, value })),
      fc
        .array(big, { maxLength: 6 })
        .map((list): GgufValue => ({ type: 'arr', of: type, value: ARRAY_OF[type].from(list) })),
    ];
  }),
  ...Object.entries(arrays).flatMap(([key, array]) => {
    const type = key as keyof typeof arrays;
    return [
      array.map((list): GgufValue => ({ type: 'arr', of: type, value: list })),
      // A single value is the first of an array, so that it has the precision of its type.
      array.map((list): GgufValue => ({ type, value: list[0] ?? 0 })),
    ];
  }),
);

const tensor: fc.Arbitrary<TensorContent> = fc
  .record({
    name,
    type: fc.constantFrom(...(Object.keys(GGML_TYPES) as GgmlType[])),
    ne: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
    fill: fc.nat(255),
  })
  .map(({ name, type, ne: [first = 1, ...rest], fill }) => {
    const ne = [first * GGML_TYPES[type].blockSize, ...rest];
    return { name, type, ne, data: Uint8Array.from({ length: tensorBytes(type, ne) }, (_, i) => (fill + i) & 255) };
  });

export interface Content {
  readonly metadata: readonly (readonly [string, GgufValue])[];
  readonly tensors: readonly (TensorContent & { data: Uint8Array })[];
}

/** A small file's content: keys and tensors with names of their own, sometimes an alignment. */
export const content: fc.Arbitrary<Content> = fc
  .record({
    metadata: fc.uniqueArray(fc.tuple(name, value), { maxLength: 6, selector: ([key]) => key }),
    tensors: fc.uniqueArray(tensor, { maxLength: 4, selector: (t) => t.name }),
    alignment: fc.option(fc.constantFrom(1, 2, 8, 32, 64, 256)),
  })
  .map(({ metadata, tensors, alignment }) => ({
    metadata:
      alignment === null ? metadata : [...metadata, ['general.alignment', { type: 'u32', value: alignment }] as const],
    tensors: tensors as Content['tensors'],
  }));

/** Bytes put one behind the other, little end first. */
export class Hand {
  #bytes: number[] = [];

  /** Magic, version 3 and the two counts. */
  static header(tensors: number | bigint, pairs: number | bigint, version = 3): Hand {
    return new Hand().ascii('GGUF').u32(version).u64(tensors).u64(pairs);
  }

  ascii(text: string): this {
    this.#bytes.push(...Buffer.from(text, 'latin1'));
    return this;
  }

  u32(value: number): this {
    this.#bytes.push(...new Uint8Array(Uint32Array.of(value).buffer));
    return this;
  }

  u64(value: number | bigint): this {
    this.#bytes.push(...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
    return this;
  }

  text(text: string): this {
    return this.u64(Buffer.byteLength(text)).raw(Buffer.from(text));
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  key(key: string, type: ValueType): this {
    return this.text(key).u32(VALUE_TYPES[type]);
  }

  /** A tensor record. */
  tensor(name: string, type: number, ne: readonly (number | bigint)[], offset: number | bigint): this {
    this.text(name).u32(ne.length);
    for (const n of ne) this.u64(n);
    return this.u32(type).u64(offset);
  }

  /** Pads to the alignment and adds bytes of data. */
  data(count: number, alignment = 32): this {
    const padding = (alignment - (this.#bytes.length % alignment)) % alignment;
    return this.raw(new Uint8Array(padding + count));
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
