const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
const encoder = new TextEncoder();

/** Reads a length of 8 bytes, little end first; lengths over 2^53 come out as 2^53 or more and fail every check. */
export function readLength(bytes: DataView, at: number): number {
  return bytes.getUint32(at, true) + bytes.getUint32(at + 4, true) * 2 ** 32;
}

/**
 * A list of strings as it stands in a GGUF file (each: 8 bytes of length, then UTF-8), decoded on demand: a vocabulary
 * of 250,000 tokens is then read in milliseconds and copied into another file byte by byte.
 * Bytes that are no UTF-8 become U+FFFD when decoded and stay as they are in a copy.
 */
export class GgufStrings implements Iterable<string> {
  readonly length: number;
  /** the list as it stands in a file, without the array's own header */
  readonly raw: Uint8Array;
  /** where string i begins in `raw` (behind its length); one more at the end */
  readonly #starts: Uint32Array;

  /** @param starts where each string begins in `raw`, behind its 8 bytes of length; checked by the reader */
  constructor(raw: Uint8Array, starts: Uint32Array) {
    this.raw = raw;
    this.#starts = starts;
    this.length = starts.length;
  }

  static of(strings: readonly string[]): GgufStrings {
    const parts = strings.map((s) => encoder.encode(s));
    const raw = new Uint8Array(parts.reduce((sum, p) => sum + 8 + p.length, 0));
    const view = new DataView(raw.buffer);
    const starts = new Uint32Array(parts.length);
    let at = 0;
    for (const [i, part] of parts.entries()) {
      view.setUint32(at, part.length, true);
      raw.set(part, at + 8);
      starts[i] = at + 8;
      at += 8 + part.length;
    }
    return new GgufStrings(raw, starts);
  }

  /** The bytes of string `i`. @throws RangeError where there is none */
  bytesAt(i: number): Uint8Array {
    const start = this.#starts[i];
    if (start === undefined) throw new RangeError(`string ${i} of a list of ${this.length}`);
    const next = this.#starts[i + 1];
    return this.raw.subarray(start, next === undefined ? this.raw.length : next - 8);
  }

  /** String `i`. @throws RangeError where there is none */
  at(i: number): string {
    return decoder.decode(this.bytesAt(i));
  }

  *[Symbol.iterator](): Generator<string> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  toArray(): string[] {
    return [...this];
  }
}
