import { RAW_STRIDE } from '../raw.ts';
import type { Batch } from './batch.ts';
import type { People } from './people.ts';
import { textBytes } from './text-column.ts';

/** Columns of `items` that a row of a batch fills, in the order of `itemValues`. */
export const ITEM_INSERT = `INSERT INTO items (id, identity, channel, key, author, time, edited, kind, flags, deleted,
  reply_to, thread, text, version, language, content_hash, extra, gold, source, row, raw, seen_at)`;
export const ITEM_WIDTH = 22;
/** Key and text come as UTF-8. */
export const ITEM_TUPLE = `(?, ?, ?, CAST(? AS TEXT), ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export type Value = number | string | null | Uint8Array;

/** The values of one new item. `rawBase`: row of the first block of the batch. */
export interface NewItem {
  readonly id: number;
  readonly identity: Uint8Array;
  readonly key: string | Uint8Array;
  readonly rawBase: number;
  readonly now: number;
}

/** Writes the values of row `i` into `values` from place `at`. */
export function itemValues(values: Value[], at: number, batch: Batch, i: number, people: People, item: NewItem): void {
  const kind = batch.kinds[i] ?? 0;
  values[at] = item.id;
  values[at + 1] = item.identity;
  values[at + 2] = people.channelId(batch.channels[i] ?? -1);
  values[at + 3] = item.key;
  values[at + 4] = people.authorId(batch.authors[i] ?? -1);
  values[at + 5] = orNull(batch.times[i]);
  values[at + 6] = orNull(batch.edits[i]);
  values[at + 7] = kind;
  values[at + 8] = batch.flags[i] ?? 0;
  values[at + 9] = kind === DELETED ? item.now : null;
  values[at + 10] = batch.replies[i] ?? null;
  values[at + 11] = batch.threads[i] ?? null;
  values[at + 12] = textBytes(batch.texts, i);
  values[at + 13] = 1;
  values[at + 14] = batch.languages[i] ?? '';
  values[at + 15] = batch.hashes[i] ?? 0;
  values[at + 16] = batch.extras[i] ?? null;
  values[at + 17] = batch.golds[i] ?? null;
  values[at + 18] = batch.source;
  values[at + 19] = batch.sourceRows[i] ?? 0;
  values[at + 20] = rawPlace(batch.raws[i] ?? 0, item.rawBase);
  values[at + 21] = batch.exportedAt;
}

/** items.kind of a message that is gone. */
export const DELETED = 2;

/** items.raw for a place of Batch.raws. */
export function rawPlace(raw: number, rawBase: number): number {
  return rawBase * RAW_STRIDE + raw;
}

export function orNull(milliseconds: number | undefined): number | null {
  return milliseconds === undefined || Number.isNaN(milliseconds) ? null : milliseconds;
}
