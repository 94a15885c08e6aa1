/** An import as a job: in a thread of its own, so that reading an export never holds up the desk. */
import { Worker, type MessagePort } from 'node:worker_threads';
import type { z } from 'zod';
import type { ImportStart } from '../contract/jobs.ts';
import { DeskError } from '../errors.ts';
import type { RunHooks } from '../jobs/runner.ts';
import { revive } from '../writer/failure.ts';
import type { Failure } from '../writer/protocol.ts';
import type { ImportProgress, ImportReport } from './report.ts';

export interface ImportThreadData {
  /** to the thread that writes */
  readonly writer: MessagePort;
  /** who goes first (desk/precedence.ts) */
  readonly precedence: SharedArrayBuffer;
  /** of the workspace, for errors */
  readonly path: string;
  /** what pseudonyms depend on */
  readonly key: Uint8Array;
  readonly start: z.infer<typeof ImportStart>;
  /** of the job, when it was asked for */
  readonly since: number;
}

/** What the thread says. It is told one thing: `stop`. */
export type FromImport =
  | { readonly kind: 'progress'; readonly progress: ImportProgress }
  | { readonly kind: 'loaded'; readonly touched: readonly number[] }
  | { readonly kind: 'done'; readonly report: ImportReport }
  | { readonly kind: 'failed'; readonly error: Failure };

/**
 * Room for rows, in MB: far more than an import needs. V8 lets dead rows pile up to several times what is alive where there is
 * much room, and an import makes nothing but rows that soon die. The young ones have a room of their own, which by itself grows
 * as it likes: at its peak an import of 400,000 messages took 350 to 430 MB, as it happened, and takes 300 to 335 MB with this,
 * at the same speed.
 */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/**
 * Imports what was named. What is in, stays; when it is started again it goes on from there.
 * @param onLoaded told after every batch that is on the disk, with the items that look otherwise now
 * @throws WorkspaceError; DeskError when the signal aborts
 */
export async function importJob(
  data: ImportThreadData,
  { signal, onProgress }: RunHooks,
  onLoaded: (touched: readonly number[]) => void,
): Promise<ImportReport> {
  const worker = new Worker(new URL('./import-thread.ts', import.meta.url), {
    workerData: data,
    resourceLimits: HEAP,
    transferList: [data.writer],
  });
  const stop = (): void => worker.postMessage('stop');
  signal.addEventListener('abort', stop, { once: true });
  // Whoever stops it at once does so before the thread is there.
  if (signal.aborted) stop();
  try {
    const report = await new Promise<ImportReport>((resolve, reject) => {
      worker.on('message', (said: FromImport) => {
        if (said.kind === 'progress') onProgress(progressOf(said.progress));
        else if (said.kind === 'loaded') onLoaded(said.touched);
        else if (said.kind === 'done') resolve(said.report);
        else reject(revive(said.error, data.path));
      });
      worker.on('error', reject);
      worker.on('exit', () => reject(new Error('The thread that reads exports ended unexpectedly.')));
    });
    if (!signal.aborted) return report;
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
  throw new DeskError('cancelled', 'The import was stopped.', 'Start it again: it goes on from there.');
}

/** By bytes where the size is known, since the rows of a file are not known before its end. */
const progressOf = ({ allRows, bytes, size }: ImportProgress) =>
  size === null || size === 0
    ? { doing: 'Importing', done: allRows, total: null, unit: 'rows' }
    : { doing: 'Importing', done: bytes, total: size, unit: 'bytes' };
