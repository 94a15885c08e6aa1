import type { Db } from '../connection.ts';
import { pseudonymOf } from '../pseudonym.ts';
import type { AuthorEntry, Batch, ChannelEntry } from './batch.ts';

const SHORTEST = 6;

/** Channels and authors of the batches, each with its row in the workspace. */
export class People {
  #channels: number[] = [];
  #authors: number[] = [];
  readonly #putChannel;
  readonly #findAuthor;
  readonly #markBot;
  readonly #taken;
  readonly #addAuthor;
  readonly #addName;

  constructor(db: Db) {
    this.#putChannel = db
      .prepare<[string, string, string, string | null, string | null, number], number>(
        // An export that knows whose channel it is stays right about it.
        `INSERT INTO channels (platform, platform_id, name, parent_id, parent_name, personal) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (platform, platform_id) DO UPDATE SET
           name = excluded.name,
           parent_id = coalesce(excluded.parent_id, parent_id),
           parent_name = coalesce(excluded.parent_name, parent_name),
           personal = min(excluded.personal, personal)
         RETURNING id`,
      )
      .pluck();
    this.#findAuthor = db.prepare<[Uint8Array], { id: number; bot: number }>(
      'SELECT id, bot FROM authors WHERE key = ?',
    );
    this.#markBot = db.prepare<[number]>('UPDATE authors SET bot = 1 WHERE id = ?');
    this.#taken = db.prepare<[string], number>('SELECT 1 FROM authors WHERE pseudonym = ?').pluck();
    this.#addAuthor = db
      .prepare<[Uint8Array, string, string, number], number>(
        'INSERT INTO authors (key, platform, pseudonym, bot) VALUES (?, ?, ?, ?) RETURNING id',
      )
      .pluck();
    this.#addName = db.prepare<[number, string, string | null]>(
      'INSERT OR IGNORE INTO author_names (author, name, account) VALUES (?, ?, ?)',
    );
  }

  /** Takes note of the channels and authors that a batch brings. */
  learn(batch: Batch): void {
    if (batch.fresh) {
      this.#channels = [];
      this.#authors = [];
    }
    for (const entry of batch.newChannels) this.#channels.push(this.#channel(entry));
    for (const entry of batch.newAuthors) this.#authors.push(this.#author(entry));
  }

  /** Row of the channel at a place of Batch.channels. */
  channelId(place: number): number {
    const id = this.#channels[place];
    if (id === undefined) throw new RangeError(`The batch names channel ${place}, which it never described.`);
    return id;
  }

  authorId(place: number): number | null {
    if (place < 0) return null;
    const id = this.#authors[place];
    if (id === undefined) throw new RangeError(`The batch names author ${place}, whom it never described.`);
    return id;
  }

  #channel({ platform, platformId, name, parentId, parentName, personal }: ChannelEntry): number {
    const id = this.#putChannel.get(platform, platformId, name, parentId, parentName, personal ? 1 : 0);
    if (id === undefined) throw new Error('SQLite returned no id for a channel.');
    return id;
  }

  #author({ key, platform, name, account, bot }: AuthorEntry): number {
    const known = this.#findAuthor.get(key);
    let id = known?.id;
    if (known === undefined) {
      let length = SHORTEST;
      while (this.#taken.get(pseudonymOf(key, length)) !== undefined) length++;
      id = this.#addAuthor.get(key, platform, pseudonymOf(key, length), bot ? 1 : 0);
    } else if (bot && known.bot === 0) {
      this.#markBot.run(known.id);
    }
    if (id === undefined) throw new Error('SQLite returned no id for an author.');
    if (name !== '') this.#addName.run(id, name, account);
    return id;
  }
}
