import type { Db } from './connection.ts';

/** A link as it is stored: the body is what the hash covers. */
export interface Link {
  readonly id: number;
  readonly reviewer: number;
  readonly seq: number;
  /** seq of the first link of the same action */
  readonly action: number;
  readonly kind: string;
  readonly item: number | null;
  readonly version: number | null;
  readonly body: string;
  readonly hash: Buffer;
  readonly salt: Buffer | null;
  readonly note: string | null;
}

export interface End {
  readonly seq: number;
  readonly hash: Buffer;
}

/** The reviewers' chains: links are added and never changed. */
export class Links {
  readonly #add;
  readonly #end;
  readonly #chain;
  readonly #action;
  readonly #about;
  readonly #allAbout;
  readonly #get;
  readonly #setUndone;
  readonly #noteAction;
  readonly #lastDone;
  readonly #lastUndone;
  readonly #isUndone;

  constructor(db: Db) {
    this.#add = db.prepare<
      [
        number,
        number,
        number,
        string,
        number | null,
        number | null,
        string,
        Uint8Array,
        Uint8Array | null,
        string | null,
      ]
    >(
      `INSERT INTO links (reviewer, seq, action, kind, item, version, body, hash, salt, note)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#end = db.prepare<[number], End>('SELECT seq, hash FROM links WHERE reviewer = ? ORDER BY seq DESC LIMIT 1');
    this.#chain = db.prepare<[number, number, number], Link>(
      'SELECT * FROM links WHERE reviewer = ? AND seq > ? ORDER BY seq LIMIT ?',
    );
    this.#action = db.prepare<[number, number], Link>(
      'SELECT * FROM links WHERE reviewer = ? AND action = ? ORDER BY seq',
    );
    this.#about = db.prepare<[number], Link>(
      `SELECT links.* FROM links LEFT JOIN actions USING (reviewer, action)
       WHERE links.item = ? AND coalesce(actions.undone, 0) = 0 ORDER BY links.id`,
    );
    this.#allAbout = db.prepare<[number], Link>('SELECT * FROM links WHERE item = ? ORDER BY id');
    this.#get = db.prepare<[number], Link>('SELECT * FROM links WHERE id = ?');
    this.#noteAction = db.prepare<[number, number]>('INSERT INTO actions (reviewer, action, undone) VALUES (?, ?, 0)');
    this.#setUndone = db.prepare<[number, number, number]>(
      'UPDATE actions SET undone = ? WHERE reviewer = ? AND action = ?',
    );
    this.#lastDone = db
      .prepare<[number], number | null>('SELECT max(action) FROM actions WHERE reviewer = ? AND undone = 0')
      .pluck();
    this.#lastUndone = db.prepare<[number], { action: number; undone: number }>(
      'SELECT action, undone FROM actions WHERE reviewer = ? AND undone > 0 ORDER BY undone DESC LIMIT 1',
    );
    this.#isUndone = db
      .prepare<[number, number], number>('SELECT undone FROM actions WHERE reviewer = ? AND action = ?')
      .pluck();
  }

  /** @returns the link's id */
  add(link: Omit<Link, 'id'>): number {
    const { reviewer, seq, action, kind, item, version, body, hash, salt, note } = link;
    return Number(this.#add.run(reviewer, seq, action, kind, item, version, body, hash, salt, note).lastInsertRowid);
  }

  /** The last link of a chain; undefined where it has none. */
  end(reviewer: number): End | undefined {
    return this.#end.get(reviewer);
  }

  /** Links of a chain behind place `after`, in their order. */
  chain(reviewer: number, after: number, limit: number): readonly Link[] {
    return this.#chain.all(reviewer, after, limit);
  }

  /** The links that one action made. */
  action(reviewer: number, action: number): readonly Link[] {
    return this.#action.all(reviewer, action);
  }

  /** The links about an item that were not undone, in the order in which they came. */
  about(item: number): readonly Link[] {
    return this.#about.all(item);
  }

  /** All links about an item, those that were undone too. */
  allAbout(item: number): readonly Link[] {
    return this.#allAbout.all(item);
  }

  get(id: number): Link | undefined {
    return this.#get.get(id);
  }

  /** Notes that an action can be undone. */
  noteAction(reviewer: number, action: number): void {
    this.#noteAction.run(reviewer, action);
  }

  /** @param undo seq of the undo in force, 0 when it is done again */
  setUndone(reviewer: number, action: number, undo: number): void {
    this.#setUndone.run(undo, reviewer, action);
  }

  /** The last action in force; null where nothing can be undone. */
  lastDone(reviewer: number): number | null {
    return this.#lastDone.get(reviewer) ?? null;
  }

  /** The action that was undone last, if nothing else was done since; null where nothing can be done again. */
  lastUndone(reviewer: number): number | null {
    const last = this.#lastUndone.get(reviewer);
    const done = this.lastDone(reviewer) ?? 0;
    return last !== undefined && last.undone > done ? last.action : null;
  }

  isUndone(reviewer: number, action: number): boolean {
    return (this.#isUndone.get(reviewer, action) ?? 0) > 0;
  }
}
