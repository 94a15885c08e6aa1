import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { sentenceOf } from '../reason.ts';
import { columnsOf, guessMapping } from './columns.ts';
import { ImportError } from './import-error.ts';
import { allOf, type Input } from './input.ts';
import { rejected } from './json-rows.ts';
import { LIMITS } from './limits.ts';
import type { SourceRow } from './record.ts';
import type { ReadContext, Reader } from './reading.ts';
import { RECORD_BYTES, type Column } from './source.ts';
import { mappingFor, TableRows, type Cell } from './table-row.ts';
import { inFigures } from './tally.ts';

/** A group of rows above this is read in slices. */
const GROUP_BYTES = 48 * 1024 * 1024;

interface ParquetFile extends AsyncDisposable {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  /** Columns that hold one value a row; lists and structs are not offered. */
  readonly columns: readonly string[];
  /** Columns of local times. */
  readonly local: ReadonlySet<string>;
}

/** @throws ImportError for a file that is cut, encrypted or no Parquet */
async function openParquet(input: Input): Promise<ParquetFile> {
  const handle = input.plain ? await open(input.path, 'r') : null;
  try {
    const held = handle === null ? await allOf(input, LIMITS.heldBytes, 'A Parquet file') : null;
    const byteLength = held?.length ?? (await handle?.stat())?.size ?? 0;
    const slice = async (start: number, end = byteLength): Promise<ArrayBuffer> => {
      const bytes = new Uint8Array(Math.max(0, end - start));
      if (held !== null) bytes.set(held.subarray(start, end));
      else await handle?.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    };
    const tail = Buffer.from(await slice(Math.max(0, byteLength - 4))).toString('latin1');
    if (tail === 'PARE')
      throw new ImportError(input.path, input.member, 'is an encrypted Parquet file.', 'Save it without encryption.');
    // Both marks, and the length between them.
    if (tail !== 'PAR1' || byteLength < 12)
      throw new ImportError(
        input.path,
        input.member,
        'is a Parquet file without its end, where its table of contents stands: it was cut.',
        'Copy or export it again.',
        { byte: byteLength },
      );
    const file: AsyncBuffer = { byteLength, slice };
    const metadata = await parquetMetadataAsync(file, { geoparquet: false });
    const leaves = parquetSchema(metadata).children.filter(
      ({ children, element }) => children.length === 0 && element.repetition_type !== 'REPEATED',
    );
    const local = leaves.filter(
      ({ element }) => element.logical_type?.type === 'TIMESTAMP' && !element.logical_type.isAdjustedToUTC,
    );
    return {
      file,
      metadata,
      columns: leaves.map(({ element }) => element.name),
      local: new Set(local.map(({ element }) => element.name)),
      [Symbol.asyncDispose]: async () => handle?.close(),
    };
  } catch (thrown) {
    await handle?.close();
    if (thrown instanceof ImportError) throw thrown;
    throw new ImportError(
      input.path,
      input.member,
      `is a Parquet file whose table of contents cannot be read. ${sentenceOf(thrown)}`,
      'Export it again.',
    );
  }
}

/** Columns of a Parquet file with their first values. @throws ImportError as reading does */
export async function parquetColumns(input: Input): Promise<readonly Column[]> {
  await using parquet = await openParquet(input);
  const { file, metadata, columns } = parquet;
  const first = Number(metadata.row_groups[0]?.num_rows ?? 0n);
  // A sample is not worth decoding a group of a hundred megabytes.
  const small = Number(metadata.row_groups[0]?.total_byte_size ?? 0n) <= GROUP_BYTES;
  const rows = small ? await readSlice(file, metadata, columns, 0, Math.min(50, first)) : [];
  return columnsOf(
    columns,
    rows.map((row) => columns.map((name) => shown(row[name]))),
  );
}

/** Reads Parquet files as one table: a folder of parts is one source. */
export function parquetReader(parts: readonly Input[]): Reader {
  return async function* (context) {
    for (const input of parts) yield* readPart({ ...context, input }, parts.length > 1 ? input.name : input.member);
    context.tally.complete = context.tally.broken === null;
  };
}

async function* readPart(context: ReadContext, member: string): AsyncGenerator<SourceRow[]> {
  const { input, options, tally } = context;
  await using parquet = await openParquet(input);
  const { file, metadata, columns, local } = parquet;
  const columnGuess = options.mapping === undefined ? guessMapping(await parquetColumns(input)) : null;
  const mapping = mappingFor(options.mapping, columnGuess, columns, input);
  const table = new TableRows(mapping, input, tally, columns);
  let from = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const slices = Math.max(1, Math.ceil(Number(group.total_byte_size) / GROUP_BYTES));
    const step = Math.max(1, Math.ceil(rows / slices));
    for (let start = from; start < from + rows; start += step) {
      options.signal?.throwIfAborted();
      const end = Math.min(start + step, from + rows);
      for (const row of await readSlice(file, metadata, columns, start, end)) {
        const place = { member, row: tally.rows + 1 };
        const raw = rawOf(row);
        if (raw.length > RECORD_BYTES) {
          const limit = RECORD_BYTES / 1024 / 1024;
          tally.add(rejected(place, raw.slice(0, 65_536), `row ${inFigures(place.row)} is longer than ${limit} MB.`));
        } else tally.add(table.row((column) => cellOf(row[column], local.has(column)), raw, place));
        if (tally.full) yield tally.take();
      }
      if (tally.pending) yield tally.take();
    }
    from += rows;
  }
  table.finish();
  tally.bytes += file.byteLength;
}

type Row = Readonly<Record<string, unknown>>;

async function readSlice(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
  rowStart: number,
  rowEnd: number,
): Promise<Row[]> {
  if (rowEnd <= rowStart) return [];
  return parquetReadObjects({
    file,
    metadata,
    columns: [...columns],
    rowStart,
    rowEnd,
    compressors,
    useOffsetIndex: true,
    geoparquet: false,
    parsers: PARSERS,
  });
}

const utf8 = new TextDecoder();

/** Text of a value; of one that is not text at all only its size. Missing values come as undefined and stay so. */
function text(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || isUtf8(bytes)) return bytes && utf8.decode(bytes);
  const read = utf8.decode(bytes);
  return read.split('\uFFFD').length > 2 + read.length / 20
    ? `(${inFigures(bytes.length)} bytes that are no text)`
    : read;
}

const PARSERS = {
  timestampFromMilliseconds: (value: bigint | undefined) => (value === undefined ? undefined : new Date(Number(value))),
  timestampFromMicroseconds: (value: bigint | undefined) =>
    value === undefined ? undefined : new Date(Number(value / 1000n)),
  timestampFromNanoseconds: (value: bigint | undefined) =>
    value === undefined ? undefined : new Date(Number(value / 1_000_000n)),
  dateFromDays: (days: number | undefined) => (days === undefined ? undefined : new Date(days * 86_400_000)),
  stringFromBytes: text,
  // A JSON column stays as it is written.
  jsonFromBytes: text,
};

function cellOf(value: unknown, local: boolean): Cell {
  if (!(value instanceof Date)) return shown(value);
  return Number.isNaN(value.getTime()) ? '' : { ms: value.getTime(), zone: local ? 'unknown' : 'utc' };
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return '';
}

/** A row has no text of its own in a Parquet file; JSON with all digits stands for it. */
function rawOf(row: Row): string {
  return JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
