import type { Options } from 'csv-parse';
import { parse } from 'csv-parse/sync';

/** How a table is written. */
export interface Dialect {
  readonly delimiter: string;
  /** False where `"` is an ordinary character, as in many tab-separated files. */
  readonly quotes: boolean;
  /** Lines before the table: Excel's `sep=;`. */
  readonly skipLines: number;
  /** Names of the columns; made up where the file has no header. */
  readonly columns: readonly string[];
  readonly header: boolean;
  /** Every line ends in the delimiter: an empty last column that is dropped. */
  readonly trailing: boolean;
  /** Records that were looked at, without the header. */
  readonly samples: readonly (readonly string[])[];
  /** Share of the records that have as many cells as the first. */
  readonly evenness: number;
}

const DELIMITERS = [',', ';', '\t', '|'];
const RECORDS = 50;

/** Parse options for a dialect; `\r` alone is seen as line end. */
export function csvOptions(delimiter: string, quotes: boolean): Options<string[], string[]> {
  return {
    delimiter,
    quote: quotes ? '"' : null,
    relax_column_count: true,
    relax_quotes: true,
    record_delimiter: ['\r\n', '\n', '\r'],
  };
}

/**
 * How the table that starts with `text` is written, or null where it is none. `whole`: the text is all of the file,
 * else its last record may be cut.
 */
export function dialectOf(text: string, whole: boolean): Dialect | null {
  const stated = /^sep=(.)\r?\n/i.exec(text);
  const body = stated === null ? text : text.slice(stated[0].length);
  const delimiters = stated?.[1] === undefined ? DELIMITERS : [stated[1]];
  let best: { records: string[][]; delimiter: string; quotes: boolean; score: number } | null = null;
  for (const delimiter of delimiters)
    for (const quotes of [true, false]) {
      const records = recordsOf(body, whole, delimiter, quotes);
      const width = records[0]?.length ?? 0;
      if (width === 0) continue;
      const even = records.filter((record) => record.length === width).length / records.length;
      // More columns win among equally even readings; quotes are the rule.
      const sense = (width > 1 ? even : 0.5 * even) - misread(records, quotes);
      const score = sense + Math.min(width, 20) / 1000 + (quotes ? 0.0001 : 0);
      if (best === null || score > best.score) best = { records, delimiter, quotes, score };
    }
  if (best === null) return null;
  return describe(best.records, best.delimiter, best.quotes, stated === null ? 0 : 1);
}

/** Share of the records that show that `"` was misunderstood: left over where it should quote, or around whole cells. */
function misread(records: readonly (readonly string[])[], quotes: boolean): number {
  const wrong = quotes
    ? (cell: string): boolean => cell.startsWith('"')
    : (cell: string): boolean => cell.length > 1 && cell.startsWith('"') && cell.endsWith('"');
  return records.filter((record) => record.some(wrong)).length / records.length;
}

/** The first records of a text, without a last one that may be cut. */
function recordsOf(body: string, whole: boolean, delimiter: string, quotes: boolean): string[][] {
  const records: string[][] = [];
  const collect = (record: string[]): null => {
    records.push(record);
    return null;
  };
  try {
    // One more than needed, so that the last can be dropped.
    parse(body, { ...csvOptions(delimiter, quotes), to: RECORDS + 1, skip_empty_lines: true, on_record: collect });
  } catch {
    // A quote is open at the end of the sample: what stands before it is enough.
    return records.slice(0, RECORDS);
  }
  return whole || records.length > RECORDS ? records.slice(0, RECORDS) : records.slice(0, -1);
}

function describe(records: string[][], delimiter: string, quotes: boolean, skipLines: number): Dialect | null {
  const first = records[0] ?? [];
  const trailing = first.length > 1 && records.every((record) => record.at(-1) === '');
  const width = trailing ? first.length - 1 : first.length;
  const cells = first.slice(0, width);
  const header = isHeader(cells, records.length);
  const evenness = records.filter((record) => record.length === first.length).length / Math.max(1, records.length);
  return {
    delimiter,
    quotes,
    skipLines,
    columns: columnNames(header ? cells : cells.map(() => '')),
    header,
    trailing,
    samples: (header ? records.slice(1) : records).map((record) => record.slice(0, width)),
    evenness,
  };
}

/** A first row that repeats no value and has no empty cells, numbers, dates or long texts. */
function isHeader(cells: readonly string[], records: number): boolean {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  if (new Set(names.filter((name) => name !== '')).size !== names.filter((name) => name !== '').length) {
    // Doubled names are a header's fault only where the rest looks like one.
    return names.every((name) => name === '' || /^[\p{L}_][\p{L}\p{N}_ .-]{0,40}$/u.test(name));
  }
  if (records === 1 && cells.length === 1) return false;
  return (
    names.every((name) => name.length <= 80 && !/^[-+]?[\d.,:/TZ -]*\d[\d.,:/TZ -]*$/i.test(name)) &&
    names.some((name) => name !== '')
  );
}

/** Names without surrounding spaces; empty ones and repetitions get a number. */
export function columnNames(cells: readonly string[]): string[] {
  const names: string[] = [];
  cells.forEach((cell, at) => {
    const base = cell.replaceAll('\uFEFF', '').trim() || `column ${at + 1}`;
    let name = base;
    for (let n = 2; names.includes(name); n++) name = `${base} ${n}`;
    names.push(name);
  });
  return names;
}
