/**
 * Many texts as UTF-8 in one piece of memory: strings would live until the batch is written and make the heap grow,
 * and would be copied twice on their way to the other thread.
 */
export class TextColumn {
  /** End of each text in `bytes`; it begins where the one before ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
  #bytes: Buffer<ArrayBuffer>;
  #end = 0;
  #count = 0;

  constructor(most: number, bytes: number) {
    this.ends = new Uint32Array(most);
    this.#bytes = Buffer.alloc(bytes);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  push(text: string): void {
    const room = this.#end + 3 * text.length;
    if (room > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(room, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, this.#end);
      this.#bytes = grown;
    }
    this.#end += this.#bytes.write(text, this.#end, 'utf8');
    this.ends[this.#count++] = this.#end;
  }
}

/** A column of texts after its way between threads. */
export interface Texts {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
}

/** Text `i` as UTF-8, without a copy. */
export function textBytes({ bytes, ends }: Texts, i: number): Uint8Array {
  return bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i]);
}

export function textString(texts: Texts, i: number): string {
  const bytes = textBytes(texts, i);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
