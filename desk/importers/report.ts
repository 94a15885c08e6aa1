import type { Outcome } from '../store/loader/batch.ts';
import type { Kind } from './kinds.ts';
import type { Format } from './record.ts';
import type { Skipped } from './source.ts';

/** What an import did with one source. `rows` is the sum of `counts`. */
export interface SourceReport extends Omit<Outcome, 'rejected'> {
  readonly path: string;
  readonly member: string;
  readonly format: Format;
  /** `partial`: only the rows before the trouble are in; importing again goes on from there. */
  readonly status: 'complete' | 'partial';
  readonly rows: number;
  readonly counts: Readonly<Record<Kind | 'rejected', number>>;
  /** Rows that no model can read. They are kept. */
  readonly notRead: { readonly empty: number; readonly 'media-only': number };
  /** Messages that the file itself says it holds, or null. */
  readonly declared: number | null;
  /** Sentences for people. Never hold message text. */
  readonly warnings: readonly string[];
  readonly problem: Problem | null;
  readonly seconds: number;
}

/** Why something could not be read to its end. */
export interface Problem {
  readonly message: string;
  readonly remedy: string;
}

/** A path in which nothing could be read at all. */
export interface FailedPath extends Problem {
  readonly path: string;
}

export interface ImportReport {
  readonly sources: readonly SourceReport[];
  readonly skipped: readonly Skipped[];
  readonly failed: readonly FailedPath[];
  readonly total: Outcome & { readonly rows: number };
  /** True when the import was stopped by its signal. */
  readonly cancelled: boolean;
  readonly seconds: number;
}

/** How far an import is, after every batch. */
export interface ImportProgress {
  readonly path: string;
  readonly member: string;
  readonly format: Format;
  /** Rows of this source so far. */
  readonly rows: number;
  /** Unpacked bytes of this source so far, and in all (null where the container does not say). */
  readonly bytes: number;
  readonly size: number | null;
  /** Rows of all sources so far. */
  readonly allRows: number;
}

export const NO_OUTCOME: Outcome = { added: 0, known: 0, changed: 0, older: 0, deleted: 0, rejected: 0 };

export function addOutcome(a: Outcome, b: Outcome): Outcome {
  return {
    added: a.added + b.added,
    known: a.known + b.known,
    changed: a.changed + b.changed,
    older: a.older + b.older,
    deleted: a.deleted + b.deleted,
    rejected: a.rejected + b.rejected,
  };
}
