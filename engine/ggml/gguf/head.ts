/** The moving front of the reader: takes numbers and strings off the head of a GGUF, never past what is there. */
import { DAMAGED, GgufError } from './errors.ts';
import type { ByteSource } from './source.ts';
import { GgufStrings, readLength } from './strings.ts';

/** No real head comes near it (250,000 tokens with scores and merges take 15 MB); it bounds the memory of a hostile one. */
const MAX_HEAD = 256 * 2 ** 20;
const FIRST_CHUNK = 2 ** 16;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

export class Head {
  readonly source: ByteSource;
  /** where the next byte is taken */
  at = 0;
  /** what is being read now, for error messages */
  subject = 'header';
  #bytes: Uint8Array;
  #view: DataView;
  #loaded = 0;

  constructor(source: ByteSource) {
    this.source = source;
    this.#bytes = new Uint8Array(Math.min(FIRST_CHUNK, source.size));
    this.#view = new DataView(this.#bytes.buffer);
  }

  fail(what: string, remedy = DAMAGED): never {
    const place = this.subject === 'header' ? `byte ${this.at}` : `${this.subject} (byte ${this.at})`;
    throw new GgufError(this.source.name, place, what, remedy);
  }

  get remaining(): number {
    return this.source.size - this.at;
  }

  /** Makes sure that `count` more bytes are in memory. Memory at most doubles what the file was shown to hold. */
  need(count: number): void {
    if (this.at + count <= this.#loaded) return;
    if (count > this.remaining) {
      this.fail(`${count} more bytes are announced, but only ${this.remaining} are left in the file`);
    }
    const end = this.at + count;
    if (end > MAX_HEAD)
      this.fail(`the head is larger than ${MAX_HEAD} bytes`, 'No known model has such a head; use another file');
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.source.size, Math.max(end, 2 * this.#bytes.length)));
      grown.set(this.#bytes.subarray(0, this.#loaded));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.source.read(this.#loaded, this.#bytes.subarray(this.#loaded));
    this.#loaded = this.#bytes.length;
  }

  u8(): number {
    this.need(1);
    return this.#view.getUint8(this.at++);
  }

  u32(): number {
    this.need(4);
    this.at += 4;
    return this.#view.getUint32(this.at - 4, true);
  }

  /** A count, length or offset of 8 bytes, at most `max`. */
  length(what: string, max: number): number {
    this.need(8);
    const value = readLength(this.#view, this.at);
    if (value > max) this.fail(`${what} is ${this.#view.getBigUint64(this.at, true)}, but at most ${max} can be true`);
    this.at += 8;
    return value;
  }

  /** A copy of the next `count` bytes, in memory of its own (and so aligned for every typed array). */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    this.need(count);
    this.at += count;
    return this.#bytes.slice(this.at - count, this.at);
  }

  /** A name: UTF-8 without fault, without NUL, since names are compared and shown. */
  name(what: string, max: number): string {
    const length = this.length(`the length of ${what}`, max);
    this.need(length);
    const bytes = this.#bytes.subarray(this.at, this.at + length);
    let name: string;
    try {
      name = strict.decode(bytes);
    } catch {
      this.fail(`${what} is not UTF-8`);
    }
    if (name === '' || name.includes('\0')) this.fail(`${what} is empty or holds a NUL character`);
    this.at += length;
    return name;
  }

  /** A text; bytes that are no UTF-8 become U+FFFD. */
  text(): string {
    const length = this.length('the length of a text', this.remaining);
    this.need(length);
    this.at += length;
    return lenient.decode(this.#bytes.subarray(this.at - length, this.at));
  }

  strings(count: number): GgufStrings {
    const start = this.at;
    const starts = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      // The usual case is inlined: vocabularies have hundreds of thousands of texts.
      if (this.at + 8 > this.#loaded) this.need(8);
      const length = readLength(this.#view, this.at);
      if (length > this.remaining - 8) this.fail(`text ${i} of the list is longer than the file`);
      this.at += 8;
      starts[i] = this.at - start;
      this.at += length;
    }
    // The last text may reach beyond what is loaded so far.
    this.need(0);
    return new GgufStrings(this.#bytes.slice(start, this.at), starts);
  }
}
