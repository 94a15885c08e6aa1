import { DeskError } from '../errors.ts';
import type { Db } from './connection.ts';

/** Stands between several labels, or reasons, of one cell of a table; so no label and no reason has it. */
export const BETWEEN = '|';

/** A rule of the community. */
export interface Policy {
  readonly id: number;
  readonly name: string;
  /** for whoever decides */
  readonly guidance: string;
  /** no longer offered; what was decided by it stays */
  readonly retired: boolean;
}

/** A word of the community for what a message is. */
export interface Label {
  readonly id: number;
  readonly policy: number | null;
  readonly name: string;
  /** on the keyboard */
  readonly key: string | null;
  readonly guidance: string;
  /** 0: nothing to act on … 3: the worst */
  readonly severity: number;
  readonly retired: boolean;
}

interface PolicyRow extends Omit<Policy, 'retired'> {
  readonly retired: number;
}

interface LabelRow extends Omit<Label, 'retired'> {
  readonly retired: number;
}

/** Policies and labels, in the order in which they are shown. */
export class Policies {
  readonly #list;
  readonly #add;
  readonly #change;
  readonly #labels;
  readonly #label;
  readonly #addLabel;
  readonly #changeLabel;
  readonly #placeLabel;
  readonly #named;
  readonly #noteName;
  readonly #names;
  readonly #isMerged;
  readonly #noteMerged;
  readonly #dropMerged;

  constructor(db: Db) {
    this.#list = db.prepare<[], PolicyRow>('SELECT id, name, guidance, retired FROM policies ORDER BY place, id');
    this.#add = db
      .prepare<[string, string], number>(
        `INSERT INTO policies (name, guidance, place, retired)
         VALUES (?, ?, (SELECT coalesce(max(place), 0) + 1 FROM policies), 0) RETURNING id`,
      )
      .pluck();
    this.#change = db.prepare<[string, string, number, number]>(
      'UPDATE policies SET name = ?, guidance = ?, retired = ? WHERE id = ?',
    );
    const columns = 'id, policy, name, key, guidance, severity, retired';
    this.#labels = db.prepare<[], LabelRow>(`SELECT ${columns} FROM labels ORDER BY place, id`);
    this.#label = db.prepare<[number], LabelRow>(`SELECT ${columns} FROM labels WHERE id = ?`);
    this.#addLabel = db
      .prepare<[number | null, string, string | null, string, number], number>(
        `INSERT INTO labels (policy, name, key, guidance, severity, place, retired)
         VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(place), 0) + 1 FROM labels), 0) RETURNING id`,
      )
      .pluck();
    this.#changeLabel = db.prepare<[number | null, string, string | null, string, number, number, number]>(
      'UPDATE labels SET policy = ?, name = ?, key = ?, guidance = ?, severity = ?, retired = ? WHERE id = ?',
    );
    this.#placeLabel = db.prepare<[number, number]>('UPDATE labels SET place = ? WHERE id = ?');
    this.#named = db.prepare<[string], number>('SELECT label FROM label_names WHERE name = ?').pluck();
    this.#noteName = db.prepare<[string, number]>('INSERT OR IGNORE INTO label_names (name, label) VALUES (?, ?)');
    this.#names = db.prepare<[], { name: string; severity: number }>(
      'SELECT label_names.name, severity FROM label_names JOIN labels ON labels.id = label ORDER BY label_names.name',
    );
    this.#isMerged = db.prepare<[number], number>('SELECT 1 FROM merged_labels WHERE label = ?').pluck();
    this.#noteMerged = db.prepare<[number]>('INSERT OR IGNORE INTO merged_labels (label) VALUES (?)');
    this.#dropMerged = db.prepare<[number]>('DELETE FROM merged_labels WHERE label = ?');
  }

  /** Every name that a label has or had. */
  names(): readonly { readonly name: string; readonly severity: number }[] {
    return this.#names.all();
  }

  /** Whether a label came with somebody's decisions, and nobody has changed it here. */
  isMerged(label: number): boolean {
    return this.#isMerged.get(label) !== undefined;
  }

  noteMerged(label: number): void {
    this.#noteMerged.run(label);
  }

  /** The label is this community's own from now on. */
  dropMerged(label: number): void {
    this.#dropMerged.run(label);
  }

  list(): readonly Policy[] {
    return this.#list.all().map((row) => ({ ...row, retired: row.retired === 1 }));
  }

  /** Adds a policy, or changes the one with this id. @returns its id */
  put({ id, name, guidance, retired }: Omit<Policy, 'id'> & { readonly id?: number | undefined }): number {
    if (id !== undefined) {
      this.#change.run(name, guidance, retired ? 1 : 0, id);
      return id;
    }
    const added = this.#add.get(name, guidance);
    if (added === undefined) throw new Error('SQLite returned no id for a new policy.');
    return added;
  }

  labels(): readonly Label[] {
    return this.#labels.all().map(toLabel);
  }

  label(id: number): Label | undefined {
    const row = this.#label.get(id);
    return row && toLabel(row);
  }

  /** Id of the label that has, or once had, this name. */
  labelNamed(name: string): number | undefined {
    return this.#named.get(name);
  }

  /** Adds a label, or changes the one with this id. @returns its id. @throws DeskError bad-input */
  putLabel(label: Omit<Label, 'id'> & { readonly id?: number | undefined }): number {
    const { policy, name, key, guidance, severity, retired } = label;
    let { id } = label;
    if (name.includes(BETWEEN))
      throw new DeskError(
        'bad-input',
        `A label cannot have ${BETWEEN} in its name.`,
        'Tables put it between several labels. Choose another name.',
      );
    if (id === undefined) id = this.#addLabel.get(policy, name, key, guidance, severity);
    else this.#changeLabel.run(policy, name, key, guidance, severity, retired ? 1 : 0, id);
    if (id === undefined) throw new Error('SQLite returned no id for a new label.');
    this.#noteName.run(name, id);
    return id;
  }

  /** Shows them in this order. */
  arrangeLabels(ids: readonly number[]): void {
    ids.forEach((id, place) => this.#placeLabel.run(place + 1, id));
  }
}

const toLabel = (row: LabelRow): Label => ({ ...row, retired: row.retired === 1 });
