import type { Db } from './connection.ts';
import { ITEM_COLUMNS, ITEM_JOINS, type Item, type ItemRow, toItem } from './items.ts';
import type { NotReadReason } from './scores.ts';

/** The place after which the next page begins: the last entry of the page before. */
export interface QueuePlace {
  readonly score: number;
  readonly item: number;
}

export interface QueueEntry {
  readonly item: Item;
  readonly score: number;
}

interface ScoredRow extends ItemRow {
  readonly score: number;
}

const FIRST: QueuePlace = { score: Infinity, item: 0 };

/** What the moderator reads, most urgent first. Pages are keyset pages: each costs the same, however far down. */
export class Queue {
  readonly #ranked;
  readonly #byLabel;
  readonly #notRead;
  readonly #mediaOnly;
  readonly #empty;

  constructor(db: Db) {
    // Equal scores go by id, lowest first, so the order never changes between pages.
    const ranked = (table: string, value: string, label: string): string =>
      `SELECT ${ITEM_COLUMNS}, ranked.${value} AS score FROM ${table} AS ranked
       JOIN items ON items.id = ranked.item ${ITEM_JOINS}
       WHERE ranked.revision = @revision ${label} AND ranked.${value} <= @score
         AND (ranked.${value} < @score OR ranked.item > @item)
       ORDER BY ranked.${value} DESC, ranked.item LIMIT @limit`;
    this.#ranked = db.prepare<[object], ScoredRow>(ranked('scores', 'score', ''));
    this.#byLabel = db.prepare<[object], ScoredRow>(ranked('label_scores', 'probability', 'AND ranked.label = @label'));
    const select = `SELECT ${ITEM_COLUMNS} FROM items ${ITEM_JOINS}`;
    this.#notRead = db.prepare<[number, string, number, number], ItemRow>(
      `SELECT ${ITEM_COLUMNS} FROM scores JOIN items ON items.id = scores.item ${ITEM_JOINS}
       WHERE scores.revision = ? AND scores.reason = ? AND scores.item > ? ORDER BY scores.item LIMIT ?`,
    );
    this.#mediaOnly = db.prepare<[number, number], ItemRow>(
      `${select} WHERE items.kind = 1 AND items.id > ? ORDER BY items.id LIMIT ?`,
    );
    this.#empty = db.prepare<[number, number], ItemRow>(
      `${select} WHERE items.kind = 0 AND items.flags & 4 = 4 AND items.id > ? ORDER BY items.id LIMIT ?`,
    );
  }

  /** A page by descending score. @param after the last entry seen; none for the first page */
  ranked(revision: number, limit: number, after: QueuePlace = FIRST): readonly QueueEntry[] {
    return this.#ranked.all({ revision, limit, score: after.score, item: after.item }).map(toEntry);
  }

  /** A page by one label's probability, for revisions with more than one label beside "fine". */
  byLabel(revision: number, label: number, limit: number, after: QueuePlace = FIRST): readonly QueueEntry[] {
    return this.#byLabel.all({ revision, label, limit, score: after.score, item: after.item }).map(toEntry);
  }

  /** Messages that the model did not read, by reason, in the order of their ids, after item `after`. */
  notRead(revision: number, reason: NotReadReason, limit: number, after = 0): readonly Item[] {
    if (reason === 'media-only') return this.#mediaOnly.all(after, limit).map(toItem);
    if (reason === 'empty') return this.#empty.all(after, limit).map(toItem);
    return this.#notRead.all(revision, reason, after, limit).map(toItem);
  }
}

function toEntry(row: ScoredRow): QueueEntry {
  return { item: toItem(row), score: row.score };
}
