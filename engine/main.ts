/**
 * The engine: a process of its own that does the numbers. The desk starts it and talks to it in the messages of
 * contract.ts; a crash of a driver ends this process and nothing else.
 */
import type { BackendCheck, CallInput } from './contract.ts';
import { rememberTrials, verdictsBeside } from './ggml/choose.ts';
import { explain } from './explain/explain.ts';
import { tryBackend, type Trial } from './ggml/trial.ts';
import { ACCELERATORS } from './ggml/library.ts';
import { runEngine } from './process/run.ts';
import type { WorkHooks } from './process/server.ts';
import { Scorer } from './score/scorer.ts';
import { trainAdapter } from './train/adapter.ts';

runEngine<Scorer>({
  open: (input, { signal }) => Scorer.open(input, signal),
  explain,
  train: trainAdapter,
  verifyBackends,
});

/** One backend after the other: two at once would measure each other. */
async function verifyBackends(
  { calibrationFile }: CallInput<'verifyBackends'>,
  { signal, onProgress }: WorkHooks,
): Promise<BackendCheck[]> {
  const trials: Trial[] = [];
  for (const accelerator of ACCELERATORS) {
    signal.throwIfAborted();
    onProgress(trials.length, ACCELERATORS.length, 'backends');
    trials.push(await tryBackend(accelerator, { signal }));
  }
  if (calibrationFile !== undefined) rememberTrials(verdictsBeside(calibrationFile), trials);
  return trials.map(asCheck);
}

/** In a table one word for the device is enough: its description where the driver gives one. */
function asCheck({ accelerator, device, description, timedOut: _timedOut, ...rest }: Trial): BackendCheck {
  const named = description ?? device;
  return { backend: accelerator, ...rest, ...(named !== undefined && { device: named }) };
}
