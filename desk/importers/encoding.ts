import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

export type Encoding = 'UTF-8' | 'UTF-16 LE' | 'UTF-16 BE' | 'Windows-1252';

/** The byte order mark at the start, and how many bytes it takes. */
export function bomOf(bytes: Buffer): { readonly encoding: Encoding; readonly length: number } | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'UTF-8', length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'UTF-16 LE', length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'UTF-16 BE', length: 2 };
  return null;
}

/**
 * Turns the bytes of a text file into UTF-8 without a byte order mark, chunk by chunk. A mark decides; without one the
 * decision stays open while all is ASCII (equal in both), and the first other bytes make it: UTF-8 if they are well
 * formed, else Windows-1252.
 */
export class Utf8Stream {
  encoding: Encoding | null = null;
  /** Bytes that are no UTF-8 came after the file had been taken for UTF-8. */
  damaged = false;
  #start = true;
  #decoder: TextDecoder | null = null;
  /** Bytes held back: the start of a character that the chunk cut, or of a mark. */
  #held: Buffer = Buffer.alloc(0);

  /** The bytes to read on with. `last` with an empty chunk at the end of the file. */
  push(bytes: Buffer, last = false): Buffer {
    let chunk = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    this.#held = Buffer.alloc(0);
    if (this.#start) {
      if (chunk.length < 3 && !last) {
        this.#held = Buffer.from(chunk);
        return Buffer.alloc(0);
      }
      this.#start = false;
      const bom = bomOf(chunk);
      if (bom !== null) {
        this.#decide(bom.encoding);
        chunk = chunk.subarray(bom.length);
      }
    }
    if (this.encoding === null && !isAscii(chunk)) {
      const whole = last ? chunk : withoutCutCharacter(chunk);
      // Nothing but the beginning of one character: the next bytes tell.
      if (isAscii(whole) && !last) {
        this.#held = Buffer.from(chunk.subarray(whole.length));
        return whole;
      }
      this.#decide(isUtf8(whole) || (last && isUtf8(withoutCutCharacter(chunk))) ? 'UTF-8' : 'Windows-1252');
    }
    if (this.#decoder !== null) return Buffer.from(this.#decoder.decode(chunk, { stream: !last }));
    if (this.encoding === 'UTF-8' && !this.damaged) {
      const whole = last ? chunk : withoutCutCharacter(chunk);
      this.#held = Buffer.from(chunk.subarray(whole.length));
      if (!isUtf8(whole)) this.damaged = !last || !isUtf8(withoutCutCharacter(whole));
      return whole;
    }
    return chunk;
  }

  #decide(encoding: Encoding): void {
    this.encoding = encoding;
    if (encoding === 'UTF-16 LE') this.#decoder = new TextDecoder('utf-16le', { ignoreBOM: true });
    if (encoding === 'UTF-16 BE') this.#decoder = new TextDecoder('utf-16be', { ignoreBOM: true });
    if (encoding === 'Windows-1252') this.#decoder = new TextDecoder('windows-1252');
  }
}

/** The chunk without the first bytes of a character that goes on in the next one. */
function withoutCutCharacter(chunk: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= chunk.length; back++) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte < 0x80) return chunk;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? chunk.subarray(0, chunk.length - back) : chunk;
    }
  }
  return chunk;
}

/** A well-formed string without NUL: lone surrogates and U+0000 become U+FFFD, everything else stays (also bidi marks). */
export function cleanText(text: string): string {
  const formed = text.isWellFormed() ? text : text.toWellFormed();
  return formed.includes('\0') ? formed.replaceAll('\0', '\uFFFD') : formed;
}
