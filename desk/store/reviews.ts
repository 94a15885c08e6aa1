import { z } from 'zod';
import { DOUBLE_REVIEW } from '../review/reasons.ts';
import { type Review, type Status, type Verdict, statusCode, statusOf } from '../review/status.ts';
import type { Db } from './connection.ts';

/** What became of an item, without the verdicts. */
export interface ReviewSummary {
  readonly status: Status;
  readonly label: number | null;
  readonly disagree: boolean;
  readonly decidedAt: number | null;
  readonly blindTo: number | null;
}

interface Row {
  readonly status: number;
  readonly label: number | null;
  readonly disagree: number;
  readonly decided_at: number | null;
  readonly blind_to: number | null;
}

/** Decided messages of one label: the most severe one of the decision; null where none was given. */
export interface LabelTally {
  readonly label: number | null;
  readonly decided: number;
  readonly audit: number;
  /** no audit items, and not learned from by the revision */
  readonly fresh: number;
}

interface VerdictRow extends Omit<Verdict, 'labels'> {
  readonly labels: string;
}

const ids = z.array(z.int());

interface Latest {
  readonly item: number;
  readonly version: number;
  readonly labels: readonly number[];
}

/** What follows from the links, kept so that the queue need not follow it anew. */
export class Reviews {
  readonly #get;
  readonly #verdicts;
  readonly #latest;
  readonly #decided;
  readonly #decidedOnce;
  readonly #decidedBySeveral;
  readonly #withLabel;
  readonly #disagreeing;
  readonly #secondOpinions;
  readonly #tally;
  readonly #put;
  readonly #drop;
  readonly #addVerdict;
  readonly #dropVerdicts;

