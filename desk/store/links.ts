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

/** The reviewers' chains: links are added and never changed; which message one points to may be found out later. */
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
  readonly #undoOf;
  readonly #clock;
  readonly #at;
  readonly #bare;
  readonly #place;
  readonly #ofKind;

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
    this.#clock = db
      .prepare<[], number | null>(
        `SELECT max((SELECT json_extract(body, '$.clock') FROM links WHERE reviewer = reviewers.id ORDER BY seq DESC LIMIT 1))
         FROM reviewers`,
      )
      .pluck();
    this.#at = db.prepare<[number, number], Link>('SELECT * FROM links WHERE reviewer = ? AND seq = ?');
    this.#bare = db.prepare<[number], Link>(
      "SELECT * FROM links WHERE reviewer = ? AND salt IS NULL AND json_extract(body, '$.deed.text') IS NOT NULL",
    );
    this.#place = db.prepare<[number | null, number | null, Uint8Array | null, string | null, number]>(
      'UPDATE links SET item = ?, version = ?, salt = ?, note = ? WHERE id = ?',
    );
    this.#ofKind = db
      .prepare<[string], number>('SELECT DISTINCT item FROM links WHERE kind = ? AND item IS NOT NULL ORDER BY item')
      .pluck();
    this.#undoOf = db
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

  /** The link in a place of a chain, from 1. */
  at(reviewer: number, seq: number): Link | undefined {
    return this.#at.get(reviewer, seq);
  }

  /** Links of a chain about texts whose salt is gone. */
  withoutSalt(reviewer: number): readonly Link[] {
    return this.#bare.all(reviewer);
  }

  /** Says which message a link points to, and what belongs to it beside its body. */
  place(id: number, { item, version, salt, note }: Pick<Link, 'item' | 'version' | 'salt' | 'note'>): void {
    this.#place.run(item, version, salt, note, id);
  }

  /** Items that some link of a kind is about. */
  itemsWith(kind: string): readonly number[] {
    return this.#ofKind.all(kind);
  }

  /** The latest clock of all chains; −Infinity where there is no link. */
  get clock(): number {
    return this.#clock.get() ?? -Infinity;
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
    return (this.undoOf(reviewer, action) ?? 0) > 0;
  }

  /** seq of the undo in force, 0 where none is; undefined where there is no such action. */
  undoOf(reviewer: number, action: number): number | undefined {
    return this.#undoOf.get(reviewer, action);
  }
}
