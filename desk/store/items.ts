import type { Kind } from '../importers/kinds.ts';
import type { Db } from './connection.ts';
import { type Extra, unpackExtra } from './extra.ts';
import { EMPTY, ERASED, FORWARDED, LOCAL_TIME, kindOf } from './flags.ts';
import { RAW_STRIDE, unpackRaw } from './raw.ts';

/** One message as the desk shows it. The author is a pseudonym; real names are in Authors. */
export interface Item {
  readonly id: number;
  readonly kind: Kind;
  readonly platform: string;
  readonly channel: {
    readonly id: number;
    readonly platformId: string;
    readonly name: string;
    /** its name or id may be that of people */
    readonly personal: boolean;
  };
  readonly author: { readonly id: number; readonly pseudonym: string; readonly bot: boolean } | null;
  /** Message id of the platform; null where the export has none. */
  readonly messageId: string | null;
  /** Milliseconds since 1970 UTC; with `localTime` the exporting person's clock, zone unknown. */
  readonly time: number | null;
  readonly localTime: boolean;
  readonly edited: number | null;
  /** When an import first said that the message was deleted. */
  readonly deleted: number | null;
  readonly replyTo: string | null;
  readonly thread: { readonly id: string; readonly name?: string | undefined } | null;
  readonly forwarded: boolean;
  /** its text and all that could name somebody are gone, on purpose */
  readonly erased: boolean;
  readonly text: string;
  readonly version: number;
  /** BCP 47, 'unsure', or '' where there is no text. */
  readonly language: string;
  readonly attachments: Extra['attachments'];
  readonly reactions: Extra['reactions'];
  /** Who the source says can read it. */
  readonly visibility: Extra['visibility'];
  /** Parts of `text` that quote somebody else, as [start, end) in UTF-16 units. */
  readonly quoted: Extra['quoted'];
  /** Addresses behind words of the text that the text itself does not show. */
  readonly links: Extra['links'];
  readonly gold: string | null;
  /** How it was decided in the workspace that a table of decisions came from. */
  readonly decided: Extra['decided'];
  readonly source: number;
  /** Row in the source, from 1. */
  readonly row: number;
}

export interface ItemVersion {
  readonly version: number;
  readonly text: string;
  readonly edited: number | null;
  readonly language: string;
  readonly source: number;
}

/** A version of an item's text, with the record that it was read from. */
export interface ItemRecord {
  readonly version: number;
  readonly text: string;
  readonly edited: number | null;
  readonly source: number;
  /** in the source, from 1 */
  readonly row: number;
  /** exactly as it stands in the source */
  readonly raw: string;
}

interface RecordRow extends Omit<ItemRecord, 'raw'> {
  readonly place: number;
  readonly data: Buffer;
}

/** What the engine needs of an item. */
export interface UnscoredItem {
  readonly id: number;
  readonly version: number;
  readonly text: string;
  readonly language: string;
}

export interface Context {
  readonly before: readonly Item[];
  readonly item: Item;
  readonly after: readonly Item[];
}

/** Columns of an item and what it points to; `items` may be joined under any condition. */
export const ITEM_COLUMNS = `
  items.id, items.key, items.time, items.edited, items.kind, items.flags, items.deleted, items.reply_to, items.thread,
  items.text, items.version, items.language, items.extra, items.gold, items.source, items.row,
  channels.id AS channel, channels.platform, channels.platform_id, channels.name, channels.personal,
  authors.id AS author, authors.pseudonym, authors.bot`;
export const ITEM_JOINS = `
  JOIN channels ON channels.id = items.channel LEFT JOIN authors ON authors.id = items.author`;

export interface ItemRow {
  readonly id: number;
  readonly key: string;
  readonly time: number | null;
  readonly edited: number | null;
  readonly kind: number;
  readonly flags: number;
  readonly deleted: number | null;
  readonly reply_to: string | null;
  readonly thread: string | null;
  readonly text: string;
  readonly version: number;
  readonly language: string;
  readonly extra: string | null;
  readonly gold: string | null;
  readonly source: number;
  readonly row: number;
  readonly channel: number;
  readonly platform: string;
  readonly platform_id: string;
  readonly name: string;
  readonly personal: number;
  readonly author: number | null;
  readonly pseudonym: string | null;
  readonly bot: number | null;
}

