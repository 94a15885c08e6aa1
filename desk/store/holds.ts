import type { Db } from './connection.ts';

export interface Hold {
  readonly item: number;
  readonly reason: string;
  readonly since: number;
}

/** Items that erase and wipe must leave alone. */
export class Holds {
  readonly #put;
  readonly #drop;
  readonly #list;
  readonly #has;

  constructor(db: Db) {
    this.#put = db.prepare<[number, string, number]>(
      'INSERT OR REPLACE INTO holds (item, reason, since) VALUES (?, ?, ?)',
    );
    this.#drop = db.prepare<[number]>('DELETE FROM holds WHERE item = ?');
    this.#list = db.prepare<[], Hold>('SELECT item, reason, since FROM holds ORDER BY item');
    this.#has = db.prepare<[number], number>('SELECT 1 FROM holds WHERE item = ?').pluck();
  }

  put(item: number, reason: string, now: number): void {
    this.#put.run(item, reason, now);
  }

  /** @returns whether there was one */
  drop(item: number): boolean {
    return this.#drop.run(item).changes > 0;
  }

  has(item: number): boolean {
    return this.#has.get(item) !== undefined;
  }

  list(): readonly Hold[] {
    return this.#list.all();
  }
}
