/** In which form our engine holds a base's weights on this machine. */
import { Backend } from '../../engine/ggml/backend.ts';
import { layoutName, layouts } from '../../engine/model/layout.ts';
import { Scorer } from '../../engine/score/scorer.ts';
import type { Base } from './spec.ts';
import { MODELS } from './task.ts';

/** The layout's name: the fastest one, measured, or the first of the type that the base asks for. Throws RangeError. */
export async function layoutOf({ model, depth, weights }: Base): Promise<string> {
  if (weights === undefined) {
    const { file } = MODELS[model];
    const options = {
      base: file,
      backend: 'cpu',
      deterministic: false,
      ...(depth !== undefined && { depth }),
    } as const;
    await using scorer = await Scorer.open(options);
    return scorer.info.layout;
  }
  await using backend = Backend.open('cpu');
  const found = layouts(backend).find(({ type }) => type === weights);
  if (!found) throw new RangeError(`this machine has no layout of ${weights}`);
  return layoutName(found);
}
