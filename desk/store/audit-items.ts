import type { Db } from './connection.ts';

/** An item drawn at random, and the chance that it had. */
export interface AuditItem {
  readonly item: number;
  readonly stratum: number;
  /** that an item of its stratum was drawn */
  readonly probability: number;
  /** 0 … 1, random: they are shown in this order */
  readonly place: number;
}

/** One that was decided, and what a revision says of it. */
export interface DecidedAudit {
  readonly probability: number;
  /** of the most severe label */
  readonly severity: number;
  readonly score: number;
}

/** The random sample on which all estimates rest. Its items are shown without score and never trained on. */
export class AuditItems {
  readonly #add;
  readonly #has;
  readonly #all;
  readonly #probability;
  readonly #decided;

  constructor(db: Db) {
    this.#add = db.prepare<[number, number, number, number, number]>(
      'INSERT OR IGNORE INTO audit_items (item, stratum, probability, place, drawn_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#decided = db.prepare<[number], DecidedAudit>(
      `SELECT probability, severity, score FROM audit_items JOIN reviews USING (item) JOIN labels ON labels.id = label
       JOIN scores ON scores.item = audit_items.item AND revision = ? WHERE score IS NOT NULL`,
    );
    this.#has = db.prepare<[number], number>('SELECT 1 FROM audit_items WHERE item = ?').pluck();
    this.#all = db.prepare<[], AuditItem>('SELECT item, stratum, probability, place FROM audit_items ORDER BY item');
    this.#probability = db.prepare<[number], number>('SELECT probability FROM audit_items WHERE item = ?').pluck();
  }

  add({ item, stratum, probability, place }: AuditItem, now: number): void {
    this.#add.run(item, stratum, probability, place, now);
  }

  /** Those with a decision that the revision has read. */
  decided(revision: number): readonly DecidedAudit[] {
    return this.#decided.all(revision);
  }

  has(item: number): boolean {
    return this.#has.get(item) !== undefined;
  }

  /** By item. */
  all(): readonly AuditItem[] {
    return this.#all.all();
  }

  /** The chance that an item had of being drawn; null for one that was not. */
  probability(item: number): number | null {
    return this.#probability.get(item) ?? null;
  }
}
