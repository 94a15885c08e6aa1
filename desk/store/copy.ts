/** Copies a database in a thread of its own, so that nobody waits for it; what is encrypted stays so. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { type ConnectionOptions, connect } from './connection.ts';

interface Copying {
  readonly from: string;
  readonly to: string;
  readonly connection: ConnectionOptions;
}

/** @param to must not be there. @throws what SQLite throws, with its code */
export async function copyWhole(from: string, to: string, connection: ConnectionOptions): Promise<void> {
  const workerData: Copying = { from, to, connection };
  const worker = new Worker(new URL(import.meta.url), { workerData });
  await new Promise<void>((resolve, reject) => {
    worker.on('message', ({ code, message }: { code: string; message: string }) =>
      reject(Object.assign(new Error(message), { code })),
    );
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

if (!isMainThread && parentPort !== null && isCopying(workerData)) {
  const { from, to, connection } = workerData;
  const db = connect(from, connection);
  try {
    db.prepare('VACUUM INTO ?').run(to);
    const file = openSync(to, 'r+');
    fsyncSync(file);
    closeSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    parentPort.postMessage({ code, message: error instanceof Error ? error.message : String(error) });
  } finally {
    db.close();
  }
}

/** Other threads of this program load this file too. */
function isCopying(data: unknown): data is Copying {
  return typeof data === 'object' && data !== null && 'from' in data && 'to' in data && 'connection' in data;
}
