import { headLayers } from '../adapter/head.ts';
import { logitsOf } from '../score/head.ts';
import { pooledStates, type Reader } from '../score/pooled-states.ts';
import type { Entrance } from './entering.ts';
import type { Examples } from './examples.ts';
import { crossEntropy, Loss } from './loss.ts';
import { f1PerLabel } from './macro-f1.ts';
import type { Evaluation } from './state.ts';
import type { Trained } from './step.ts';

/** What the parameters as they are now make of labelled texts, without dropout. */
export async function evaluate(
  reader: Reader,
  { modules, parameters, lowest, task }: Trained,
  examples: Examples,
  entrance: Entrance,
  signal: AbortSignal | undefined,
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
  if (entrance.kind === 'pooled') texts.forEach((_, text) => take(text, statesOf(text)));
  else
    await pooledStates({ ...reader, modules, parameters: parameters.tensors }, texts, take, {
      signal,
      ...(entrance.kind === 'states' && { below: { from: lowest, states: statesOf } }),
    });
  const loss = new Loss(task, examples, { classWeights: 'none', labelSmoothing: 0 });
  return {
    f1: f1PerLabel(task, logits, targets, labels),
    loss: crossEntropy(task, logits, loss.of(texts.map((_, text) => text)), labels),
    logits,
  };
}
