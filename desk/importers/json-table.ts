import { columnsOf, guessMapping } from './columns.ts';
import { isFields, type Fields } from './fields.ts';
import { HEAD_BYTES, type Input } from './input.ts';
import { readJsonLines } from './json-lines.ts';
import { jsonEvents, nextPlace, parseElement } from './json-rows.ts';
import { sketchOf, tableIn } from './json-sketch.ts';
import { JsonSplitter, type Plan } from './json-splitter.ts';
import { parseJson } from './json-value.ts';
import { LineSplitter } from './lines.ts';
import type { SourceRow } from './record.ts';
import { previewBytes, type ReadContext } from './reading.ts';
import { RECORD_BYTES, type Column } from './source.ts';
import { mappingFor, TableRows } from './table-row.ts';

/** Objects that are looked at for their columns. */
const SAMPLES = 50;
/** Nested objects become columns with dotted names down to here. */
const DEEPEST = 4;

/** Reads JSON lines, a JSON array of objects, or the array of objects inside an object, as a table. */
export async function* readJsonTable(context: ReadContext): AsyncGenerator<SourceRow[]> {
  const { input, options, tally } = context;
  const { path, columns } = await jsonTableOf(input);
  const names = columns.map(({ name }) => name);
  // A column that only later rows have can be mapped, too.
  const known = new Set([...names, ...Object.values(options.mapping ?? {})]);
  // Without a single row nothing has to be guessed.
  const guess = columns.length === 0 ? { text: 'text' } : guessMapping(columns);
  if (columns.length === 0) known.add('text');
  const mapping = mappingFor(options.mapping, guess, [...known], input);
  const rows = new TableRows(mapping, input, tally, names);
  const rowOf = (fields: Fields, raw: string): SourceRow =>
    rows.row((column) => cellOf(fields, column), raw, nextPlace(input, tally));
  if (path === null)
    yield* readJsonLines(context, ({ fields, raw }) =>
      isMeta(fields) && tally.rows === 0 ? null : rowOf(fields, raw),
    );
  else {
    for await (const events of jsonEvents(context, planOf(path), 'row'))
      for (const event of events) {
        if (event.type === 'open' || event.type === 'close') continue;
        const element = parseElement(event, nextPlace(input, tally), 'row');
        tally.add(element.status === 'rejected' ? element : rowOf(element.fields, element.raw));
        if (tally.full) yield tally.take();
      }
  }
  rows.finish();
  if (tally.pending) yield tally.take();
}

/** A first line that describes the file. */
function isMeta(fields: Fields): boolean {
  const keys = Object.keys(fields);
  return keys.length === 1 && keys[0] === 'meta';
}

/** Into the array at `path` ("[]" or "rows[]"), its elements taken, all else skipped. */
function planOf(path: string): Plan {
  const array = path.slice(0, -2);
  return (at) => (at === path ? 'take' : at === '' || at === array ? 'into' : 'skip');
}

/** Where the rows of a JSON file are (null: a line each) and which columns the first of them have. */
export async function jsonTableOf(
  input: Input,
): Promise<{ readonly path: string | null; readonly columns: readonly Column[] }> {
  const parts: Buffer[] = [];
  let length = 0;
  let enough = HEAD_BYTES * 4;
  for await (const chunk of previewBytes(input)) {
    parts.push(Buffer.from(chunk));
    length += chunk.length;
    if (length < enough) continue;
    // A first row may be longer than any sample.
    if (rowsIn(Buffer.concat(parts)).objects.length > 0 || length > RECORD_BYTES) break;
    enough *= 4;
  }
  const { path, objects } = rowsIn(Buffer.concat(parts));
  const names = new Map<string, null>();
  for (const fields of objects) collectColumns(fields, '', names, 0);
  const columns = [...names.keys()];
  const cells = objects.map((fields) => columns.map((name) => cellOf(fields, name)));
  return { path, columns: columnsOf(columns, cells) };
}

function rowsIn(head: Buffer): { readonly path: string | null; readonly objects: readonly Fields[] } {
  const path = tableIn(sketchOf(head));
  return { path, objects: path === null ? linesIn(head) : elementsIn(head, path) };
}

function linesIn(head: Buffer): Fields[] {
  const lines = new LineSplitter();
  const found = lines.push(head);
  const last = lines.end();
  if (last !== null) found.push(last);
  return found
    .flatMap(({ text }) => objectIn(text))
    .filter((fields) => !isMeta(fields))
    .slice(0, SAMPLES);
}

function elementsIn(head: Buffer, path: string): Fields[] {
  const events = new JsonSplitter(planOf(path)).push(head);
  return events
    .flatMap((event) => (event.type === 'value' ? objectIn(event.bytes.toString('utf8')) : []))
    .slice(0, SAMPLES);
}

function objectIn(text: string): Fields[] {
  try {
    const value = parseJson(text);
    return isFields(value) ? [value] : [];
  } catch {
    return [];
  }
}

function collectColumns(fields: Fields, prefix: string, names: Map<string, null>, depth: number): void {
  for (const [key, value] of Object.entries(fields)) {
    const name = prefix + key;
    if (isFields(value) && depth < DEEPEST) collectColumns(value, `${name}.`, names, depth + 1);
    else if (!Array.isArray(value) && names.size < 500) names.set(name, null);
  }
}

/** The value at a dotted path as text; a key that itself holds the dots comes first. */
function cellOf(fields: Fields, column: string): string {
  if (column in fields || !column.includes('.')) return asCell(fields[column]);
  const dot = column.indexOf('.');
  for (let at = dot; at !== -1; at = column.indexOf('.', at + 1)) {
    const inner = fields[column.slice(0, at)];
    if (isFields(inner)) return cellOf(inner, column.slice(at + 1));
  }
  return '';
}

function asCell(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