/** Reads an item out of a row of ITEM_COLUMNS. */
export function toItem(row: ItemRow): Item {
  const extra = unpackExtra(row.extra);
  return {
    id: row.id,
    kind: kindOf(row.kind),
    platform: row.platform,
    channel: { id: row.channel, platformId: row.platform_id, name: row.name, personal: row.personal === 1 },
    author:
      row.author === null || row.pseudonym === null
        ? null
        : { id: row.author, pseudonym: row.pseudonym, bot: row.bot === 1 },
    messageId: row.key.startsWith('=') ? row.key.slice(1) : null,
    time: row.time,
    localTime: (row.flags & LOCAL_TIME) !== 0,
    edited: row.edited,
    deleted: row.deleted,
    replyTo: row.reply_to,
    thread: row.thread === null ? null : { id: row.thread, name: extra.threadName },
    forwarded: (row.flags & FORWARDED) !== 0,
    erased: (row.flags & ERASED) !== 0,
    text: row.text,
    version: row.version,
    language: row.language,
    attachments: extra.attachments,
    reactions: extra.reactions,
    visibility: extra.visibility,
    quoted: extra.quoted,
    links: extra.links,
    gold: row.gold,
    decided: extra.decided,
    source: row.source,
    row: row.row,
  };
}

/** The model is done with an item of `items`; what was set aside still waits. */
const DONE = `SELECT 1 FROM scores WHERE revision = ? AND item = items.id AND reason IS NOT 'set-aside'`;

/** The messages. They are written by the loader alone. */
export class Items {
  readonly #get;
  readonly #byMessage;
  readonly #before;
  readonly #after;
  readonly #versions;
  readonly #raw;
  readonly #records;
  readonly #identity;
  readonly #identities;
  readonly #last;
  readonly #hash;
  readonly #unscored;
  readonly #unscoredAmong;
  readonly #count;
  readonly #texts;

