import { linearHead, mlpHead, type Head } from '../../adapter/head.ts';
import { modulesOf, type ModuleSettings, type Modules } from '../../adapter/methods.ts';
import { Parameters, type Draw } from '../../adapter/parameters.ts';
import type { Model } from '../../model/model.ts';
import type { Task } from '../examples.ts';
import type { TrainingOptions } from '../options.ts';
import { seededRandom, type Random } from '../random.ts';
import type { Start } from '../start.ts';
import type { Trained } from './step.ts';

export interface Wanted {
  readonly labels: number;
  readonly task: Task;
  /** null: only the head is trained, on frozen states */
  readonly method: ModuleSettings | null;
  readonly options: Pick<TrainingOptions, 'hidden' | 'seed'>;
  readonly start?: Start;
}

/** Parameters at their start, and what they are trained in. */
export function prepared(
  model: Model,
  { method, options, labels, task, start }: Wanted,
  owner: AsyncDisposableStack,
): Trained {
  const { width } = model.hyper;
  const {
    modules,
    parameters: own,
    lowest,
  }: Modules = method
    ? modulesOf(method, model.hyper, model.depth, {
        rowNorms: (layer, target) => model.rowNorms(layer, `${target}.weight`)?.download() ?? new Float32Array(),
        weights: (layer, name) => model.values(layer, name),
      })
    : { modules: new Map(), parameters: [], lowest: model.depth };
  const head: Head = options.hidden > 0 ? mlpHead(width, options.hidden, labels) : linearHead(width, labels);
  const parameters = owner.use(new Parameters(model.backend, [...own, ...head.parameters()]));
  parameters.start(drawFrom(seededRandom(options.seed)));
  for (const [name, values] of start?.values ?? []) parameters.set(name, values);
  parameters.upload();
  return { model, modules, head, parameters, lowest, task };
}

function drawFrom(random: Random): Draw {
  return {
    uniform: random,
    // Box and Muller
    normal: () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  };
}
