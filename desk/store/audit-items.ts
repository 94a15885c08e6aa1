import type { Db } from './connection.ts';

/** Stratum of what a recall target set aside, and what the model reads for the sample alone; all others are of scores. */
export const ASIDE = 10;

/** An item drawn at random, and the chance that it had. */
export interface AuditItem {
  readonly item: number;
  /** as it was read last: a tenth of the scores, or ASIDE */
  readonly stratum: number;
  /** the highest chance that it had */
  readonly probability: number;
  /** 0 … 1, random: they are shown in this order */
  readonly place: number;
}

/** The random sample on which all estimates rest. Its items are shown without score and never trained on. */
export class AuditItems {
  readonly #add;
  readonly #has;
  readonly #all;
  readonly #probability;
  readonly #forgetAside;
  readonly #takeIn;

  constructor(db: Db) {
    this.#add = db.prepare<[number, number, number, number, number]>(
      `INSERT INTO audit_items (item, stratum, probability, place, drawn_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET stratum = excluded.stratum, probability = max(probability, excluded.probability)`,
    );
    this.#forgetAside = db
      .prepare<[number], number>(
        `DELETE FROM scores WHERE revision = ? AND item IN (SELECT item FROM audit_items WHERE stratum = ${ASIDE})
         RETURNING item`,
      )
      .pluck();
    this.#takeIn = db.prepare<[number, number]>(
      `UPDATE audit_items SET stratum = min(${ASIDE - 1}, CAST(score * ${ASIDE} AS INTEGER)), probability = max(probability, ?)
       FROM scores WHERE scores.item = audit_items.item AND revision = ? AND score IS NOT NULL AND stratum = ${ASIDE}`,
    );
    this.#has = db.prepare<[number], number>('SELECT 1 FROM audit_items WHERE item = ?').pluck();
    this.#all = db.prepare<[], AuditItem>('SELECT item, stratum, probability, place FROM audit_items ORDER BY item');
    this.#probability = db.prepare<[number], number>('SELECT probability FROM audit_items WHERE item = ?').pluck();
  }

  /** One that is there already keeps its place, and the higher of both chances. */
  add({ item, stratum, probability, place }: AuditItem, now: number): void {
    this.#add.run(item, stratum, probability, place, now);
  }

  /**
   * Forgets what the revision said of items that it read for the sample alone: like all that was set aside, they wait again.
   * @returns those items
   */
  forgetAside(revision: number): readonly number[] {
    return this.#forgetAside.all(revision);
  }

  /** Nothing is set aside any more: what was drawn of it is like all others now. @param probability of all others */
  takeIn(revision: number, probability: number): void {
    this.#takeIn.run(probability, revision);
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
