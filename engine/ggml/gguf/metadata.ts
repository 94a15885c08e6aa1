import { GgufError } from './errors.ts';
import type { GgufStrings } from './strings.ts';
import type { GgufValue, ValueType } from './values.ts';

const INTEGERS: ReadonlySet<ValueType> = new Set(['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'u64', 'i64']);

/**
 * The key-value part of a GGUF file. A `require…` getter throws a GgufError that names the key where it is missing; both
 * kinds throw where the key is there with another type, or with a value that cannot be meant.
 */
export class GgufMetadata {
  /** every key with its typed value, in the order of the file */
  readonly values: ReadonlyMap<string, GgufValue>;
  readonly #file: string;

  constructor(file: string, values: ReadonlyMap<string, GgufValue>) {
    this.#file = file;
    this.values = values;
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  /** A whole number ≥ 0, whatever integer type it has in the file; at most 2^53. */
  optionalUint(key: string): number | undefined {
    const found = this.values.get(key);
    if (found === undefined) return undefined;
    if (!INTEGERS.has(found.type)) return this.#wrongType(key, found, 'a whole number');
    const value = Number(found.value);
    if (value < 0 || !Number.isSafeInteger(value)) {
      this.#fail(key, `is ${String(found.value)}, a whole number from 0 on is expected`);
    }
    return value;
  }

  requireUint(key: string): number {
    return this.optionalUint(key) ?? this.#missing(key, 'a whole number');
  }

  /** A finite number of type f32 or f64. */
  optionalFloat(key: string): number | undefined {
    const found = this.values.get(key);
    if (found === undefined) return undefined;
    if (found.type !== 'f32' && found.type !== 'f64') return this.#wrongType(key, found, 'a decimal number');
    if (!Number.isFinite(found.value)) this.#fail(key, `is ${found.value}, a finite number is expected`);
    return found.value;
  }

  requireFloat(key: string): number {
    return this.optionalFloat(key) ?? this.#missing(key, 'a decimal number');
  }

  optionalBool(key: string): boolean | undefined {
    const found = this.values.get(key);
    if (found === undefined) return undefined;
    return found.type === 'bool' ? found.value : this.#wrongType(key, found, 'true or false');
  }

  requireBool(key: string): boolean {
    return this.optionalBool(key) ?? this.#missing(key, 'true or false');
  }

  optionalString(key: string): string | undefined {
    const found = this.values.get(key);
    if (found === undefined) return undefined;
    return found.type === 'str' ? found.value : this.#wrongType(key, found, 'a text');
  }

  requireString(key: string): string {
    return this.optionalString(key) ?? this.#missing(key, 'a text');
  }

  optionalStrings(key: string): GgufStrings | undefined {
    const found = this.values.get(key);
    if (found === undefined) return undefined;
    return found.type === 'arr' && found.of === 'str' ? found.value : this.#wrongType(key, found, 'a list of texts');
  }

  requireStrings(key: string): GgufStrings {
    return this.optionalStrings(key) ?? this.#missing(key, 'a list of texts');
  }

  /** A list of numbers or of booleans (as 0 and 1): per-layer head counts, window patterns, token types, scores. */
  optionalNumbers(key: string): ArrayLike<number> | undefined {
    const found = this.values.get(key);
    if (found === undefined) return undefined;
    if (found.type !== 'arr' || found.of === 'str') return this.#wrongType(key, found, 'a list of numbers');
    const { value } = found;
    if (!(value instanceof BigUint64Array || value instanceof BigInt64Array)) return value;
    return Array.from(value, (element) =>
      Number.isSafeInteger(Number(element))
        ? Number(element)
        : this.#fail(key, `holds ${element}, which is beyond 2^53`),
    );
  }

  requireNumbers(key: string): ArrayLike<number> {
    return this.optionalNumbers(key) ?? this.#missing(key, 'a list of numbers');
  }

  #missing(key: string, expected: string): never {
    this.#fail(key, `is missing; ${expected} is expected`);
  }

  #wrongType(key: string, found: GgufValue, expected: string): never {
    this.#fail(key, `has type ${found.type === 'arr' ? `list of ${found.of}` : found.type}; ${expected} is expected`);
  }

  #fail(key: string, what: string): never {
    throw new GgufError(
      this.#file,
      `key '${key}'`,
      what,
      'This file does not describe a model that can be run here; use another',
    );
  }
}
