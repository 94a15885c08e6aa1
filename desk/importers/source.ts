import type { Kind } from './kinds.ts';
import type { Format, SourceRow } from './record.ts';

/** Raised when a change of an importer changes what the same file gives; stored with every import. */
export const IMPORTER_VERSION = 1;

/** Rows in one batch, at most. A batch is also closed early when its raw records reach a few megabytes. */
export const BATCH_ROWS = 1000;

/** Longest single record in bytes; a longer one is a rejected row that names its place. */
export const RECORD_BYTES = 16 * 1024 * 1024;

/** Which column of a table holds what. Column names as in `Source.columns`; JSON lines use dotted paths. */
export interface ColumnMapping {
  readonly text: string;
  readonly id?: string;
  readonly author?: string;
  readonly time?: string;
  readonly channel?: string;
  readonly replyTo?: string;
  readonly label?: string;
}

export interface Column {
  readonly name: string;
  /** Some of its first values, for the preview. Message text may be among them. */
  readonly samples: readonly string[];
}

export type DayMonth = 'day-first' | 'month-first' | 'year-first';

/** A reading of one format that the content allows. */
export interface Candidate {
  readonly format: Format;
  /** 0 to 1 */
  readonly confidence: number;
  /** A sentence that says what in the content speaks for it. */
  readonly reason: string;
}

export interface ReadOptions {
  /** Columns of a table; left out, the guess of the source is taken. */
  readonly mapping?: ColumnMapping;
  /** Order of day and month in a WhatsApp file; left out, the file decides. */
  readonly dayMonth?: DayMonth;
  /** Reads the file as this format, one of the source's own format and its `alternatives`. */
  readonly as?: Format;
  readonly signal?: AbortSignal;
}

/** Live while the file is read, final afterwards. */
export interface Summary {
  /** All rows seen: the sum of `counts`. */
  readonly rows: number;
  readonly counts: Readonly<Record<Kind | 'rejected', number>>;
  /** Sentences for people. Never hold message text. */
  readonly warnings: readonly string[];
  /** Unpacked bytes read so far, to be set against `Source.size`. */
  readonly bytes: number;
  /** True once the file was read to its proper end; false for a cut or broken one. */
  readonly complete: boolean;
  /** Messages that the file itself says it holds (Discord), or null. */
  readonly declared: number | null;
  /** Order of day and month that was used (WhatsApp), with its reason. */
  readonly dayMonth: { readonly order: DayMonth; readonly reason: string; readonly sure: boolean } | null;
  /** Text encoding that was used. */
  readonly encoding: string;
}

export interface Reading extends AsyncIterable<readonly SourceRow[]> {
  readonly summary: Summary;
}

/** One recognised file (or member of an archive), not read yet. */
export interface Source {
  /** The file or folder member that the person gave. */
  readonly path: string;
  /** Path inside the archive, '' for a plain file. */
  readonly member: string;
  readonly format: Format;
  readonly confidence: number;
  readonly reason: string;
  /** Other formats that the content allows. */
  readonly alternatives: readonly Candidate[];
  /** A question for the person where the content leaves it open, else null. */
  readonly ask: string | null;
  /** Sentences to show before the import ("12 of 400 posts are direct messages"). */
  readonly notes: readonly string[];
  /** Unpacked bytes, null where the container does not say. */
  readonly size: number | null;
  /** Columns of a table (csv, jsonl, parquet); null for other formats. */
  readonly columns: readonly Column[] | null;
  /** Guess for the columns; null for other formats, or where no column looks like text. */
  readonly mapping: ColumnMapping | null;
  /**
   * Reads the rows in the order of the file, in batches of at most `BATCH_ROWS`. May be called again.
   * @throws ImportError while iterating, where nothing can be read at all; a file that is cut or broken further on gives
   *   what stands before and a warning in the summary.
   */
  read(options?: ReadOptions): Reading;
}

/** A file that was looked at and not taken. */
export interface Skipped {
  readonly path: string;
  readonly member: string;
  /** A sentence: what it is, and which export to make instead where that is known. */
  readonly reason: string;
  /** True where the person probably meant it to be imported. */
  readonly nearMiss: boolean;
}
