/**
 * The throw-away process in which a backend is loaded for the first time. What it finds goes to REPORT_FD line by
 * line, or over its port in the desktop program; who started it draws the conclusions (trial.ts).
 */
import { writeSync } from 'node:fs';
import { endWithParent } from '../../process/orphan.ts';
import { wireFrom, type Host } from '../../process/transport.ts';
import { Backend, BackendError, NoDeviceError } from '../backend.ts';
import { LibraryError } from '../library.ts';
import { CHECKS, runCheck } from './checks.ts';
import { NULL } from '../native.ts';
import { Order, REPORT_FD, type Line } from './report.ts';

const { parentPort } = process as Host;
const wire = parentPort && (await wireFrom(parentPort));
const report = (line: Line): void => {
  if (wire === undefined) writeSync(REPORT_FD, `${JSON.stringify(line)}\n`);
  else wire.postMessage(line);
};

async function trial(): Promise<void> {
  const { accelerator, folder } = Order.parse(JSON.parse(process.argv[2] ?? ''));
  report({ kind: 'step', step: 'loading its libraries' });
  await using held = new AsyncDisposableStack();
  const backend = held.use(Backend.openFrom(folder, accelerator));
  // To stderr, as it was before it was silenced: why a driver gave up stands only there.
  backend.native.ggml_log_set(NULL, NULL);
  const { name, description, software } = backend.device;
  report({ kind: 'device', name, description, software });
  for (const check of CHECKS) {
    report({ kind: 'step', step: `computing "${check.name}"` });
    const difference = await runCheck(backend, check, held);
    const known = Number.isFinite(difference) ? difference : null;
    report({ kind: 'check', check: check.name, difference: known, tolerance: check.tolerance });
    // One is enough to refuse it; more of a broken driver is not asked for.
    if (!(difference <= check.tolerance)) break;
  }
  report({ kind: 'step', step: 'closing' });
}

endWithParent();
try {
  await trial();
  report({ kind: 'done' });
} catch (error) {
  if (error instanceof NoDeviceError) report({ kind: 'absent', reason: error.message });
  else if (error instanceof BackendError || error instanceof LibraryError)
    report({ kind: 'refused', reason: error.message });
  else throw error;
}
// Not left to the end of the script: drivers keep threads, and some hang when the process unloads them.
process.exit(0);
