/** Metadata values of a GGUF file, with the types they have in the file, so that a copy keeps them. */
import type { GgufStrings } from './strings.ts';

/** Number in a file, by name. */
export const VALUE_TYPES = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  str: 8,
  arr: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;

export type ValueType = keyof typeof VALUE_TYPES;
/** Types of single numbers and of the elements of numeric arrays that fit a JavaScript number. */
export type NumberType = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'f64';
export type BigType = 'u64' | 'i64';

export type NumberArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/**
 * One metadata value. Arrays of arrays are not read (ggml refuses them too); an array of booleans holds 0 and 1.
 */
export type GgufValue =
  | { readonly type: NumberType; readonly value: number }
  | { readonly type: BigType; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'arr'; readonly of: 'str'; readonly value: GgufStrings }
  | { readonly type: 'arr'; readonly of: 'bool'; readonly value: Uint8Array }
  | { readonly type: 'arr'; readonly of: NumberType; readonly value: NumberArray }
  | { readonly type: 'arr'; readonly of: BigType; readonly value: BigUint64Array | BigInt64Array };

/** Bytes of one element in a file; strings and arrays have no fixed size. */
export const VALUE_BYTES = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  u64: 8,
  i64: 8,
  f64: 8,
} as const satisfies Partial<Record<ValueType, number>>;

/** What holds an array of these in memory. */
export const ARRAY_OF = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
  bool: Uint8Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
} as const;

const NAMES = new Map<number, ValueType>();
for (const [name, id] of Object.entries(VALUE_TYPES)) NAMES.set(id, name as ValueType);

/** The value type with this number in a file, or undefined. */
export function valueTypeOf(id: number): ValueType | undefined {
  return NAMES.get(id);
}

export const str = (value: string): GgufValue => ({ type: 'str', value });
export const u32 = (value: number): GgufValue => ({ type: 'u32', value });
export const f32 = (value: number): GgufValue => ({ type: 'f32', value: Math.fround(value) });
export const bool = (value: boolean): GgufValue => ({ type: 'bool', value });