  constructor(db: Db) {
    this.#get = db.prepare<[number], Row>(
      'SELECT status, label, disagree, decided_at, blind_to FROM reviews WHERE item = ?',
    );
    this.#verdicts = db.prepare<[number], VerdictRow>(
      `SELECT verdicts.link, reviewer, version, labels FROM verdicts JOIN reviews USING (item)
       WHERE item = ? ORDER BY verdicts.link IS reviews.link, verdicts.link`,
    );
    this.#decided = db
      .prepare<[number, number], number>('SELECT DISTINCT item FROM verdicts WHERE item > ? ORDER BY item LIMIT ?')
      .pluck();
    this.#decidedOnce = db
      .prepare<[number], number>(
        `SELECT item FROM reviews JOIN verdicts USING (item) WHERE status = ? GROUP BY item HAVING count(*) = 1 ORDER BY item`,
      )
      .pluck();
    this.#decidedBySeveral = db
      .prepare<[], number>('SELECT item FROM verdicts GROUP BY item HAVING count(*) > 1 ORDER BY item')
      .pluck();
    this.#withLabel = db
      .prepare<[number], number>('SELECT DISTINCT item FROM verdicts, json_each(labels) WHERE value = ?')
      .pluck();
    this.#disagreeing = db.prepare<[], number>('SELECT count(*) FROM reviews WHERE disagree = 1').pluck();
    // The last link that reopened an item says why it is open; the order of links is that of desk/review/link.ts.
    this.#secondOpinions = db
      .prepare<[number, string], number>(
        `SELECT item FROM reviews WHERE status = ? AND ? = (
           SELECT json_extract(body, '$.deed.reason') FROM links LEFT JOIN actions USING (reviewer, action)
           WHERE links.item = reviews.item AND kind = 'reopen' AND coalesce(actions.undone, 0) = 0
           ORDER BY json_extract(body, '$.clock') DESC, json_extract(body, '$.reviewer') DESC, seq DESC LIMIT 1)`,
      )
      .pluck();
    this.#tally = db.prepare<[number, number], LabelTally>(
      `SELECT label, count(*) AS decided, count(audit_items.item) AS audit,
         sum(audit_items.item IS NULL AND trained_on.item IS NULL) AS fresh
       FROM reviews JOIN items ON items.id = reviews.item LEFT JOIN audit_items USING (item)
         LEFT JOIN trained_on ON trained_on.item = reviews.item AND trained_on.revision = ?
       WHERE status = ? AND items.text <> '' GROUP BY label`,
    );
    // From the latest link on: CROSS JOIN keeps SQLite from sorting all reviews first.
    this.#latest = db.prepare<[number, number], { item: number; labels: string; version: number }>(
      `SELECT verdicts.item, labels, items.version FROM verdicts
         CROSS JOIN reviews ON reviews.item = verdicts.item AND reviews.link = verdicts.link
         CROSS JOIN items ON items.id = verdicts.item
       WHERE status <> ? ORDER BY verdicts.link DESC LIMIT ?`,
    );
    this.#put = db.prepare<[number, number, number | null, number, number | null, number | null, number | null]>(
      `INSERT OR REPLACE INTO reviews (item, status, label, disagree, decided_at, blind_to, link)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#drop = db.prepare<[number]>('DELETE FROM reviews WHERE item = ?');
    this.#addVerdict = db.prepare<[number, number, number, string, number]>(
      'INSERT INTO verdicts (item, reviewer, link, labels, version) VALUES (?, ?, ?, ?, ?)',
    );
    this.#dropVerdicts = db.prepare<[number]>('DELETE FROM verdicts WHERE item = ?');
  }

  get(item: number): ReviewSummary | undefined {
    const row = this.#get.get(item);
    return (
      row && {
        status: statusOf(row.status),
        label: row.label,
        disagree: row.disagree === 1,
        decidedAt: row.decided_at,
        blindTo: row.blind_to,
      }
    );
  }

  /** Each reviewer's last decision about an item, the one that counts at the end. */
  verdicts(item: number): readonly Verdict[] {
    return this.#verdicts.all(item).map((row) => ({ ...row, labels: ids.parse(JSON.parse(row.labels)) }));
  }

  /** Items with a verdict, by id, behind item `after`. */
  decided(after: number, limit: number): readonly number[] {
    return this.#decided.all(after, limit);
  }

  /** Items that exactly one reviewer decided, and whose decision stands. */
  decidedOnce(): readonly number[] {
    return this.#decidedOnce.all(statusCode('decided'));
  }

  /** Items that more than one reviewer decided. */
  decidedBySeveral(): readonly number[] {
    return this.#decidedBySeveral.all();
  }

  /** Items that wait for a second opinion, and for nothing else: nobody doubts what was decided. */
  secondOpinions(): readonly number[] {
    return this.#secondOpinions.all(statusCode('reopened'), DOUBLE_REVIEW);
  }

  /** Items that somebody gave this label. */
  withLabel(label: number): readonly number[] {
    return this.#withLabel.all(label);
  }

  /** What is decided, by label. @param revision whose learning counts */
  tally(revision: number): readonly LabelTally[] {
    return this.#tally.all(revision, statusCode('decided'));
  }

  /** Items that reviewers see differently, and nobody has settled. */
  get disagreeing(): number {
    return this.#disagreeing.get() ?? 0;
  }

  /**
   * The latest decisions that count, newest first: one of each item, with the ids of its labels, and the version that the text
   * has now. What somebody is to decide anew is left out.
   */
  latest(limit: number): readonly Latest[] {
    // Of thousands of decisions there are a few kinds.
    const parsed = new Map<string, readonly number[]>();
    return this.#latest.all(statusCode('reopened'), limit).map(({ labels, ...decision }) => {
      const known = parsed.get(labels) ?? ids.parse(JSON.parse(labels));
      parsed.set(labels, known);
      return { ...decision, labels: known };
    });
  }

  /** @param label the most severe one of the verdict that counts */
  set(item: number, review: Review, label: number | null): void {
    const { status, verdicts, verdict: counts, disagree, decidedAt, blindTo } = review;
    this.#dropVerdicts.run(item);
    if (status === 'open') {
      this.#drop.run(item);
      return;
    }
    for (const verdict of verdicts)
      this.#addVerdict.run(item, verdict.reviewer, verdict.link, JSON.stringify(verdict.labels), verdict.version);
    this.#put.run(item, statusCode(status), label, disagree ? 1 : 0, decidedAt, blindTo, counts?.link ?? null);
  }
}
