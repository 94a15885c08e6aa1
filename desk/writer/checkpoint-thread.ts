/**
 * Entry of the thread that brings the write-ahead log into the file. The thread that writes would do so itself now and
 * then, and let whoever decides wait for it.
 */
import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type ConnectionOptions, connect } from '../store/connection.ts';

export interface CheckpointThreadData {
  readonly path: string;
  readonly connection: ConnectionOptions;
}

const TICK_MS = 500;
/** The log may grow by so many bytes before they are brought into the file, beside whoever writes. */
const PASSIVE_BYTES = 8 << 20;
/** From here on whoever writes waits for the rest of it, so that the log begins anew. */
const RESTART_BYTES = 96 << 20;
/** After this long without a write the log is emptied: then the workspace is one file. */
const IDLE_MS = 5_000;

if (parentPort !== null) {
  const { path, connection } = workerData as CheckpointThreadData;
  const db = connect(path, { ...connection, busyTimeout: TICK_MS });
  db.pragma('synchronous = FULL');
  db.pragma('checkpoint_fullfsync = ON');
  let last = 0;
  let checked = 0;
  let idle = 0;
  const look = (): void => {
    const size = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    idle = size === last ? idle + TICK_MS : 0;
    last = size;
    if (size === 0) return;
    try {
      if (idle >= IDLE_MS) db.pragma('wal_checkpoint(TRUNCATE)');
      else if (size > RESTART_BYTES) db.pragma('wal_checkpoint(RESTART)');
      else if (Math.abs(size - checked) > PASSIVE_BYTES) {
        checked = size;
        db.pragma('wal_checkpoint(PASSIVE)');
      }
    } catch {
      // Somebody reads or writes, or the disk is full: the next look tries again, and the log loses nothing.
    }
  };
  const watch = setInterval(look, TICK_MS);
  parentPort.once('message', () => {
    clearInterval(watch);
    db.close();
    parentPort?.close();
  });
}
