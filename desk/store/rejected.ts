import type { Db } from './connection.ts';
import { RAW_STRIDE, unpackRaw } from './raw.ts';

export interface RejectedEntry {
  readonly source: number;
  /** Row in the source, from 1. */
  readonly row: number;
  readonly reason: string;
}

/** Rows that could not be read as messages, with the reason and their text as it stands in the source. */
export class Rejected {
  readonly #page;
  readonly #raw;

  constructor(db: Db) {
    this.#page = db.prepare<[number, number, number], RejectedEntry>(
      'SELECT source, row, reason FROM rejected WHERE source = ? AND row > ? ORDER BY row LIMIT ?',
    );
    this.#raw = db.prepare<[number, number], { place: number; data: Buffer }>(
      `SELECT rejected.raw % ${RAW_STRIDE} AS place, data FROM rejected
       JOIN raw_blocks ON raw_blocks.id = rejected.raw / ${RAW_STRIDE}
       WHERE rejected.source = ? AND row = ?`,
    );
  }

  /** Rejected rows of a source after row `after`, in the order of the source. */
  page(source: number, after: number, limit: number): readonly RejectedEntry[] {
    return this.#page.all(source, after, limit);
  }

  /** The row exactly as it stands in the source; undefined where there is no such rejected row. */
  raw(source: number, row: number): string | undefined {
    const found = this.#raw.get(source, row);
    return found === undefined ? undefined : unpackRaw(found.data, found.place);
  }
}
