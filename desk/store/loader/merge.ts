import { statusCode } from '../../review/status.ts';
import type { Db } from '../connection.ts';
import { isDecided, joinExtras } from '../extra.ts';
import { ERASED, UNSPACED } from '../flags.ts';
import type { Batch } from './batch.ts';
import { textBytes } from './text-column.ts';
import { DELETED, orNull, rawPlace } from './columns.ts';

/** An item that is already there, as far as merging needs it. */
export interface Known {
  readonly id: number;
  readonly version: number;
  readonly kind: number;
  readonly flags: number;
  readonly edited: number | null;
  readonly deleted: number | null;
  readonly extra: string | null;
  readonly content_hash: number;
  readonly seen_at: number;
}

export type Verdict = 'known' | 'changed' | 'older' | 'deleted';

export interface Joined {
  readonly verdict: Verdict;
  /** Whether something now points to the raw record of this row. */
  readonly stored: boolean;
}

const KNOWN: Joined = { verdict: 'known', stored: false };
const REFRESHED: Joined = { verdict: 'known', stored: true };
const NOTED: Joined = { verdict: 'deleted', stored: false };
const OLDER: Joined = { verdict: 'older', stored: true };
const CHANGED: Joined = { verdict: 'changed', stored: true };

/**
 * What happens when an export holds a message that is already there. The later edit time wins, else the later export,
 * else the later row; the text that loses is kept as a version, so that exports give the same in any order.
 */
export class Merge {
  readonly #find;
  readonly #noteDeleted;
  readonly #seen;
  readonly #putExtra;
  readonly #refresh;
  readonly #hasVersion;
  readonly #lastVersion;
  readonly #keepCurrent;
  readonly #keepOlder;
  readonly #replace;
  readonly #forgetScores;
  readonly #reviewAgain;
  readonly #index;
  readonly #unindex;

