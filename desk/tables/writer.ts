/** Writes scored rows as JSON lines or CSV, to a file or a stream, packed or not, at the pace of whoever reads them. */
import { once } from 'node:events';
import { createWriteStream, existsSync, renameSync, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { safeCell } from '../exporters/safe-cell.ts';
import { checkTarget } from '../exporters/target.ts';
import { reasonOf } from '../reason.ts';
import type { ScoredRow } from '../triage/score-rows.ts';

export const ROW_FORMATS = ['jsonl', 'csv'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** A file that could not be written; `kept` is where the rows before the trouble lie, if they do. */
export class RowWriteError extends Error {
  override readonly name = 'RowWriteError';
  readonly file: string;
  readonly remedy: string;

  constructor(file: string, message: string, remedy: string, cause: unknown) {
    super(`${file}: ${message}`, { cause });
    this.file = file;
    this.remedy = remedy;
  }
}

/** The format that a file name stands for; undefined where it says nothing. */
export function formatOf(name: string): RowFormat | undefined {
  const bare = name.toLowerCase().replace(/\.gz$/, '');
  if (/\.(jsonl|ndjson|json)$/.test(bare)) return 'jsonl';
  return bare.endsWith('.csv') ? 'csv' : undefined;
}

export interface RowTarget {
  /** path of a file, or the stream itself */
  readonly to: string | Writable;
  readonly format: RowFormat;
  /** columns of a CSV, in the order of the adapter */
  readonly labels: readonly string[];
  /** what the rows are made of, which must stay */
  readonly from: string;
}

/**
 * A file is written beside its place under the name FILE.part and takes its name when it is whole, so that a broken run
 * never leaves half a file that looks whole; what was written stays in FILE.part.
 */
export class RowWriter {
  readonly #target: RowTarget;
  readonly #path: string | undefined;
  readonly #place: string | undefined;
  readonly #sink: Writable;
  readonly #first: Writable;
  /** resolves when the sink takes no more */
  readonly #broken: Promise<void>;
  #failure: Error | undefined;
  #rows = 0;

  /** @throws DeskError bad-input where something would be lost */
  constructor(target: RowTarget) {
    this.#target = target;
    if (typeof target.to === 'string') {
      this.#path = target.to;
      // A device or a pipe is written as it is.
      const special = existsSync(target.to) && !statSync(target.to).isFile();
      this.#place = special ? target.to : `${target.to}.part`;
      if (!special) for (const file of [target.to, this.#place]) checkTarget(file, [target.from]);
      this.#sink = createWriteStream(this.#place);
    } else this.#sink = target.to;
    const packed = this.#path?.toLowerCase().endsWith('.gz') === true;
    this.#first = packed ? createGzip() : this.#sink;
    if (packed) this.#first.pipe(this.#sink);
    this.#broken = new Promise((resolve) => {
      this.#sink.once('error', (error) => {
        this.#failure ??= error;
        resolve();
      });
      this.#sink.once('close', resolve);
    });
    if (target.format === 'csv')
      this.#first.write(`${['id', 'label', 'score', ...target.labels, 'not_read'].map(cell).join(',')}\n`);
  }

  /** Rows written so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Where the rows of an unfinished file lie; undefined for streams and devices. */
  get partial(): string | undefined {
    return this.#place === this.#path ? undefined : this.#place;
  }

  /** @throws RowWriteError */
  async write(rows: readonly ScoredRow[]): Promise<void> {
    const line = this.#target.format === 'csv' ? (row: ScoredRow) => csvLine(row, this.#target.labels) : JSON.stringify;
    const text = rows.map((row) => `${line(row)}\n`).join('');
    if (!this.#first.write(text) && this.#failure === undefined)
      await Promise.race([once(this.#first, 'drain'), this.#broken]);
    this.#throwIfFailed();
    this.#rows += rows.length;
  }

  /** Writes the end and gives the file its name. @throws RowWriteError */
  async finish(): Promise<void> {
    if (this.#path === undefined) return;
    await this.close();
    this.#throwIfFailed();
    if (this.#place !== undefined && this.#place !== this.#path) renameSync(this.#place, this.#path);
  }

  /** Ends an unfinished file so that its rows can be read. */
  async close(): Promise<void> {
    if (this.#path === undefined) return;
    this.#first.end();
    try {
      await finished(this.#sink);
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  #throwIfFailed(): void {
    if (this.#failure === undefined) return;
    const code = 'code' in this.#failure ? this.#failure.code : undefined;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    const name = this.#path ?? 'standard output';
    const kept =
      this.partial === undefined || this.#rows === 0 ? '' : ` What was written before lies in ${this.partial}.`;
    throw new RowWriteError(
      name,
      full ? `there is no room left on its disk.${kept}` : `it cannot be written (${reasonOf(this.#failure)}).${kept}`,
      full ? 'Free some space or choose another disk, then run it again.' : 'Check the path and its permissions.',
      this.#failure,
    );
  }
}

function csvLine(row: ScoredRow, labels: readonly string[]): string {
  const cells =
    'not_read' in row
      ? [row.id, '', '', ...labels.map(() => ''), row.not_read]
      : [
          row.id,
          row.labels?.join('|') ?? row.label ?? '',
          String(row.score),
          ...labels.map((label) => String(row.scores[label] ?? '')),
          '',
        ];
  return cells.map(cell).join(',');
}

/** RFC 4180, and nothing that a spreadsheet would run. */
function cell(text: string): string {
  const safe = safeCell(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
