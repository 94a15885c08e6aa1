/**
 * The engine: a process of its own that does the numbers. The desk starts it and talks to it in the messages of
 * contract.ts; a crash of a driver ends this process and nothing else.
 */
import type { BackendCheck } from './contract.ts';
import { tryBackend, type Trial } from './ggml/trial.ts';
import { ACCELERATORS } from './ggml/library.ts';
import { runEngine } from './process/run.ts';
import type { WorkHooks } from './process/server.ts';
import { Scorer } from './score/scorer.ts';
import { trainProbe } from './train/probe.ts';

runEngine<Scorer>({
  open: (input, { signal }) => Scorer.open(input, signal),
  trainProbe,
  verifyBackends: (_input, hooks) => verifyBackends(hooks),
});

/** One backend after the other: two at once would measure each other. */
async function verifyBackends({ signal, onProgress }: WorkHooks): Promise<BackendCheck[]> {
  const checks: BackendCheck[] = [];
  for (const accelerator of ACCELERATORS) {
    signal.throwIfAborted();
    onProgress(checks.length, ACCELERATORS.length, 'backends');
    checks.push(asCheck(await tryBackend(accelerator, { signal })));
  }
  return checks;
}

/** In a table one word for the device is enough: its description where the driver gives one. */
function asCheck({ accelerator, device, description, timedOut: _timedOut, ...rest }: Trial): BackendCheck {
  const named = description ?? device;
  return { backend: accelerator, ...rest, ...(named !== undefined && { device: named }) };
}
