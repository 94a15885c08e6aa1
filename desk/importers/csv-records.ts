import { Parser } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { csvOptions, type Dialect } from './csv-dialect.ts';
import { utf8Bytes, type ReadContext } from './reading.ts';
import { RECORD_BYTES } from './source.ts';

/** One record of a delimited table. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** As it stands in the file, without its line end. */
  readonly raw: string;
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** `open-quote`: a quote was opened and not closed; the record is the line it stands on. */
  readonly fault: 'open-quote' | 'cut' | null;
}

/** What csv-parse gives with `raw`. */
interface Parsed {
  readonly record: string[];
  readonly raw: string;
}

/** A field above this is looked at: did an unclosed quote swallow rows? */
const SUSPICIOUS_BYTES = 1024 * 1024;

/**
 * The records of a table, by csv-parse. An unclosed quote would swallow the rest of the file: once a record passes 1 MB
 * and what it swallowed looks like rows of this table, or at 16 MB in any case, the line is given as a fault and reading
 * goes on behind it.
 */
export async function* csvRecords(context: ReadContext, dialect: Dialect): AsyncGenerator<readonly CsvRecord[]> {
  const state = new RecordStream(dialect);
  for await (const chunk of utf8Bytes(context)) yield* state.push(Buffer.from(chunk));
  yield* state.end(context.tally.broken !== null);
}

