/** The decided messages that the model reads most like a text, with what was decided. */
import { nearest } from '../../engine/explain/neighbours.ts';
import type { EngineSession } from '../engine/session.ts';
import type { LabelledRow, LabelledTable } from '../tables/labelled.ts';
import { TableError } from '../tables/open.ts';

export interface DecidedNeighbour extends LabelledRow {
  /** of the pooled states, −1 … 1 */
  readonly cosine: number;
}

/**
 * The `count` rows of `decided` that are nearest to `text`, nearest first. A row that the model cannot read is near nothing.
 * Throws TableError where it can read none of them, EngineCallError (`cancelled` when aborted), EngineFailed.
 */
export async function nearestDecided(
  session: EngineSession,
  text: string,
  { rows, path }: LabelledTable,
  count: number,
  hooks: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<readonly DecidedNeighbour[]> {
  const items = [text, ...rows.map((row) => row.text)].map((one, i) => ({ key: String(i), text: one }));
  const onProgress = (done: number): void => hooks.onProgress?.(done, items.length);
  const { states, read } = await session.embed(items, { signal: hooks.signal, onProgress });
  const { width } = session.info;
  const stateOf = (item: number): Float32Array => states.subarray(item * width, (item + 1) * width);
  const readable = rows.flatMap((row, i) => (read[i + 1] === true ? [{ row, state: stateOf(i + 1) }] : []));
  if (readable.length === 0)
    throw new TableError(
      path,
      `the model can read none of its ${rows.length} texts.`,
      'They are longer than it takes; name another column, or another file.',
    );
  const known = readable.map(({ state }) => state);
  return nearest(stateOf(0), known, count).flatMap(({ row: i, cosine }) => {
    const found = readable[i];
    return found ? [{ ...found.row, cosine }] : [];
  });
}
