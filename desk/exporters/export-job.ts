/** An export as a job: a file that is whole or not there. */
import type { z } from 'zod';
import type { ExportStart } from '../contract/jobs.ts';
import type { RunHooks } from '../jobs/runner.ts';
import type { Store } from '../store/store.ts';
import { decisions, type Decision } from './decisions.ts';
import { labelingConfig } from './label-studio.ts';
import { wholeFile } from './whole-file.ts';
import { WRITERS } from './writers.ts';

export interface ExportReport {
  readonly path: string;
  /** decisions */
  readonly rows: number;
  /** for Label Studio: the labeling configuration that a project needs for it */
  readonly config?: string;
}

/** Rows between which others get their turn. */
const PIECE = 200;

/** Begins anew when it is started again. @throws DeskError */
export async function exportJob(
  store: Store,
  { path, format }: z.infer<typeof ExportStart>,
  { signal, onProgress }: RunHooks,
): Promise<ExportReport> {
  const total = store.counts.verdicts;
  let rows = 0;
  const progress = (): void => onProgress({ doing: 'Exporting', done: rows, total, unit: 'decisions' });
  async function* source(): AsyncGenerator<Decision> {
    for (const decision of decisions(store)) {
      yield decision;
      if (++rows % PIECE !== 0) continue;
      progress();
      await new Promise(setImmediate);
      signal.throwIfAborted();
    }
  }
  await wholeFile(store, path, 'The export', signal, (part) => WRITERS[format](source(), part));
  progress();
  const config = labelingConfig(store.policies.labels().map(({ name }) => name));
  return { path, rows, ...(format === 'label-studio' && { config }) };
}