  constructor(db: Db) {
    const select = `SELECT ${ITEM_COLUMNS} FROM items ${ITEM_JOINS}`;
    this.#get = db.prepare<[number], ItemRow>(`${select} WHERE items.id = ?`);
    this.#byMessage = db.prepare<[string, string, string], ItemRow>(
      `${select} WHERE channels.platform = ? AND channels.platform_id = ? AND items.key = '=' || ?`,
    );
    this.#before = db.prepare<[number, number, number, number], ItemRow>(
      `${select} WHERE items.channel = ? AND (items.time, items.id) < (?, ?)
       ORDER BY items.time DESC, items.id DESC LIMIT ?`,
    );
    this.#after = db.prepare<[number, number, number, number], ItemRow>(
      `${select} WHERE items.channel = ? AND (items.time, items.id) > (?, ?)
       ORDER BY items.time, items.id LIMIT ?`,
    );
    this.#versions = db.prepare<[number], ItemVersion>(
      'SELECT version, text, edited, language, source FROM item_versions WHERE item = ? ORDER BY version',
    );
    this.#raw = db.prepare<[number], { place: number; data: Buffer }>(
      `SELECT items.raw % ${RAW_STRIDE} AS place, data FROM items
       JOIN raw_blocks ON raw_blocks.id = items.raw / ${RAW_STRIDE} WHERE items.id = ?`,
    );
    const record = (table: string, id: string): string =>
      `SELECT version, text, edited, ${table}.source, row, ${table}.raw % ${RAW_STRIDE} AS place, data FROM ${table}
       JOIN raw_blocks ON raw_blocks.id = ${table}.raw / ${RAW_STRIDE} WHERE ${table}.${id} = ?`;
    this.#records = db.prepare<[number, number], RecordRow>(
      `${record('item_versions', 'item')} UNION ALL ${record('items', 'id')} ORDER BY version`,
    );
    this.#identity = db.prepare<[number], Buffer>('SELECT identity FROM items WHERE id = ?').pluck();
    this.#identities = db
      .prepare<[number, number], [number, Buffer]>(
        'SELECT id, identity FROM items WHERE id > ? AND id <= ? ORDER BY id',
      )
      .raw();
    this.#hash = db.prepare<[number], number>('SELECT content_hash FROM items WHERE id = ?').pluck();
    this.#last = db.prepare<[], number | null>('SELECT max(id) FROM items').pluck();
    this.#unscored = db.prepare<[number, number, number, number], UnscoredItem>(
      `SELECT id, version, text, language FROM items
       WHERE id > ? AND id <= ? AND kind = 0 AND flags & ${EMPTY} = 0
         AND NOT EXISTS (${DONE})
       ORDER BY id LIMIT ?`,
    );
    this.#unscoredAmong = db.prepare<[string, number], UnscoredItem>(
      `SELECT items.id, version, text, language FROM json_each(?) AS wanted JOIN items ON items.id = wanted.value
       WHERE kind = 0 AND flags & ${EMPTY} = 0
         AND NOT EXISTS (${DONE})
       ORDER BY wanted.key`,
    );
    this.#count = db
      .prepare<[number, number, number], number>(
        `SELECT count(*) FROM items WHERE id > ? AND id <= ? AND kind = 0 AND flags & ${EMPTY} = 0
         AND NOT EXISTS (${DONE})`,
      )
      .pluck();
    this.#texts = db
      .prepare<[string], string>(
        `SELECT coalesce(text, '') FROM json_each(?) AS wanted LEFT JOIN items ON items.id = wanted.value
         ORDER BY wanted.key`,
      )
      .pluck();
  }

  get(id: number): Item | undefined {
    const row = this.#get.get(id);
    return row === undefined ? undefined : toItem(row);
  }

  /** The item behind a platform's own ids, as scripts and gold files name it. */
  byMessage(platform: string, channel: string, messageId: string): Item | undefined {
    const row = this.#byMessage.get(platform, channel, messageId);
    return row === undefined ? undefined : toItem(row);
  }

  /** An item with what stands before and after it in its channel, each list in the order of time. */
  context(id: number, before: number, after: number): Context | undefined {
    const item = this.get(id);
    if (item === undefined) return undefined;
    if (item.time === null) return { before: [], item, after: [] };
    return {
      before: this.#before.all(item.channel.id, item.time, id, before).map(toItem).reverse(),
      item,
      after: this.#after.all(item.channel.id, item.time, id, after).map(toItem),
    };
  }

  /** Texts that the item had, or that an older export gave it, beside the current one. */
  versions(id: number): readonly ItemVersion[] {
    return this.#versions.all(id);
  }

  /** The highest id; 0 where there is no item. */
  get lastId(): number {
    return this.#last.get() ?? 0;
  }

  /** The same for equal texts. */
  contentHash(id: number): number {
    return this.#hash.get(id) ?? 0;
  }

  /** What the item is called in every workspace: SHA-256, as hexadecimal digits. @throws RangeError where there is none */
  identity(id: number): string {
    const identity = this.#identity.get(id);
    if (identity === undefined) throw new RangeError(`There is no item number ${id}.`);
    return identity.toString('hex');
  }

  /** Ids in (after, to] with what they are called in every workspace. */
  identities(after: number, to: number): readonly (readonly [id: number, identity: string])[] {
    return this.#identities.all(after, to).map(([id, identity]) => [id, identity.toString('hex')]);
  }

  /** The record exactly as it stands in the source. */
  raw(id: number): string | undefined {
    const found = this.#raw.get(id);
    return found === undefined ? undefined : unpackRaw(found.data, found.place);
  }

  /** Every version of the text with its record, in the order of the versions. */
  records(id: number): readonly ItemRecord[] {
    return this.#records.all(id, id).map(({ place, data, ...row }) => ({ ...row, raw: unpackRaw(data, place) }));
  }

  /** Texts of some items, in that order; '' where there is none. */
  texts(ids: readonly number[]): readonly string[] {
    return this.#texts.all(JSON.stringify(ids));
  }

  /**
   * Messages with text that the revision has neither scored nor given up, by id, after `after`.
   * @param upTo looked at at most: a million that have scores take half a second
   */
  unscored(revision: number, after: number, limit: number, upTo = Number.MAX_SAFE_INTEGER): readonly UnscoredItem[] {
    return this.#unscored.all(after, upTo, revision, limit);
  }

  /** Of some messages, by id, those with text that the revision has neither scored nor given up. */
  unscoredAmong(revision: number, ids: readonly number[]): readonly UnscoredItem[] {
    return this.#unscoredAmong.all(JSON.stringify(ids), revision);
  }

  /** Those with ids after `after`, up to `upTo`. */
  countUnscored(revision: number, after = 0, upTo = Number.MAX_SAFE_INTEGER): number {
    return this.#count.get(after, upTo, revision) ?? 0;
  }
}
