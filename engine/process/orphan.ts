/**
 * An engine whose desk is gone ends itself. Usually it hears of that from the wire; when its event loop stands still
 * (a driver call that never returns, say), a second thread looks.
 */
import { Worker } from 'node:worker_threads';

/** Plain JavaScript in a string: nothing to load or to bundle for a thread that only looks at its parent's id. */
const WATCH = `
  const { workerData: parent } = require('node:worker_threads');
  const gone = () => {
    // Windows keeps the id of a parent that is gone, so its life is asked for as well.
    if (process.ppid !== parent) return true;
    try {
      process.kill(parent, 0);
      return false;
    } catch (error) {
      return error.code === 'ESRCH';
    }
  };
  setInterval(() => {
    if (gone()) process.kill(process.pid, 'SIGKILL');
  }, 2000);
`;

/** Ends this process within a few seconds after its parent, whatever the main thread is doing. */
export function endWithParent(): void {
  new Worker(WATCH, {
    eval: true,
    workerData: process.ppid,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 },
  }).unref();
}