  constructor(db: Db) {
    this.#find = db.prepare<[number, string], Known>(
      `SELECT id, version, kind, flags, edited, deleted, extra, content_hash, seen_at
       FROM items WHERE channel = ? AND key = ?`,
    );
    this.#noteDeleted = db.prepare<[number, number]>('UPDATE items SET deleted = ? WHERE id = ?');
    this.#putExtra = db.prepare<[string | null, number]>('UPDATE items SET extra = ? WHERE id = ?');
    this.#seen = db.prepare<[number, number]>('UPDATE items SET seen_at = ? WHERE id = ?');
    this.#refresh = db.prepare<[number | null, string | null, number, number, number, number, number, number, number]>(
      `UPDATE items SET edited = ?, extra = ?, kind = ?, flags = ?, source = ?, row = ?, raw = ?, seen_at = ?
       WHERE id = ?`,
    );
    this.#hasVersion = db
      .prepare<[number, number], number>('SELECT 1 FROM item_versions WHERE item = ? AND content_hash = ?')
      .pluck();
    this.#lastVersion = db
      .prepare<[number], number | null>('SELECT max(version) FROM item_versions WHERE item = ?')
      .pluck();
    this.#keepCurrent = db.prepare<[number]>(
      `INSERT INTO item_versions (item, version, text, edited, language, content_hash, source, row, raw)
       SELECT id, version, text, edited, language, content_hash, source, row, raw FROM items WHERE id = ?`,
    );
    this.#keepOlder = db.prepare<[number, number, Uint8Array, number | null, string, number, number, number, number]>(
      `INSERT INTO item_versions (item, version, text, edited, language, content_hash, source, row, raw)
       VALUES (?, ?, CAST(? AS TEXT), ?, ?, ?, ?, ?, ?)`,
    );
    this.#replace = db.prepare<
      [
        Uint8Array,
        number,
        string,
        number,
        number | null,
        string | null,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ]
    >(
      `UPDATE items SET text = CAST(? AS TEXT), version = ?, language = ?, content_hash = ?, edited = ?, extra = ?, kind = ?,
         flags = ?, source = ?, row = ?, raw = ?, seen_at = ? WHERE id = ?`,
    );
    this.#forgetScores = db.prepare<[number]>('DELETE FROM scores WHERE item = ?');
    this.#reviewAgain = db.prepare<[number, number, number]>(
      'UPDATE reviews SET status = ? WHERE item = ? AND status = ?',
    );
    // Empty texts are in no index, and FTS5 must not be told to take out what it has not.
    const index = (table: string): string =>
      `INSERT INTO ${table} (rowid, text) SELECT id, text FROM items WHERE id = ? AND text <> ''`;
    const unindex = (table: string): string =>
      `INSERT INTO ${table} (${table}, rowid, text) SELECT 'delete', id, text FROM items WHERE id = ? AND text <> ''`;
    this.#index = {
      words: db.prepare<[number]>(index('item_text')),
      trigrams: db.prepare<[number]>(index('unspaced_text')),
    };
    this.#unindex = {
      words: db.prepare<[number]>(unindex('item_text')),
      trigrams: db.prepare<[number]>(unindex('unspaced_text')),
    };
  }

  find(channel: number, key: string): Known | undefined {
    return this.#find.get(channel, key);
  }

  /**
   * Joins row `i` into the item that it belongs to.
   * @param unindexed items from this id on are new and not in the text indexes yet
   */
  join(known: Known, batch: Batch, i: number, rawBase: number, unindexed: number, now: number): Joined {
    if ((known.flags & ERASED) !== 0) return KNOWN;
    const kind = batch.kinds[i] ?? 0;
    if (kind === DELETED) {
      if (known.deleted !== null) return KNOWN;
      this.#noteDeleted.run(now, known.id);
      return NOTED;
    }
    const edited = orNull(batch.edits[i]);
    const hash = batch.hashes[i] ?? 0;
    if (known.kind !== DELETED && hash === known.content_hash) {
      return this.#confirm(known, batch, i, rawBase) ? REFRESHED : KNOWN;
    }
    // A place where only "this message was deleted" stood gets the text that an older export still has.
    if (known.kind !== DELETED) {
      const seen = this.#hasVersion.get(known.id, hash) !== undefined;
      const newer = compare(edited, batch.exportedAt, known.edited, known.seen_at);
      if (newer < 0 || (newer === 0 && seen)) {
        if (seen) return KNOWN;
        this.#keepOlder.run(
          known.id,
          this.#nextVersion(known),
          textBytes(batch.texts, i),
          edited,
          batch.languages[i] ?? '',
          hash,
          batch.source,
          batch.sourceRows[i] ?? 0,
          rawPlace(batch.raws[i] ?? 0, rawBase),
        );
        if (isDecided(batch.extras[i])) this.#putExtra.run(joinExtras(known.extra, batch.extras[i] ?? null), known.id);
        return OLDER;
      }
    }
    this.#change(known, batch, i, rawBase, unindexed);
    return CHANGED;
  }

  /** The same text again: a later export may know more reactions or a later edit, each row of decisions another one. */
  #confirm(known: Known, batch: Batch, i: number, rawBase: number): boolean {
    const edited = orNull(batch.edits[i]);
    const extra = joinExtras(known.extra, batch.extras[i] ?? null);
    if (compare(edited, batch.exportedAt, known.edited, known.seen_at) <= 0) {
      if (isDecided(batch.extras[i]) && extra !== known.extra) this.#putExtra.run(extra, known.id);
      return false;
    }
    const kind = batch.kinds[i] ?? 0;
    const flags = batch.flags[i] ?? 0;
    const seenAt = Math.max(batch.exportedAt, known.seen_at);
    if (edited === known.edited && extra === known.extra && kind === known.kind && flags === known.flags) {
      this.#seen.run(seenAt, known.id);
      return false;
    }
    const raw = rawPlace(batch.raws[i] ?? 0, rawBase);
    this.#refresh.run(edited, extra, kind, flags, batch.source, batch.sourceRows[i] ?? 0, raw, seenAt, known.id);
    return true;
  }

  #change(known: Known, batch: Batch, i: number, rawBase: number, unindexed: number): void {
    const indexed = known.id < unindexed;
    const flags = batch.flags[i] ?? 0;
    const version = this.#nextVersion(known);
    this.#keepCurrent.run(known.id);
    if (indexed) {
      this.#unindex.words.run(known.id);
      if ((known.flags & UNSPACED) !== 0) this.#unindex.trigrams.run(known.id);
    }
    this.#replace.run(
      textBytes(batch.texts, i),
      version,
      batch.languages[i] ?? '',
      batch.hashes[i] ?? 0,
      orNull(batch.edits[i]),
      joinExtras(known.extra, batch.extras[i] ?? null),
      batch.kinds[i] ?? 0,
      flags,
      batch.source,
      batch.sourceRows[i] ?? 0,
      rawPlace(batch.raws[i] ?? 0, rawBase),
      batch.exportedAt,
      known.id,
    );
    if (indexed) {
      this.#index.words.run(known.id);
      if ((flags & UNSPACED) !== 0) this.#index.trigrams.run(known.id);
    }
    this.#forgetScores.run(known.id);
    this.#reviewAgain.run(statusCode('changed'), known.id, statusCode('decided'));
  }

  #nextVersion(known: Known): number {
    return Math.max(known.version, this.#lastVersion.get(known.id) ?? 0) + 1;
  }
}

/** Above 0 when the first edit time is later, or, between equal ones, the first export. */
function compare(edited: number | null, exportedAt: number, knownEdited: number | null, knownSeenAt: number): number {
  return (edited ?? -Infinity) === (knownEdited ?? -Infinity)
    ? exportedAt - knownSeenAt
    : (edited ?? -Infinity) - (knownEdited ?? -Infinity);
}
