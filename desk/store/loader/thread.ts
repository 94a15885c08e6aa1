/** Entry of the writing thread: takes batches, writes each in one transaction, says what became of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ConnectionOptions, connect, prepareForWriting } from '../connection.ts';
import { WorkspaceError, type WorkspaceProblem } from '../errors.ts';
import type { Batch, Outcome } from './batch.ts';
import { BatchLoader } from './load.ts';

export interface ThreadData {
  readonly path: string;
  readonly connection: ConnectionOptions;
}

export type Request = { readonly kind: 'load'; readonly batch: Batch } | { readonly kind: 'close' };

export type Reply =
  { readonly kind: 'loaded'; readonly outcome: Outcome } | { readonly kind: 'failed'; readonly error: FailedLoad };

/** An error loses its class on the way between threads. */
export interface FailedLoad {
  readonly problem: WorkspaceProblem | null;
  readonly message: string;
  readonly remedy: string;
}

if (parentPort !== null) {
  const port = parentPort;
  // What this thread gets was made by this program's own loader, a border that types guard.
  const { path, connection } = workerData as ThreadData;
  const db = connect(path, connection);
  prepareForWriting(db, connection);
  const loader = new BatchLoader(db);
  let failed = false;
  port.on('message', (request: Request) => {
    if (request.kind === 'close') {
      db.close();
      port.close();
      return;
    }
    if (failed) return;
    try {
      const outcome = loader.load(request.batch);
      port.postMessage({ kind: 'loaded', outcome } satisfies Reply);
    } catch (error) {
      // Batches that are on their way already build on this one.
      failed = true;
      port.postMessage({ kind: 'failed', error: describe(error) } satisfies Reply);
    }
  });
}

function describe(error: unknown): FailedLoad {
  if (error instanceof WorkspaceError) {
    return { problem: error.kind, message: error.message, remedy: error.remedy };
  }
  return {
    problem: null,
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    remedy: '',
  };
}
