import type { Db } from './connection.ts';
import { ITEM_COLUMNS, ITEM_JOINS, type Item, type ItemRow, toItem } from './items.ts';
import { UNSPACED } from './flags.ts';
import { isUnspaced } from './script.ts';

/** The trigram index finds nothing shorter. */
const TRIGRAM = 3;

/** Takes a JSON list of strings. */
const HOLDS_ALL = 'NOT EXISTS (SELECT 1 FROM json_each(?) AS piece WHERE instr(items.text, piece.value) = 0)';

/** Full-text search over the current texts, newest items (highest id) first. */
export class Search {
  readonly #words;
  readonly #trigrams;
  readonly #scan;

  constructor(db: Db) {
    const found = (table: string): string =>
      `SELECT ${ITEM_COLUMNS} FROM ${table} JOIN items ON items.id = ${table}.rowid ${ITEM_JOINS}
       WHERE ${table} MATCH ? AND ${table}.rowid < ? AND ${HOLDS_ALL} ORDER BY ${table}.rowid DESC LIMIT ?`;
    this.#words = db.prepare<[string, number, string, number], ItemRow>(found('item_text'));
    this.#trigrams = db.prepare<[string, number, string, number], ItemRow>(found('unspaced_text'));
    this.#scan = db.prepare<[number, string, number], ItemRow>(
      `SELECT ${ITEM_COLUMNS} FROM items ${ITEM_JOINS}
       WHERE items.id < ? AND items.flags & ${UNSPACED} <> 0 AND ${HOLDS_ALL} ORDER BY items.id DESC LIMIT ?`,
    );
  }

  /**
   * Items whose text holds all words of the query; "several words" in quotes must stand together. In scripts without
   * spaces each piece may stand anywhere inside the text.
   * @param before only items with a lower id: the last one of the page before
   */
  text(query: string, limit: number, before = Number.MAX_SAFE_INTEGER): readonly Item[] {
    const pieces = [...query.matchAll(/"([^"]*)"|[^\s"]+/gu)]
      .map(([whole, quoted]) => (quoted ?? whole).replaceAll('\0', ' ').trim())
      .filter((piece) => piece !== '');
    if (pieces.length === 0) return [];
    if (!isUnspaced(query)) return this.#words.all(toMatch(pieces), before, '[]', limit).map(toItem);
    const long = pieces.filter((piece) => [...piece].length >= TRIGRAM);
    const short = JSON.stringify(pieces.filter((piece) => !long.includes(piece)));
    if (long.length === 0) return this.#scan.all(before, short, limit).map(toItem);
    return this.#trigrams.all(toMatch(long), before, short, limit).map(toItem);
  }
}

/** All pieces, each as a string of FTS5's query language, in which nothing inside quotes is an operator. */
function toMatch(pieces: readonly string[]): string {
  return pieces.map((piece) => `"${piece.replaceAll('"', '""')}"`).join(' ');
}
