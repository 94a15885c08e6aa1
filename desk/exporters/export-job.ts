/** An export as a job: a file that is whole or not there. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { z } from 'zod';
import type { ExportStart } from '../contract/jobs.ts';
import type { RunHooks } from '../jobs/runner.ts';
import type { Store } from '../store/store.ts';
import { COLUMNS, decisionRows, type DecisionRow } from './decisions.ts';
import { writeWhole } from './whole-file.ts';

export interface ExportReport {
  readonly path: string;
  readonly rows: number;
}

/** Rows between which others get their turn. */
const PIECE = 200;

/** Begins anew when it is started again: nothing is left of a half one but FILE.part. @throws DeskError */
export async function exportJob(
  store: Store,
  { path, format }: z.infer<typeof ExportStart>,
  { signal, onProgress }: RunHooks,
): Promise<ExportReport> {
  const total = store.counts.verdicts;
  let rows = 0;
  const progress = (): void => onProgress({ doing: 'Exporting', done: rows, total, unit: 'decisions' });
  const source = Readable.from(
    (async function* (): AsyncGenerator<DecisionRow> {
      for (const row of decisionRows(store)) {
        yield row;
        if (++rows % PIECE !== 0) continue;
        progress();
        await new Promise(setImmediate);
        signal.throwIfAborted();
      }
    })(),
  );
  // A cell that begins like a formula would be one in a spreadsheet.
  const table = () => stringify({ header: true, columns: [...COLUMNS], escape_formulas: true });
  await writeWhole(path, signal, async (file) =>
    format === 'csv'
      ? await pipeline(source, table(), file, { signal })
      : await pipeline(source, linesOf, file, { signal }),
  );
  progress();
  return { path, rows };
}

async function* linesOf(rows: AsyncIterable<DecisionRow>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}
