import type { Db } from './connection.ts';

/** A link that is about something that is not here yet. */
export interface WaitingLink {
  readonly link: number;
  /** of the message, hexadecimal */
  readonly identity: string;
}

/** Links that came from elsewhere before the message, or the text, that they are about. */
export class WaitingLinks {
  readonly #add;
  readonly #drop;
  readonly #list;
  readonly #count;

  constructor(db: Db) {
    this.#add = db.prepare<[number, Uint8Array]>('INSERT OR IGNORE INTO waiting_links (link, identity) VALUES (?, ?)');
    this.#drop = db.prepare<[number]>('DELETE FROM waiting_links WHERE link = ?');
    this.#list = db.prepare<[], WaitingLink>(
      'SELECT link, lower(hex(identity)) AS identity FROM waiting_links ORDER BY link',
    );
    this.#count = db.prepare<[], number>('SELECT count(*) FROM waiting_links').pluck();
  }

  add({ link, identity }: WaitingLink): void {
    this.#add.run(link, Buffer.from(identity, 'hex'));
  }

  drop(link: number): void {
    this.#drop.run(link);
  }

  list(): readonly WaitingLink[] {
    return this.#list.all();
  }

  get count(): number {
    return this.#count.get() ?? 0;
  }
}
