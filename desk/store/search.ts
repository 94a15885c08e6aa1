import type { Db } from './connection.ts';
import { UNSPACED } from './flags.ts';
import { isUnspaced } from './script.ts';

/** The trigram index finds nothing shorter. */
const TRIGRAM = 3;

/** Takes a JSON list of strings. */
const HOLDS_ALL = 'NOT EXISTS (SELECT 1 FROM json_each(?) AS piece WHERE instr(items.text, piece.value) = 0)';

/** Full-text search over the current texts. */
export class Search {
  readonly #wordIds;
  readonly #trigramIds;
  readonly #scanIds;
  readonly #anyWordIds;
  readonly #anyTrigramIds;

  constructor(db: Db) {
    this.#wordIds = db
      .prepare<[string], number>('SELECT rowid FROM item_text WHERE item_text MATCH ? ORDER BY rowid')
      .pluck();
    this.#trigramIds = db
      .prepare<[string, string], number>(
        `SELECT items.id FROM unspaced_text JOIN items ON items.id = unspaced_text.rowid
         WHERE unspaced_text MATCH ? AND ${HOLDS_ALL} ORDER BY unspaced_text.rowid`,
      )
      .pluck();
    this.#scanIds = db
      .prepare<[string], number>(
        `SELECT items.id FROM items WHERE items.flags & ${UNSPACED} <> 0 AND ${HOLDS_ALL} ORDER BY items.id`,
      )
      .pluck();
    const any = (table: string) =>
      db.prepare<[string, number], number>(`SELECT rowid FROM ${table} WHERE ${table} MATCH ? LIMIT ?`).pluck();
    this.#anyWordIds = any('item_text');
    this.#anyTrigramIds = any('unspaced_text');
  }

  /** Ids of items whose text holds one of these pieces; in scripts without spaces of three signs or more. */
  idsWithAny(pieces: readonly string[], most: number): readonly number[] {
    if (pieces.length === 0) return [];
    const match = pieces.map((piece) => toMatch([piece])).join(' OR ');
    return (pieces.some(isUnspaced) ? this.#anyTrigramIds : this.#anyWordIds).all(match, most);
  }

  /**
   * Ids, rising, of the items whose text holds all words of the query; "several words" in quotes must stand together. In scripts
   * without spaces each piece may stand anywhere inside the text.
   */
  ids(query: string): Uint32Array {
    const wanted = wantedOf(query);
    if (wanted === null) return new Uint32Array();
    const { by, match, short } = wanted;
    if (by === 'words') return Uint32Array.from(this.#wordIds.all(match));
    return Uint32Array.from(by === 'scan' ? this.#scanIds.all(short) : this.#trigramIds.all(match, short));
  }
}

/** How a query is answered: by which index, and what else must stand in the text. Null where nothing is asked for. */
function wantedOf(query: string): { by: 'words' | 'trigrams' | 'scan'; match: string; short: string } | null {
  const pieces = [...query.matchAll(/"([^"]*)"|[^\s"]+/gu)]
    .map(([whole, quoted]) => (quoted ?? whole).replaceAll('\0', ' ').trim())
    .filter((piece) => piece !== '');
  if (pieces.length === 0) return null;
  if (!isUnspaced(query)) return { by: 'words', match: toMatch(pieces), short: '[]' };
  const long = pieces.filter((piece) => [...piece].length >= TRIGRAM);
  const short = JSON.stringify(pieces.filter((piece) => !long.includes(piece)));
  return { by: long.length === 0 ? 'scan' : 'trigrams', match: toMatch(long), short };
}

/** All pieces, each as a string of FTS5's query language, in which nothing inside quotes is an operator. */
function toMatch(pieces: readonly string[]): string {
  return pieces.map((piece) => `"${piece.replaceAll('"', '""')}"`).join(' ');
}
