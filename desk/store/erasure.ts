import type { Db } from './connection.ts';
import { EMPTY, ERASED, UNSPACED, kindCode } from './flags.ts';
import { RAW_STRIDE, withoutRaw } from './raw.ts';

/** Which items are to go. */
export type Erasing = { readonly items: readonly number[] } | { readonly author: number } | { readonly before: number };

/**
 * Takes everything that an item says out of the workspace: texts, index rows, raw records, scores, opinions, notes, names. What is
 * left is a row without content, so that an export that holds the message again does not bring it back.
 */
export class Erasure {
  readonly #byAuthor;
  readonly #byTime;
  readonly #one;
  readonly #unindexWords;
  readonly #unindexTrigrams;
  readonly #raws;
  readonly #block;
  readonly #putBlock;
  readonly #clear: readonly { run(item: number): unknown }[];
  readonly #authorless;
  readonly #dropNames;
  readonly #dropAuthor;

  constructor(db: Db) {
    const standing = `flags & ${ERASED} = 0`;
    this.#byAuthor = db.prepare<[number], number>(`SELECT id FROM items WHERE author = ? AND ${standing}`).pluck();
    this.#byTime = db.prepare<[number], number>(`SELECT id FROM items WHERE time < ? AND ${standing}`).pluck();
    this.#one = db.prepare<[number], { flags: number; author: number | null }>(
      `SELECT flags, author FROM items WHERE id = ? AND ${standing}`,
    );
    // Before the text itself goes: the index must be told what to take out.
    const unindex = (table: string) =>
      db.prepare<[number]>(
        `INSERT INTO ${table} (${table}, rowid, text) SELECT 'delete', id, text FROM items WHERE id = ? AND text <> ''`,
      );
    this.#unindexWords = unindex('item_text');
    this.#unindexTrigrams = unindex('unspaced_text');
    this.#raws = db
      .prepare<[number, number], number>(
        'SELECT raw FROM items WHERE id = ? UNION SELECT raw FROM item_versions WHERE item = ?',
      )
      .pluck();
    this.#block = db.prepare<[number], Buffer>('SELECT data FROM raw_blocks WHERE id = ?').pluck();
    this.#putBlock = db.prepare<[Uint8Array, number]>('UPDATE raw_blocks SET data = ? WHERE id = ?');
    this.#clear = [
      'DELETE FROM scores WHERE item = ?',
      'DELETE FROM opinions WHERE item = ?',
      'DELETE FROM item_versions WHERE item = ?',
      'DELETE FROM verdicts WHERE item = ?',
      'DELETE FROM reviews WHERE item = ?',
      'DELETE FROM audit_items WHERE item = ?',
      'DELETE FROM trained_on WHERE item = ?',
      'UPDATE links SET salt = NULL, note = NULL WHERE item = ?',
      `UPDATE items SET text = '', author = NULL, edited = NULL, reply_to = NULL, thread = NULL, language = '',
         content_hash = 0, extra = NULL, gold = NULL, kind = ${kindCode.deleted}, flags = ${ERASED | EMPTY} WHERE id = ?`,
    ].map((sql) => db.prepare<[number]>(sql));
    this.#authorless = db.prepare<[number], number>('SELECT 1 FROM items WHERE author = ? LIMIT 1').pluck();
    this.#dropNames = db.prepare<[number]>('DELETE FROM author_names WHERE author = ?');
    this.#dropAuthor = db.prepare<[number]>('DELETE FROM authors WHERE id = ?');
  }

  /** Ids of the items that are meant, without those that are erased already. */
  find(erasing: Erasing): readonly number[] {
    if ('author' in erasing) return this.#byAuthor.all(erasing.author);
    if ('before' in erasing) return this.#byTime.all(erasing.before);
    return erasing.items.filter((id) => this.#one.get(id) !== undefined);
  }

  erase(items: readonly number[]): void {
    const blocks = new Map<number, number[]>();
    const authors = new Set<number>();
    for (const id of items) {
      const item = this.#one.get(id);
      if (item === undefined) continue;
      if (item.author !== null) authors.add(item.author);
      this.#unindexWords.run(id);
      if ((item.flags & UNSPACED) !== 0) this.#unindexTrigrams.run(id);
      for (const raw of this.#raws.all(id, id)) {
        const block = Math.floor(raw / RAW_STRIDE);
        blocks.set(block, [...(blocks.get(block) ?? []), raw % RAW_STRIDE]);
      }
      for (const statement of this.#clear) statement.run(id);
    }
    for (const [block, places] of blocks) {
      const data = this.#block.get(block);
      if (data !== undefined) this.#putBlock.run(withoutRaw(data, places), block);
    }
    for (const author of authors) {
      if (this.#authorless.get(author) !== undefined) continue;
      this.#dropNames.run(author);
      this.#dropAuthor.run(author);
    }
  }
}
