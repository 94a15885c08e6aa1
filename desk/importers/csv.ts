import { plainCell } from '../exporters/safe-cell.ts';
import { columnsOf, guessMapping } from './columns.ts';
import { dialectOf, type Dialect } from './csv-dialect.ts';
import { csvRecords, type CsvRecord } from './csv-records.ts';
import { ImportError } from './import-error.ts';
import { HEAD_BYTES, type Input } from './input.ts';
import { nextPlace, rejected } from './json-rows.ts';
import { ownMapping } from './own-export.ts';
import type { Place, SourceRow } from './record.ts';
import { previewBytes, type ReadContext } from './reading.ts';
import { inFigures } from './tally.ts';
import { mappingFor, TableRows, wrongWidth } from './table-row.ts';

/** Makes the row of one record that has as many cells as the table has columns. */
export type RowOfRecord = (cells: readonly string[], record: CsvRecord, place: Place) => SourceRow;

/** Reads a CSV or TSV file with the columns that were mapped. */
export async function* readCsv(context: ReadContext): AsyncGenerator<SourceRow[]> {
  const { input, options, tally } = context;
  const dialect = await dialectOfInput(input);
  const guess = guessMapping(columnsOf(dialect.columns, dialect.samples));
  const mapping = mappingFor(options.mapping, guess, dialect.columns, input);
  const rows = new TableRows(mapping, input, tally, dialect.columns);
  const at = new Map(dialect.columns.map((name, index) => [name, index]));
  // An apostrophe in front of a formula is ours only in a table of ours.
  const asWritten = ownMapping(dialect.columns) === null ? (cell: string): string => cell : plainCell;
  yield* readTable(context, dialect, (cells, { raw }, place) =>
    rows.row((column) => asWritten(cells[at.get(column) ?? -1] ?? ''), raw, place),
  );
  rows.finish();
  if (tally.pending) yield tally.take();
}

/** How the table of this input is written. @throws ImportError where it is none */
export async function dialectOfInput(input: Input): Promise<Dialect> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of previewBytes(input)) {
    parts.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > HEAD_BYTES) break;
  }
  const head = Buffer.concat(parts);
  const dialect = dialectOf(head.toString('utf8', 0, HEAD_BYTES), head.length <= HEAD_BYTES);
  if (dialect === null)
    throw new ImportError(input.path, input.member, 'holds no rows.', 'Choose a table with a header and rows.');
  return dialect;
}

/** The rows of a delimited table; what does not fit the header is rejected with its line. */
export async function* readTable(
  context: ReadContext,
  dialect: Dialect,
  rowOf: RowOfRecord,
): AsyncGenerator<SourceRow[]> {
  const { tally } = context;
  let skip = dialect.skipLines + (dialect.header ? 1 : 0);
  let cut: number | null = null;
  for await (const records of csvRecords(context, dialect)) {
    for (const record of records) {
      if (skip > 0) {
        skip--;
        continue;
      }
      if (record.fault === null && isBlank(record)) continue;
      if (record.fault === 'cut') cut = record.line;
      tally.add(rowOfRecord(context, dialect, record, rowOf));
      if (tally.full) yield tally.take();
    }
    if (tally.pending) yield tally.take();
  }
  if (cut !== null || tally.broken !== null)
    tally.warn(
      `The file ends ${cut === null ? 'too early' : `in the middle of the row on line ${inFigures(cut)}`}; ` +
        `the rows before it were read. It was cut off: export or copy it again.${tally.broken === null ? '' : ` ${tally.broken}`}`,
    );
  else tally.complete = true;
}

function isBlank({ cells, raw }: CsvRecord): boolean {
  return cells.length <= 1 && raw.trim() === '';
}

function rowOfRecord(
  { input, tally }: ReadContext,
  dialect: Dialect,
  record: CsvRecord,
  rowOf: RowOfRecord,
): SourceRow {
  const place = nextPlace(input, tally);
  const { cells, raw, line, fault } = record;
  if (fault === 'open-quote') {
    tally.warn(`A quote opened on line ${inFigures(line)} is never closed; the row on that line was rejected.`);
    return rejected(place, raw, `line ${inFigures(line)} opens a quote that is never closed.`);
  }
  if (fault === 'cut') return rejected(place, raw, `the file ends in the middle of line ${inFigures(line)}.`);
  if (raw.includes('\0')) return rejected(place, raw, `line ${inFigures(line)} holds NUL bytes.`);
  const width = dialect.columns.length;
  if (cells.length === width) return rowOf(cells, record, place);
  // Empty cells at the end are nothing, and missing ones are empty.
  const filled = cells.length < width || cells.slice(width).every((cell) => cell === '');
  if (!filled) return wrongWidth(place, raw, line, cells.length, width);
  return rowOf([...cells, ...Array<string>(Math.max(0, width - cells.length)).fill('')].slice(0, width), record, place);
}
