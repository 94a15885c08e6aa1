/** One training step on token ids, with gradients in memory of their own. */
import type { Parameters } from '../../../../engine/adapter/parameters.ts';
import type { TokenIds } from '../../../../engine/model/batch.ts';
import type { Pooling } from '../../../../engine/model/blocks/pooling.ts';
import { Gradients } from '../../../../engine/train/steps/gradients.ts';
import type { Targets } from '../../../../engine/train/steps/loss.ts';
import { seededRandom } from '../../../../engine/train/random.ts';
import type { TrainingStep } from '../../../../engine/train/steps/step.ts';

export async function runStep(
  step: TrainingStep,
  parameters: Parameters,
  texts: readonly TokenIds[],
  targets: Targets,
  pooling: Pooling = 'mean',
  seed = 1,
): Promise<{ logits: Float32Array; gradients: Gradients }> {
  const gradients = new Gradients(parameters);
  const ids = texts.map((text) => Int32Array.from(text));
  const logits = await step.run({ kind: 'ids', texts: ids }, targets, pooling, {
    gradients,
    scale: 1,
    random: seededRandom(seed),
  });
  return { logits, gradients };
}

/** The gradient of one parameter, padded; of a table the rows without one are zeros. */
export function gradientOf({ values, rows }: Gradients, parameters: Parameters, name: string): Float32Array {
  const found = values.get(name);
  if (found) return found;
  const all = new Float32Array(parameters.values.get(name)?.length ?? 0);
  for (const [row, gradient] of rows.get(name) ?? []) all.set(gradient, row * gradient.length);
  return all;
}
