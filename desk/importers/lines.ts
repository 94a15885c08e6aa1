import { RECORD_BYTES } from './source.ts';

export interface Line {
  /** Without its line end; of a line above the limit only the beginning. */
  readonly text: string;
  /** from 1 */
  readonly number: number;
  /** first byte in the file, after unpacking and decoding */
  readonly offset: number;
  readonly tooLong: boolean;
  /** '' for the last line of a file that does not end in a line break. */
  readonly ending: '\n' | '\r\n' | '';
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const KEPT_OF_TOO_LONG = 64 * 1024;

/** Cuts UTF-8 into lines at LF or CRLF, chunk by chunk; holds one unfinished line at most. */
export class LineSplitter {
  #parts: Buffer[] = [];
  #length = 0;
  #number = 0;
  #offset = 0;

  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from);
      if (end === -1) break;
      lines.push(this.#line(chunk.subarray(from, end), true));
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    return lines;
  }

  /** The last line, if the file does not end in a line break. */
  end(): Line | null {
    return this.#length === 0 ? null : this.#line(Buffer.alloc(0), false);
  }

  #line(last: Buffer, ended: boolean): Line {
    const length = this.#length + last.length;
    const tooLong = length > RECORD_BYTES;
    if (tooLong) this.#keep(last);
    let bytes =
      this.#parts.length === 0 ? last : tooLong ? Buffer.concat(this.#parts) : Buffer.concat([...this.#parts, last]);
    if (tooLong) bytes = bytes.subarray(0, KEPT_OF_TOO_LONG);
    const returned = ended && bytes[bytes.length - 1] === RETURN;
    const line: Line = {
      text: bytes.toString('utf8', 0, returned ? bytes.length - 1 : bytes.length),
      number: ++this.#number,
      offset: this.#offset,
      tooLong,
      ending: !ended ? '' : returned ? '\r\n' : '\n',
    };
    this.#offset += length + (ended ? 1 : 0);
    this.#parts = [];
    this.#length = 0;
    return line;
  }

  #keep(part: Buffer): void {
    const before = this.#length;
    this.#length += part.length;
    if (this.#length <= RECORD_BYTES) this.#parts.push(Buffer.from(part));
    else if (before <= RECORD_BYTES)
      this.#parts = [Buffer.from(Buffer.concat([...this.#parts, part]).subarray(0, KEPT_OF_TOO_LONG))];
  }
}
