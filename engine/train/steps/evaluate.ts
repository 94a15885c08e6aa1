import { setImmediate as breathe } from 'node:timers/promises';
import { headLayers } from '../../adapter/head.ts';
import { logitsOf } from '../../score/head.ts';
import { pooledStates, type Reader } from '../../score/pooled-states.ts';
import type { Entrance } from './entering.ts';
import type { Examples } from '../examples.ts';
import { crossEntropy, Loss } from './loss.ts';
import { f1PerLabel } from '../macro-f1.ts';
import type { Evaluation } from './state.ts';
import type { Trained } from './step.ts';

export interface EvaluateHooks {
  readonly signal?: AbortSignal | undefined;
  /** how many more texts were read */
  readonly onTexts?: ((texts: number) => void) | undefined;
}

/** Texts of a head alone between two breaths of the event loop. */
const BREATHE_EVERY = 256;

/**
 * What the parameters as they are now make of labelled texts, without dropout. Throws the signal's reason when aborted.
 */
export async function evaluate(
  reader: Reader,
  { modules, parameters, lowest, task }: Trained,
  examples: Examples,
  entrance: Entrance,
  { signal, onTexts }: EvaluateHooks = {},
): Promise<Evaluation> {
  const { texts, targets } = examples;
  const labels = targets.length / texts.length;
  const logits = new Float32Array(targets.length);
  const layers = headLayers(parameters);
  const take = (text: number, state: Float32Array) => logits.set(logitsOf(layers, state), text * labels);
  const statesOf = (text: number): Float32Array => {
    const { kind, texts: entering } = entrance.of([text]);
    return (kind === 'ids' ? undefined : entering[0]) ?? new Float32Array();
  };
  if (entrance.kind === 'pooled')
    for (let from = 0; from < texts.length; from += BREATHE_EVERY) {
      const to = Math.min(from + BREATHE_EVERY, texts.length);
      for (let text = from; text < to; text++) take(text, statesOf(text));
      onTexts?.(to - from);
      await breathe();
      signal?.throwIfAborted();
    }
  else
    await pooledStates({ ...reader, modules, parameters: parameters.tensors }, texts, take, {
      signal,
      onBatch: onTexts,
      ...(entrance.kind === 'states' && { below: { from: lowest, states: statesOf } }),
    });
  const loss = new Loss(task, examples, { classWeights: 'none', labelSmoothing: 0 });
  return {
    f1: f1PerLabel(task, logits, targets, labels),
    loss: crossEntropy(task, logits, loss.of(texts.map((_, text) => text)), labels),
    logits,
  };
}
