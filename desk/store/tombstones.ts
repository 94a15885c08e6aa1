import { z } from 'zod';
import type { Db } from './connection.ts';

/** That something was erased, without what it was. */
export interface Tombstone {
  readonly id: number;
  /** the link that says who did it, why, and which messages */
  readonly link: number;
  readonly items: number;
  /** revisions that had been trained on some of it */
  readonly revisions: readonly number[];
  /** Ed25519 over the hash of the link, by whoever did it */
  readonly signature: Buffer;
  readonly erasedAt: number;
}

interface Row extends Omit<Tombstone, 'revisions' | 'erasedAt'> {
  readonly revisions: string;
  readonly erased_at: number;
}

const ids = z.array(z.int());

export class Tombstones {
  readonly #add;
  readonly #list;
  readonly #trainedOn;
  readonly #note;
  readonly #countTrainedOn;

  constructor(db: Db) {
    this.#add = db.prepare<[number, number, string, Uint8Array, number]>(
      'INSERT INTO tombstones (link, items, revisions, signature, erased_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#list = db.prepare<[], Row>('SELECT * FROM tombstones ORDER BY id');
    this.#note = db.prepare<[number, number]>('INSERT OR IGNORE INTO trained_on (revision, item) VALUES (?, ?)');
    this.#countTrainedOn = db.prepare<[number], number>('SELECT count(*) FROM trained_on WHERE revision = ?').pluck();
    this.#trainedOn = db
      .prepare<[number], number>('SELECT revision FROM trained_on WHERE item = ? ORDER BY revision')
      .pluck();
  }

  add({ link, items, revisions, signature, erasedAt }: Omit<Tombstone, 'id'>): void {
    this.#add.run(link, items, JSON.stringify(revisions), signature, erasedAt);
  }

  list(): readonly Tombstone[] {
    return this.#list.all().map(({ erased_at, revisions, ...row }) => ({
      ...row,
      revisions: ids.parse(JSON.parse(revisions)),
      erasedAt: erased_at,
    }));
  }

  /** A revision learned from some items: who erases them later is told so. */
  noteTrainedOn(revision: number, items: readonly number[]): void {
    for (const item of items) this.#note.run(revision, item);
  }

  /** How many items a revision learned from, those erased since not counted. */
  countTrainedOn(revision: number): number {
    return this.#countTrainedOn.get(revision) ?? 0;
  }

  /** Revisions that learned from an item. */
  trainedOn(item: number): readonly number[] {
    return this.#trainedOn.all(item);
  }
}