class RecordStream {
  readonly #dialect: Dialect;
  #parser: Parser;
  /** Bytes that the current parser was given and has not made records of. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #pushed = 0;
  /** Lines before the current parser's first, and before the next record. */
  #linesBefore = 0;
  #lines = 0;
  #checkedAt = 0;
  #records: CsvRecord[] = [];
  /** Bytes of the current parser's that have become records. */
  #recordsEnd = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    this.#parser = this.#newParser();
  }

  async *push(chunk: Buffer): AsyncGenerator<readonly CsvRecord[]> {
    let next: Buffer | null = chunk;
    while (next !== null) {
      const records = await this.#feed(next);
      next = null;
      if (records.length > 0) yield records;
      if (this.#pendingBytes < Math.max(SUSPICIOUS_BYTES, this.#checkedAt * 2) && this.#pendingBytes <= RECORD_BYTES)
        continue;
      this.#checkedAt = this.#pendingBytes;
      const rest = Buffer.concat(this.#pending);
      if (this.#pendingBytes <= RECORD_BYTES && !this.#swallowedRows(rest)) continue;
      const fault = this.#skipLine(rest);
      yield [fault.record];
      next = fault.rest;
    }
  }

  /** `cut`: the bytes are known to have ended too early. */
  async *end(cut: boolean): AsyncGenerator<readonly CsvRecord[]> {
    for (;;) {
      const before = Buffer.concat(this.#pending);
      const failed = await this.#finish();
      const records = this.#drain();
      if (failed === null) {
        const last = records.at(-1);
        const open = before.length > 0 && !/[\r\n]$/.test(before.toString('latin1', before.length - 1));
        // A last row with fewer cells and without a line end is one that was cut.
        if (last !== undefined && open && (cut || last.cells.length < this.#width()))
          records[records.length - 1] = { ...last, fault: 'cut' };
        if (records.length > 0) yield records;
        return;
      }
      if (records.length > 0) yield records;
      const rest = Buffer.concat(this.#pending);
      if (rest.length === 0) return;
      if (!this.#swallowedRows(rest)) {
        yield [{ cells: [], raw: rest.toString('utf8').trimEnd(), line: this.#lines + 1, fault: 'cut' }];
        return;
      }
      const fault = this.#skipLine(rest);
      yield [fault.record];
      const behind = await this.#feed(fault.rest);
      if (behind.length > 0) yield behind;
    }
  }

  #newParser(): Parser {
    const { delimiter, quotes } = this.#dialect;
    const parser = new Parser({
      ...csvOptions(delimiter, quotes),
      raw: true,
      // Taken here and not out of the stream: that is faster, and loses nothing when the end turns out to be an error.
      on_record: (parsed: unknown, { bytes, lines }): null => {
        const { record, raw } = parsed as Parsed;
        this.#records.push({ cells: record, raw: withoutLineEnd(raw), line: this.#lines + 1, fault: null });
        this.#lines = this.#linesBefore + lines;
        this.#recordsEnd = bytes;
        return null;
      },
    });
    // Reported through the callbacks below; without a listener it would end the process.
    parser.on('error', () => undefined);
    return parser;
  }

  #width(): number {
    return this.#dialect.columns.length;
  }

  async #feed(chunk: Buffer): Promise<CsvRecord[]> {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    this.#pushed += chunk.length;
    await new Promise<void>((resolve) => this.#parser.write(chunk, () => resolve()));
    return this.#drain();
  }

  #drain(): CsvRecord[] {
    const records = this.#records;
    this.#records = [];
    if (records.length > 0) this.#release(this.#pushed - this.#recordsEnd);
    return records;
  }

  /** Lets go of the bytes that have become records: all but the last `open`. */
  #release(open: number): void {
    let excess = this.#pendingBytes - open;
    while (excess > 0) {
      const first = this.#pending[0];
      if (first === undefined) break;
      if (first.length <= excess) this.#pending.shift();
      else this.#pending[0] = first.subarray(excess);
      excess -= first.length;
    }
    this.#pendingBytes = open;
    this.#checkedAt = 0;
  }

  #finish(): Promise<unknown> {
    const parser = this.#parser;
    return new Promise((resolve) => {
      parser.once('error', (error) => resolve(error));
      parser.end(() => resolve(null));
    });
  }

  /** Whether the lines behind the first look like rows of this table. */
  #swallowedRows(rest: Buffer): boolean {
    const width = this.#width();
    const text = rest.toString('utf8', 0, Math.min(rest.length, 64 * 1024));
    const lines = text.split(/\r\n|\n|\r/).slice(1, 22);
    if (rest.length > 64 * 1024) lines.pop();
    const rows = lines.filter((line) => line.trim() !== '');
    if (width < 2 || rows.length === 0) return false;
    return rows.filter((line) => cellCount(line, this.#dialect) === width).length >= rows.length * 0.6;
  }

  /** The first line becomes a fault; a new parser begins behind it. */
  #skipLine(rest: Buffer): { readonly record: CsvRecord; readonly rest: Buffer } {
    const end = lineEnd(rest);
    const line = this.#lines + 1;
    const raw = withoutLineEnd(rest.toString('utf8', 0, Math.min(end, 64 * 1024)));
    this.#parser.destroy();
    this.#parser = this.#newParser();
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#pushed = 0;
    this.#linesBefore = line;
    this.#lines = line;
    this.#checkedAt = 0;
    return { record: { cells: [], raw, line, fault: 'open-quote' }, rest: rest.subarray(end) };
  }
}

function cellCount(line: string, dialect: Dialect): number {
  try {
    const [record] = parse(line, csvOptions(dialect.delimiter, dialect.quotes));
    const cells = record?.length ?? 0;
    return dialect.trailing ? cells - 1 : cells;
  } catch {
    return 0;
  }
}

/** Where the first line ends, its line end included. */
function lineEnd(bytes: Buffer): number {
  const newline = bytes.indexOf(0x0a);
  const lone = bytes.indexOf(0x0d);
  if (lone !== -1 && (newline === -1 || lone < newline - 1)) return lone + 1;
  return newline === -1 ? bytes.length : newline + 1;
}

function withoutLineEnd(raw: string): string {
  let end = raw.length;
  while (end > 0 && (raw.charCodeAt(end - 1) === 0x0a || raw.charCodeAt(end - 1) === 0x0d)) end--;
  return end === raw.length ? raw : raw.slice(0, end);
}
