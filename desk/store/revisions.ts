import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Db } from './connection.ts';

export interface NewRevision {
  readonly name: string;
  readonly base: { readonly name: string; readonly sha256: string };
  /** The adapter file; null for a base model that classifies by itself. */
  readonly adapter: Uint8Array | null;
  readonly depth: number;
  /** In the order of the probabilities. */
  readonly labels: readonly string[];
  /** Place in `labels` of the one that means "nothing wrong"; null where none does (several labels per item). */
  readonly fineLabel: number | null;
  /** Languages that the revision was measured on. */
  readonly languages: readonly string[];
  readonly report?: unknown;
}

export interface Revision extends Omit<NewRevision, 'report' | 'adapter'> {
  readonly id: number;
  readonly adapterSha256: string | null;
  readonly createdAt: number;
}

interface Row {
  readonly id: number;
  readonly name: string;
  readonly base_name: string;
  readonly base_sha256: Buffer;
  readonly adapter_sha256: Buffer | null;
  readonly depth: number;
  readonly labels: string;
  readonly fine_label: number | null;
  readonly languages: string;
  readonly created_at: number;
}

const words = z.array(z.string());
const COLUMNS = 'id, name, base_name, base_sha256, adapter_sha256, depth, labels, fine_label, languages, created_at';

function toRevision(row: Row): Revision {
  return {
    id: row.id,
    name: row.name,
    base: { name: row.base_name, sha256: row.base_sha256.toString('hex') },
    adapterSha256: row.adapter_sha256?.toString('hex') ?? null,
    depth: row.depth,
    labels: words.parse(JSON.parse(row.labels)),
    fineLabel: row.fine_label,
    languages: words.parse(JSON.parse(row.languages)),
    createdAt: row.created_at,
  };
}

/** Models as they score. The same base, adapter and depth are the same revision. */
export class Revisions {
  readonly #find;
  readonly #add;
  readonly #get;
  readonly #list;
  readonly #adapter;
  readonly #layout;
  readonly #pin;

  constructor(db: Db) {
    this.#find = db.prepare<[Uint8Array, Uint8Array | null, number], Row>(
      `SELECT ${COLUMNS} FROM revisions WHERE base_sha256 = ? AND adapter_sha256 IS ? AND depth = ?`,
    );
    this.#add = db.prepare<
      [
        string,
        string,
        Uint8Array,
        Uint8Array | null,
        Uint8Array | null,
        number,
        string,
        number | null,
        string,
        string | null,
        number,
      ],
      Row
    >(
      `INSERT INTO revisions (name, base_name, base_sha256, adapter, adapter_sha256, depth, labels, fine_label,
         languages, report, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING ${COLUMNS}`,
    );
    this.#get = db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM revisions WHERE id = ?`);
    this.#list = db.prepare<[], Row>(`SELECT ${COLUMNS} FROM revisions ORDER BY id`);
    this.#adapter = db.prepare<[number], Buffer | null>('SELECT adapter FROM revisions WHERE id = ?').pluck();
    this.#layout = db.prepare<[number], string | null>('SELECT layout FROM revisions WHERE id = ?').pluck();
    this.#pin = db.prepare<[string, number]>('UPDATE revisions SET layout = ? WHERE id = ?');
  }

  /** The revision with this base, adapter and depth, made if it is new. */
  ensure(revision: NewRevision): Revision {
    const base = Buffer.from(revision.base.sha256, 'hex');
    const sum = revision.adapter === null ? null : hash('sha256', revision.adapter, 'buffer');
    const known = this.#find.get(base, sum, revision.depth);
    if (known !== undefined) return toRevision(known);
    const row = this.#add.get(
      revision.name,
      revision.base.name,
      base,
      revision.adapter,
      sum,
      revision.depth,
      JSON.stringify(revision.labels),
      revision.fineLabel,
      JSON.stringify(revision.languages),
      revision.report === undefined ? null : JSON.stringify(revision.report),
      Date.now(),
    );
    if (row === undefined) throw new Error('SQLite returned no row for a new revision.');
    return toRevision(row);
  }

  get(id: number): Revision | undefined {
    const row = this.#get.get(id);
    return row === undefined ? undefined : toRevision(row);
  }

  list(): readonly Revision[] {
    return this.#list.all().map(toRevision);
  }

  /** The adapter file as it was given. */
  adapter(id: number): Uint8Array | null {
    return this.#adapter.get(id) ?? null;
  }

  /** The weight layout that its scores come from; null before it has read anything. It is asked for when a model is opened: a revision that somebody holds may be older. */
  layout(id: number): string | null {
    return this.#layout.get(id) ?? null;
  }

  /** Once calibrated, a revision keeps its weight layout. */
  pinLayout(id: number, layout: string): void {
    this.#pin.run(layout, id);
  }
}
