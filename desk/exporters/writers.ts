/** Writes decisions to a file, in each format as a stream. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { recordOf } from './argilla.ts';
import { COLUMNS, type Decision, rowOf } from './decisions.ts';
import type { ExportFormat } from './formats.ts';
import { taskOf } from './label-studio.ts';
import { safeCell } from './safe-cell.ts';

type Rows = AsyncIterable<Decision>;
type Write = (rows: Rows, path: string) => Promise<void>;

/** Rows of a Parquet file that are in memory at once. */
const ROW_GROUP = 10_000;

export const WRITERS: Readonly<Record<ExportFormat, Write>> = {
  csv: async (rows, path) => {
    const table = stringify({ header: true, columns: [...COLUMNS], cast: { string: safeCell } });
    await pipeline(each(rows, rowOf), table, createWriteStream(path));
  },
  jsonl: async (rows, path) => {
    await pipeline(
      each(rows, (decision) => `${JSON.stringify(rowOf(decision))}\n`),
      createWriteStream(path),
    );
  },
  parquet: async (rows, path) => {
    await parquetWriteRows({
      rows: each(rows, rowOf),
      columns: COLUMNS.map((name) => ({
        name,
        type: name === 'version' ? 'INT32' : name === 'score' || name === 'opinion_probability' ? 'DOUBLE' : 'STRING',
        nullable: true,
      })),
      rowGroupSize: ROW_GROUP,
      createdBy: 'moderato',
      writer: fileWriter(path),
    });
  },
  'label-studio': async (rows, path) => await writeList(each(byMessage(rows), taskOf), path),
  argilla: async (rows, path) => await writeList(each(byMessage(rows), recordOf), path),
};

async function* each<T, R>(values: AsyncIterable<T>, to: (value: T) => R): AsyncGenerator<R> {
  for await (const value of values) yield to(value);
}

/** The verdicts about each version of each message, together. */
async function* byMessage(rows: Rows): AsyncGenerator<readonly [Decision, ...Decision[]]> {
  // The versions of one message, by number.
  let open = new Map<number, [Decision, ...Decision[]]>();
  let item = '';
  for await (const row of rows) {
    if (row.item !== item) {
      yield* open.values();
      open = new Map();
      item = row.item;
    }
    const same = open.get(row.version);
    if (same === undefined) open.set(row.version, [row]);
    else same.push(row);
  }
  yield* open.values();
}

/** A JSON list, one value a line. */
async function writeList(values: AsyncIterable<unknown>, path: string): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    let before = '[\n';
    for await (const value of values) {
      yield before + JSON.stringify(value);
      before = ',\n';
    }
    yield before === '[\n' ? '[]\n' : '\n]\n';
  }
  await pipeline(lines(), createWriteStream(path));
}
