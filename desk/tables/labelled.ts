/** Labelled texts for training and evaluation, read whole: both need all of them at once. */
import { COLUMN_OPTIONS, openTables, TableError, type ColumnOptions, type TableColumns } from './open.ts';

export interface LabelledRow {
  /** the row's own id, else its number */
  readonly id: string;
  readonly text: string;
  /** one; where a row may have several: as many as it has, in the order of its cell */
  readonly labels: readonly string[];
}

export interface LabelledTable {
  readonly path: string;
  readonly rows: readonly LabelledRow[];
  /** distinct labels in the order in which they come, with their rows */
  readonly counts: ReadonlyMap<string, number>;
  /** rows without a label or without text; they are left out */
  readonly leftOut: { readonly noLabel: number; readonly noText: number; readonly rejected: number };
  /** Sentences for people. Never hold message text. */
  readonly warnings: readonly string[];
}

/** Stands between the labels of a row that may have several. */
const BETWEEN = '|';

export interface LabelledOptions {
  readonly signal?: AbortSignal | undefined;
  /** a row may have several labels, with | between them */
  readonly multiLabel?: boolean;
  /** how the verb names a column, for messages */
  readonly named?: ColumnOptions;
}

/** The engine takes no more rows in one training. */
const MOST_ROWS = 2_000_000;

/**
 * @throws ImportError where the file cannot be read, TableError where a column is missing, nothing is labelled, or the
 *   file is cut: a training set that is silently shorter than the file is no training set
 */
export async function readLabelled(
  path: string,
  columns: TableColumns,
  { signal, multiLabel = false, named = COLUMN_OPTIONS }: LabelledOptions = {},
): Promise<LabelledTable> {
  const rows: LabelledRow[] = [];
  const counts = new Map<string, number>();
  const leftOut = { noLabel: 0, noText: 0, rejected: 0 };
  const warnings: string[] = [];
  for await (const { reading, source } of openTables(path, columns, true, { signal, named })) {
    for await (const batch of reading) {
      for (const row of batch) {
        if (row.status === 'rejected') leftOut.rejected++;
        else if (row.text.trim() === '') leftOut.noText++;
        else {
          const labels = labelsIn(row.label ?? '', multiLabel);
          if (labels.length === 0) {
            leftOut.noLabel++;
            continue;
          }
          rows.push({ id: row.id ?? String(row.place.row), text: row.text, labels });
          for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
        }
      }
      if (rows.length > MOST_ROWS) {
        throw new TableError(path, `it has more than ${MOST_ROWS} rows.`, 'Take a random part of them.');
      }
    }
    warnings.push(...reading.summary.warnings);
    if (!reading.summary.complete) {
      throw new TableError(
        source.path,
        `it ends too early. ${reading.summary.warnings.join(' ')}`,
        'Get the whole file; nothing was made of the part.',
      );
    }
  }
  if (rows.length === 0) {
    throw new TableError(path, 'no row has both a text and a label.', `Check ${named.text} and ${named.label}.`);
  }
  return { path, rows, counts, leftOut, warnings };
}

function labelsIn(cell: string, multiLabel: boolean): readonly string[] {
  const parts = multiLabel ? cell.split(BETWEEN).map((part) => part.trim()) : [cell];
  return [...new Set(parts.filter((part) => part !== ''))];
}
