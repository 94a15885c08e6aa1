/**
 * Full fine-tuning: the weights of the layers themselves are trained, in F32, and stand in a model file of their own
 * afterwards (engine/model/write.ts). From layer 0 on the tables of the embedding learn, too; of a table only the rows that
 * a step looked up change, as with PyTorch's SparseAdam.
 */
import { ARCHITECTURES } from '../model/architectures.ts';
import { weightName, type WeightNeed } from '../model/block.ts';
import type { Hyperparameters } from '../model/hyperparameters.ts';
import type { Parameter } from './parameters.ts';

/** A weight of the base in F32, in ggml order; null where the model has none of this name. */
export type WeightValues = (layer: number, name: string) => Float32Array | null;

/** Every weight that is trained from layer `from` up to `depth`, with the norm at the end. */
export function weightParameters(
  hyper: Hyperparameters,
  depth: number,
  from: number,
  valuesOf: WeightValues,
): readonly Parameter[] {
  const { embedding, start, layer: block, end } = ARCHITECTURES[hyper.architecture];
  const parameters: Parameter[] = [];
  const add = (layer: number, need: WeightNeed, role: Parameter['role']) => {
    const values = valuesOf(layer, need.name);
    if (!values) return;
    const ne = [need.ne[0] ?? 1, need.ne[1] ?? 1] as const;
    parameters.push({
      name: weightName(layer, need.name),
      ne,
      padded: ne,
      start: (_draw, i) => values[i] ?? NaN,
      role,
    });
  };
  if (from === 0) {
    for (const need of embedding.weights(hyper)) if (need.use === 'table') add(-1, need, 'table');
    for (const need of start?.weights(hyper) ?? []) add(-1, need, 'weight');
  }
  for (let layer = from; layer < depth; layer++) for (const need of block.weights(hyper)) add(layer, need, 'weight');
  for (const need of end?.weights(hyper) ?? []) add(-1, need, 'weight');
  return parameters;
}
