import type { Scorer } from '../score/scorer.ts';
import { trainByGradient } from './gradient.ts';
import { trainProbe } from './probe.ts';
import type { Adapter } from '../adapter/adapter.ts';
import type { TrainHooks, TrainInput } from './rows.ts';

/** Trains an adapter on a session's model by the method that the options name. Throws what that method throws. */
export async function trainAdapter(
  session: Scorer,
  input: TrainInput,
  hooks: TrainHooks,
): Promise<{ adapter: Uint8Array; report: Adapter['training'] }> {
  const { method, ...options } = input.options;
  return method.kind === 'probe'
    ? await trainProbe(session, { ...input, options: { ...options, method } }, hooks)
    : await trainByGradient(session, { ...input, options: { ...options, method } }, hooks);
}
