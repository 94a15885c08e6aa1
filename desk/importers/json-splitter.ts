import { RECORD_BYTES } from './source.ts';

/** What to do with a value: look inside it, hand it over whole, or pass over it unread. */
export type Step = 'into' | 'take' | 'skip';

/**
 * Decides by the path of a value: member names joined by '.', '[]' for the elements of an array, e.g. `messages[]` or
 * `chats.list[].messages`. The root is ''. `opens` is the value's first character. Only objects and arrays can be gone into.
 */
export type Plan = (path: string, opens: '{' | '[' | 'scalar') => Step;

/** A value that was asked for; of one above the limit (`too-long`) only the beginning. */
export interface JsonPart {
  readonly type: 'value' | 'too-long';
  readonly path: string;
  /** valid until the next chunk is read */
  readonly bytes: Buffer;
  /** place among the elements of its array or the members of its object, from 0 */
  readonly index: number;
  /** first byte in the file */
  readonly offset: number;
}

export type JsonEvent =
  JsonPart | { readonly type: 'open'; readonly path: string } | { readonly type: 'close'; readonly path: string };

export interface JsonEnd {
  /** whole: the root was closed. cut: the file ended before. broken: something that is no JSON stood at `offset`. */
  readonly state: 'whole' | 'cut' | 'broken';
  /** true when the end came inside a value that would have been taken */
  readonly inside: boolean;
  readonly offset: number;
}

interface Level {
  readonly array: boolean;
  readonly path: string;
  /** values met so far */
  index: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
/** Beginning of a too long value that is kept for the rejected row. */
const KEPT_OF_TOO_LONG = 64 * 1024;

type Mode =
  'value' | 'first-value' | 'key' | 'in-key' | 'colon' | 'after' | 'in-value' | 'in-scalar' | 'done' | 'broken';

/**
 * Splits JSON into values without building it: it follows brackets and strings byte by byte, hands over the byte ranges
 * that the plan asks for, and leaves everything else unread. So records keep their exact bytes, a broken one spoils only
 * itself, a file cut anywhere gives all values before the cut, and memory holds one value at most.
 */
export class JsonSplitter {
  readonly #plan: Plan;
  readonly #limit: number;
  readonly #levels: Level[] = [];
  #mode: Mode = 'value';
  #events: JsonEvent[] = [];
  /** Bytes before the current chunk. */
  #base = 0;
  #brokenAt = 0;

  // The value being passed over or taken.
  #taking = false;
  #path = '';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #start = 0;
  #parts: Buffer[] = [];
  #length = 0;

  #key: Buffer[] = [];
  #keyText = '';

  constructor(plan: Plan, limit = RECORD_BYTES) {
    this.#plan = plan;
    this.#limit = limit;
  }

  /** Reads on; gives what was found in this chunk. */
  push(chunk: Buffer): JsonEvent[] {
    const n = chunk.length;
    let i = 0;
    while (i < n) {
      const mode = this.#mode;
      if (mode === 'in-value') {
        i = this.#passValue(chunk, i);
        continue;
      }
      if (mode === 'in-scalar') {
        i = this.#passScalar(chunk, i);
        continue;
      }
      if (mode === 'in-key') {
        i = this.#passKey(chunk, i);
        continue;
      }
      if (mode === 'broken') break;
      const byte = chunk[i] ?? 0;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
        i++;
        continue;
      }
      i = this.#step(i, byte);
    }
    if (this.#taking && (this.#mode === 'in-value' || this.#mode === 'in-scalar')) this.#keep(chunk, n);
    this.#base += n;
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Call after the last chunk; may give one more value (a number at the very end). */
  end(): { readonly events: readonly JsonEvent[]; readonly end: JsonEnd } {
    if (this.#mode === 'in-scalar' && this.#levels.length === 0) this.#finish(Buffer.alloc(0), 0);
    const events = this.#events;
    this.#events = [];
    const broken = this.#mode === 'broken';
    return {
      events,
      end: {
        state: broken ? 'broken' : this.#mode === 'done' ? 'whole' : 'cut',
        inside: !broken && this.#taking,
        offset: broken ? this.#brokenAt : this.#base,
      },
    };
  }

  /** A byte that is no space, between values. Returns the next place. */
  #step(i: number, byte: number): number {
    const level = this.#levels[this.#levels.length - 1];
    switch (this.#mode) {
      case 'value':
      case 'first-value':
        // A comma before the closing bracket is no JSON but does no harm.
        if (byte === CLOSE_ARRAY && level?.array === true) return this.#close(i);
        return this.#begin(i, byte);
      case 'key':
        if (byte === CLOSE_OBJECT) return this.#close(i);
        if (byte !== QUOTE) return this.#break(i);
        this.#mode = 'in-key';
        this.#key = [];
        return i + 1;
      case 'colon':
        if (byte !== COLON) return this.#break(i);
        this.#mode = 'value';
        return i + 1;
      case 'after':
        if (level === undefined) return this.#break(i);
        if (byte === COMMA) {
          this.#mode = level.array ? 'value' : 'key';
          return i + 1;
        }
        if (byte === (level.array ? CLOSE_ARRAY : CLOSE_OBJECT)) return this.#close(i);
        return this.#break(i);
      case 'done':
      case 'broken':
      case 'in-key':
      case 'in-value':
      case 'in-scalar':
        // Something after the end of the root; the others never come here.
        return this.#break(i);
    }
  }

  #break(i: number): number {
    this.#mode = 'broken';
    this.#brokenAt = this.#base + i;
    return i + 1;
  }

