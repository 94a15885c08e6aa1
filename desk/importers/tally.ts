import type { Kind } from './kinds.ts';
import type { SourceRow } from './record.ts';
import { BATCH_ROWS, type Summary } from './source.ts';

/** Raw text in one batch, in UTF-16 units, after which it is closed whatever its number of rows. */
const BATCH_UNITS = 4 * 1024 * 1024;

/** Counts what a reading gives, and gathers rows into batches. It is the reading's live summary. */
export class Tally implements Summary {
  rows = 0;
  readonly counts: Record<Kind | 'rejected', number> = {
    message: 0,
    'media-only': 0,
    deleted: 0,
    system: 0,
    share: 0,
    rejected: 0,
  };
  readonly warnings: string[] = [];
  bytes = 0;
  complete = false;
  declared: number | null = null;
  dayMonth: Summary['dayMonth'] = null;
  encoding = 'UTF-8';
  /** Why the bytes ended before their proper end (a cut archive, a disk error), else null. */
  broken: string | null = null;

  #batch: SourceRow[] = [];
  #units = 0;

  add(row: SourceRow): void {
    this.rows++;
    this.counts[row.status === 'item' ? row.kind : 'rejected']++;
    this.#batch.push(row);
    this.#units += row.raw.length;
  }

  /** True when the batch must be handed on before another row is added. */
  get full(): boolean {
    return this.#batch.length >= BATCH_ROWS || this.#units >= BATCH_UNITS;
  }

  get pending(): boolean {
    return this.#batch.length > 0;
  }

  /** Hands the batch over and starts a new one; of more rows than one batch may have, the first. */
  take(): SourceRow[] {
    const batch = this.#batch;
    this.#batch = batch.length > BATCH_ROWS ? batch.splice(BATCH_ROWS) : [];
    this.#units = 0;
    return batch;
  }

  warn(sentence: string): void {
    if (!this.warnings.includes(sentence)) this.warnings.push(sentence);
  }
}

/** A count as people write it: 1,204. */
export function inFigures(count: number): string {
  return count.toLocaleString('en-US');
}
