/** Tables of texts for scoring, training and evaluation: files, archives or standard input, columns named or guessed. */
import { stdin } from 'node:process';
import { openExport } from '../importers/registry.ts';
import type { ColumnMapping, Reading, Skipped, Source } from '../importers/source.ts';
import { openPiped } from './piped.ts';

export interface TableColumns {
  readonly text?: string | undefined;
  readonly id?: string | undefined;
  readonly label?: string | undefined;
}

export interface Table {
  readonly source: Source;
  readonly reading: Reading;
}

/** How a person names a column, for messages. */
export interface ColumnOptions {
  readonly text: string;
  readonly label: string;
}

export const COLUMN_OPTIONS: ColumnOptions = { text: '--text', label: '--label' };

/** A table that cannot be used as it stands: the message names the file and its columns. */
export class TableError extends Error {
  override readonly name = 'TableError';
  readonly file: string;
  readonly remedy: string;

  constructor(file: string, message: string, remedy: string) {
    super(`${file}: ${message}`);
    this.file = file;
    this.remedy = remedy;
  }
}

/**
 * Every table that lies at `path` ('-' is standard input), ready to be read. Chat exports are tables too: of their
 * messages, with the platform's ids.
 * @param needLabel whether a column of labels must be there
 * @throws ImportError where nothing can be read, TableError where a column is missing
 */
export async function* openTables(
  path: string,
  columns: TableColumns,
  needLabel: boolean,
  hooks: {
    readonly signal?: AbortSignal | undefined;
    readonly onSkipped?: (skipped: Skipped) => void;
    readonly named?: ColumnOptions | undefined;
  } = {},
): AsyncGenerator<Table> {
  const { signal, onSkipped, named = COLUMN_OPTIONS } = hooks;
  const options = { ...(signal && { signal }), ...(onSkipped && { onSkipped }) };
  for await (const source of path === '-' ? openPiped(stdin, signal) : openExport(path, options)) {
    const mapping = mappingOf(source, columns, needLabel, named);
    yield { source, reading: source.read({ ...(mapping && { mapping }), ...(signal && { signal }) }) };
  }
}

function mappingOf(
  source: Source,
  columns: TableColumns,
  needLabel: boolean,
  named: ColumnOptions,
): ColumnMapping | null {
  const chosen = Object.values(columns).find((column) => column !== undefined);
  if (source.columns === null) {
    if (chosen === undefined && !needLabel) return null;
    throw new TableError(
      source.path,
      `it is a ${source.format} export, which has no columns to choose from.`,
      needLabel ? 'Give a table with a column of texts and one of labels.' : 'Leave --text, --id and --label out.',
    );
  }
  const there = source.columns.map(({ name }) => name);
  for (const column of [columns.text, columns.id, columns.label]) {
    if (column !== undefined && !there.includes(column)) {
      throw new TableError(source.path, `there is no column "${column}".`, `Its columns are: ${list(there)}.`);
    }
  }
  const text = columns.text ?? source.mapping?.text;
  const id = columns.id ?? source.mapping?.id;
  const label = columns.label ?? source.mapping?.label;
  if (text === undefined) {
    throw new TableError(
      source.path,
      'no column looks like the text of messages.',
      `Name it with ${named.text}; its columns are: ${list(there)}.`,
    );
  }
  if (needLabel && label === undefined) {
    throw new TableError(
      source.path,
      'no column looks like labels.',
      `Name it with ${named.label}; its columns are: ${list(there)}.`,
    );
  }
  return { text, ...(id !== undefined && { id }), ...(needLabel && label !== undefined && { label }) };
}

const list = (columns: readonly string[]): string =>
  columns.slice(0, 30).join(', ') + (columns.length > 30 ? `, and ${columns.length - 30} more` : '');