  #begin(i: number, byte: number): number {
    const level = this.#levels[this.#levels.length - 1];
    const path = level === undefined ? '' : level.array ? `${level.path}[]` : this.#memberPath(level);
    const bracket = byte === OPEN_OBJECT || byte === OPEN_ARRAY;
    if (!bracket && byte !== QUOTE && !startsScalar(byte)) return this.#break(i);
    const step = this.#plan(path, byte === OPEN_OBJECT ? '{' : byte === OPEN_ARRAY ? '[' : 'scalar');
    if (step === 'into' && bracket) {
      this.#levels.push({ array: byte === OPEN_ARRAY, path, index: 0 });
      this.#mode = byte === OPEN_ARRAY ? 'first-value' : 'key';
      this.#events.push({ type: 'open', path });
      return i + 1;
    }
    this.#taking = step === 'take';
    this.#path = path;
    this.#start = i;
    this.#parts = [];
    this.#length = 0;
    this.#depth = bracket ? 1 : 0;
    this.#inString = byte === QUOTE;
    this.#escaped = false;
    this.#mode = bracket || byte === QUOTE ? 'in-value' : 'in-scalar';
    return i + 1;
  }

  #memberPath(level: Level): string {
    return level.path === '' ? this.#keyText : `${level.path}.${this.#keyText}`;
  }

  /** Runs to the end of an object, array or string: the hot loop. */
  #passValue(chunk: Buffer, from: number): number {
    const n = chunk.length;
    let i = from;
    let depth = this.#depth;
    let inString = this.#inString;
    if (this.#escaped) {
      this.#escaped = false;
      i++;
    }
    while (i < n) {
      if (inString) {
        const byte = chunk[i++];
        if (byte === BACKSLASH) i++;
        else if (byte === QUOTE) {
          inString = false;
          if (depth === 0) return this.#finish(chunk, i);
        }
        continue;
      }
      const byte = chunk[i++];
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (--depth === 0) return this.#finish(chunk, i);
      }
    }
    this.#escaped = i > n;
    this.#depth = depth;
    this.#inString = inString;
    return n;
  }

  #passScalar(chunk: Buffer, from: number): number {
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0;
      if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || byte <= 0x20)
        return this.#finish(chunk, i);
    }
    return chunk.length;
  }

  #passKey(chunk: Buffer, from: number): number {
    let i = from;
    if (this.#escaped) {
      this.#escaped = false;
      i++;
    }
    for (; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) {
        this.#key.push(chunk.subarray(from, i));
        this.#keyText = Buffer.concat(this.#key).toString('utf8');
        this.#mode = 'colon';
        return i + 1;
      }
    }
    this.#escaped = i > chunk.length;
    this.#key.push(Buffer.from(chunk.subarray(from)));
    return chunk.length;
  }

  /** Holds the part of a value that this chunk has, for the chunks to come. */
  #keep(chunk: Buffer, end: number): void {
    const part = chunk.subarray(this.#start, end);
    this.#start = 0;
    const before = this.#length;
    this.#length += part.length;
    // Copied, because a chunk is valid only until the next.
    if (this.#length <= this.#limit) this.#parts.push(Buffer.from(part));
    else if (before <= this.#limit) {
      // Too long from here on: only the beginning stays.
      this.#parts = [Buffer.from(Buffer.concat([...this.#parts, part]).subarray(0, KEPT_OF_TOO_LONG))];
    }
  }

  /** The value ends before `end`. */
  #finish(chunk: Buffer, end: number): number {
    const level = this.#levels[this.#levels.length - 1];
    const index = level === undefined ? 0 : level.index++;
    if (this.#taking) {
      const whole = this.#parts.length === 0;
      const offset = this.#base + (whole ? this.#start : -this.#length);
      const length = this.#length + end - this.#start;
      if (length > this.#limit) {
        this.#keep(chunk, end);
        const bytes = Buffer.concat(this.#parts).subarray(0, KEPT_OF_TOO_LONG);
        this.#events.push({ type: 'too-long', path: this.#path, bytes, index, offset });
      } else {
        const last = chunk.subarray(this.#start, end);
        const bytes = whole ? last : Buffer.concat([...this.#parts, last], length);
        this.#events.push({ type: 'value', path: this.#path, bytes, index, offset });
      }
      this.#taking = false;
      this.#parts = [];
      this.#length = 0;
    }
    this.#mode = this.#levels.length === 0 ? 'done' : 'after';
    return end;
  }

  #close(i: number): number {
    const level = this.#levels.pop();
    if (level !== undefined) this.#events.push({ type: 'close', path: level.path });
    const above = this.#levels[this.#levels.length - 1];
    if (above !== undefined) above.index++;
    this.#mode = above === undefined ? 'done' : 'after';
    return i + 1;
  }
}

function startsScalar(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || (byte >= 0x61 && byte <= 0x7a) || byte === 0x4e;
}
