import type { Db } from './connection.ts';

/** Whose opinions these are, and what was asked. */
export interface NewOpinionRun {
  readonly model: string;
  /** of the model's file, hex */
  readonly sha256: string;
  /** SHA-256 of the question, hex */
  readonly question: string;
}

export interface NewOpinion {
  readonly item: number;
  /** of the text that was read */
  readonly version: number;
  /** id */
  readonly label: number;
  /** among the labels that it could choose from */
  readonly probability: number;
}

export interface Opinion {
  /** name of the label */
  readonly label: string;
  readonly probability: number;
  /** name of the model */
  readonly model: string;
  /** the text has changed since it was read */
  readonly stale: boolean;
}

/** One about the text as it stands, with that text. */
export interface CurrentOpinion extends Omit<Opinion, 'stale'> {
  readonly item: number;
  readonly text: string;
  readonly language: string;
}

interface Row extends Omit<Opinion, 'stale'> {
  readonly stale: number;
}

/** What a larger model says of items, the latest opinion about each. */
export class Opinions {
  readonly #start;
  readonly #write;
  readonly #get;
  readonly #isCurrent;
  readonly #current;
  readonly #about;

  constructor(db: Db) {
    this.#start = db
      .prepare<[string, Uint8Array, Uint8Array, number], number>(
        'INSERT INTO opinion_runs (model, model_sha256, question, started_at) VALUES (?, ?, ?, ?) RETURNING id',
      )
      .pluck();
    // Nothing is written where the text has changed since it was read, or the item is gone.
    this.#write = db.prepare<[number, number, number, number, number, number]>(
      `INSERT OR REPLACE INTO opinions (item, run, version, label, probability, made_at)
       SELECT id, ?, version, ?, ?, ? FROM items WHERE id = ? AND version = ?`,
    );
    this.#get = db.prepare<[number], Row>(
      `SELECT labels.name AS label, probability, model, items.version <> opinions.version AS stale
       FROM opinions JOIN opinion_runs ON opinion_runs.id = run JOIN labels ON labels.id = label
       JOIN items ON items.id = item WHERE item = ?`,
    );
    this.#isCurrent = db
      .prepare<[number, Uint8Array, Uint8Array], number>(
        `SELECT 1 FROM opinions JOIN opinion_runs ON opinion_runs.id = run JOIN items ON items.id = item
         WHERE item = ? AND model_sha256 = ? AND question = ? AND items.version = opinions.version`,
      )
      .pluck();
    this.#current = db.prepare<[], CurrentOpinion>(
      `SELECT item, text, language, labels.name AS label, probability, model
       FROM opinions JOIN opinion_runs ON opinion_runs.id = run JOIN labels ON labels.id = label
       JOIN items ON items.id = item WHERE items.version = opinions.version ORDER BY item`,
    );
    this.#about = db
      .prepare<[string], number>(
        `SELECT opinions.item FROM opinions JOIN items ON items.id = opinions.item
         WHERE opinions.label IN (SELECT value FROM json_each(?)) AND items.version = opinions.version
           AND (NOT EXISTS (SELECT 1 FROM audit_items WHERE item = items.id)
             OR EXISTS (SELECT 1 FROM verdicts WHERE item = items.id))
         ORDER BY opinions.item`,
      )
      .pluck();
  }

  /** Notes on who is asked what. @returns its id */
  start({ model, sha256, question }: NewOpinionRun, now: number): number {
    const id = this.#start.get(model, Buffer.from(sha256, 'hex'), Buffer.from(question, 'hex'), now);
    if (id === undefined) throw new Error('SQLite returned no id for a new run.');
    return id;
  }

  /** @returns how many were kept: one about a text that has changed meanwhile is not */
  write(run: number, opinions: readonly NewOpinion[], now: number): number {
    let kept = 0;
    for (const { item, version, label, probability } of opinions)
      kept += this.#write.run(run, label, probability, now, item, version).changes;
    return kept;
  }

  get(item: number): Opinion | null {
    const row = this.#get.get(item);
    return row === undefined ? null : { ...row, stale: row.stale === 1 };
  }

  /**
   * Items, rising, of which it says one of some labels, by the text as it stands. Without audit items that nobody decided:
   * they are decided without any model.
   */
  withLabel(labels: readonly number[]): Uint32Array {
    return Uint32Array.from(this.#about.all(JSON.stringify(labels)));
  }

  /** Whether this model was asked just this about the text as it stands. */
  isCurrent(item: number, { sha256, question }: Pick<NewOpinionRun, 'sha256' | 'question'>): boolean {
    return this.#isCurrent.get(item, Buffer.from(sha256, 'hex'), Buffer.from(question, 'hex')) !== undefined;
  }

  /** All that are about the text as it stands, by item. */
  current(): readonly CurrentOpinion[] {
    return this.#current.all();
  }
}
