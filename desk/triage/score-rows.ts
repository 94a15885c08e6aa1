/** Rows in, rows out: scores a table of any length at constant memory, in the order of its rows. */
import type { Adapter } from '../../engine/adapter/adapter.ts';
import type { EngineSession, Scored } from '../engine/session.ts';
import type { SourceRow } from '../importers/record.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** Why a row has no score: what the engine says, what kind of row it is, or that it could not be read as a row. */
export type RowNotRead =
  Extract<Scored, { status: 'not-read' }>['reason'] | 'media-only' | 'deleted' | 'system' | 'share' | 'rejected';

export type ScoredRow =
  | ({ readonly id: string } & Verdict)
  | { readonly id: string; readonly label: null; readonly not_read: RowNotRead; readonly reason?: string };

export interface ScoreRowsHooks {
  readonly signal?: AbortSignal | undefined;
  /** rows that the model is done with */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * One array of results per array of rows, each as long as what came in. A row without an id is named by its number.
 * Throws like `EngineSession.score`, and what the rows throw.
 */
export async function* scoreRows(
  session: EngineSession,
  adapter: Adapter,
  batches: AsyncIterable<readonly SourceRow[]>,
  hooks: ScoreRowsHooks = {},
): AsyncGenerator<readonly ScoredRow[], void, void> {
  const waiting: (readonly SourceRow[])[] = [];
  async function* texts(): AsyncGenerator<readonly { key: string; text: string }[], void, void> {
    for await (const rows of batches) {
      waiting.push(rows);
      yield rows.filter(isRead).map((row) => ({ key: String(row.place.row), text: row.text }));
    }
  }
  for await (const results of session.scoreAll(texts(), hooks)) {
    const rows = waiting.shift() ?? [];
    let next = 0;
    yield rows.map((row): ScoredRow => {
      if (!isRead(row)) return unread(row);
      const result = results[next++];
      const id = idOf(row);
      if (result?.status === 'scored') return { id, ...verdictOf(adapter, result.probabilities) };
      return { id, label: null, not_read: result?.reason ?? 'engine-failed' };
    });
  }
}

type ReadRow = Extract<SourceRow, { status: 'item' }> & { readonly kind: 'message' };

const isRead = (row: SourceRow): row is ReadRow => row.status === 'item' && row.kind === 'message';

function unread(row: SourceRow): ScoredRow {
  if (row.status === 'rejected') return { id: idOf(row), label: null, not_read: 'rejected', reason: row.reason };
  return { id: idOf(row), label: null, not_read: row.kind === 'message' ? 'empty' : row.kind };
}

const idOf = (row: SourceRow): string => (row.status === 'item' ? row.id : null) ?? String(row.place.row);
