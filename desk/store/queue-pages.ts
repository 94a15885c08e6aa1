import type { Db } from './connection.ts';

export interface QueuePage {
  readonly page: number;
  readonly data: Uint8Array;
}

/** Pages of the queue's columns, each as it was when nothing about its items had changed since. */
export class QueuePages {
  readonly #get;
  readonly #kept;
  readonly #put;
  readonly #dropOthers;

  constructor(db: Db) {
    this.#get = db
      .prepare<[number, string], Buffer>('SELECT data FROM queue_pages WHERE page = ? AND model = ?')
      .pluck();
    this.#kept = db.prepare<[string], number>('SELECT page FROM queue_pages WHERE model = ?').pluck();
    this.#put = db.prepare<[number, string, Uint8Array]>(
      'INSERT OR REPLACE INTO queue_pages (page, model, data) VALUES (?, ?, ?)',
    );
    this.#dropOthers = db.prepare<[string]>('DELETE FROM queue_pages WHERE model <> ?');
  }

  get(model: string, page: number): Uint8Array | undefined {
    return this.#get.get(page, model);
  }

  /** Numbers of the pages that are there. */
  kept(model: string): ReadonlySet<number> {
    return new Set(this.#kept.all(model));
  }

  put(model: string, pages: readonly QueuePage[]): void {
    for (const { page, data } of pages) this.#put.run(page, model, data);
  }

  /** Takes away those of other models: of one alone the queue is shown. */
  keepOnly(model: string): void {
    this.#dropOthers.run(model);
  }
}
