/** The methods that train something in the layers: their settings, and the modules and parameters that follow from them. */
import { z } from 'zod';
import { ARCHITECTURES } from '../model/architectures.ts';
import type { AdapterModule } from '../model/block.ts';
import type { Hyperparameters } from '../model/hyperparameters.ts';
import { AdaLora } from './adalora.ts';
import { Dora } from './dora.ts';
import { DsLora } from './ds-lora.ts';
import { weightParameters, type WeightValues } from './full.ts';
import { Houlsby } from './houlsby.ts';
import { Lora } from './lora.ts';
import type { Parameter } from './parameters.ts';

const rank = z.int().min(1).max(1024);
const alpha = z.number().positive().max(1e6);
/** linear layers inside a block: `attn_q`, `ffn_down` … */
const targets = z.array(z.string().min(1).max(40)).min(1).max(20);
/** the lowest layer that gets modules, from 0 */
const from = z.int().min(0).max(1000);
const gate = z.union([z.literal('linear'), z.int().min(1).max(1024)]);

const lowRank = { rank, alpha, targets, from };

export const ModuleSettings = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('lora'), ...lowRank }),
  z.strictObject({ method: z.literal('ds-lora'), ...lowRank, gate, scope: z.enum(['token', 'instance']) }),
  z.strictObject({ method: z.literal('dora'), ...lowRank }),
  z.strictObject({
    method: z.literal('adalora'),
    ...lowRank,
    /** triplets of each module at the start; `rank` is their mean in the end */
    startRank: rank,
    /** weight of what keeps a module's vectors orthonormal, γ */
    orthogonality: z.number().min(0).max(100),
  }),
  /** `targets`: attn_output and ffn_down, as in the paper */
  z.strictObject({ method: z.literal('houlsby'), bottleneck: z.int().min(1).max(8192), targets, from }),
  /** all weights of the layers from `from` on; from 0 those of the embedding, too */
  z.strictObject({ method: z.literal('full'), from }),
]);
export type ModuleSettings = Readonly<z.infer<typeof ModuleSettings>>;

export interface Modules {
  /** by `blk.N.name` of the linear layer */
  readonly modules: ReadonlyMap<string, AdapterModule>;
  readonly parameters: readonly Parameter[];
  /** the lowest layer in which something is trained; −1 where the embedding is */
  readonly lowest: number;
}

/** What methods start from; nothing of it is needed where values are loaded. */
export interface StartValues {
  /** ‖W_i‖ of each row of a linear layer's weight: (out) */
  readonly rowNorms: (layer: number, target: string) => Float32Array;
  readonly weights: WeightValues;
}

const NOTHING: StartValues = { rowNorms: () => new Float32Array(), weights: () => null };

/**
 * What is trained from layer `settings.from` up to the exit depth: modules on every target, or the weights themselves.
 * Throws RangeError where the model has no such layer or linear.
 */
export function modulesOf(
  settings: ModuleSettings,
  hyper: Hyperparameters,
  depth: number,
  { rowNorms, weights }: StartValues = NOTHING,
): Modules {
  if (settings.from >= depth)
    throw new RangeError(`Modules from layer ${settings.from} on need an exit depth above it, not ${depth}.`);
  if (settings.method === 'full')
    return {
      modules: new Map(),
      parameters: weightParameters(hyper, depth, settings.from, weights),
      lowest: settings.from === 0 ? -1 : settings.from,
    };
  const known = linearLayers(hyper);
  const unknown = settings.targets.filter((target) => !known.has(target));
  if (unknown.length > 0)
    throw new RangeError(
      `This model has no linear layer called ${unknown.join(', ')}. It has ${[...known.keys()].join(', ')}.`,
    );
  const modules = new Map<string, AdapterModule>();
  const parameters: Parameter[] = [];
  for (let layer = settings.from; layer < depth; layer++)
    for (const target of settings.targets) {
      const [inputs = 0, outputs = 0] = known.get(target) ?? [];
      const name = `blk.${layer}.${target}`;
      const made = moduleOn(name, inputs, outputs, settings, () => rowNorms(layer, target));
      modules.set(name, made.module);
      parameters.push(...made.parameters);
    }
  return { modules, parameters, lowest: settings.from };
}

function moduleOn(
  name: string,
  inputs: number,
  outputs: number,
  settings: Exclude<ModuleSettings, { method: 'full' }>,
  rowNorms: () => Float32Array,
): { module: AdapterModule; parameters: readonly Parameter[] } {
  switch (settings.method) {
    case 'lora':
      return { module: new Lora(name, settings), parameters: Lora.parameters(name, inputs, outputs, settings) };
    case 'ds-lora':
      return { module: new DsLora(name, settings), parameters: DsLora.parameters(name, inputs, outputs, settings) };
    case 'dora': {
      const start = { ...settings, rowNorms: rowNorms() };
      return { module: new Dora(name, settings), parameters: Dora.parameters(name, inputs, outputs, start) };
    }
    case 'adalora': {
      // The size of the update is that of LoRA with the rank that stays.
      const triplets = { rank: settings.startRank, alpha: (settings.alpha * settings.startRank) / settings.rank };
      return { module: new AdaLora(name, triplets), parameters: AdaLora.parameters(name, inputs, outputs, triplets) };
    }
    case 'houlsby':
      return { module: new Houlsby(name), parameters: Houlsby.parameters(name, inputs, outputs, settings) };
  }
}

/** Sizes (in, out) of the linear layers of a block, by name. */
export function linearLayers(hyper: Hyperparameters): ReadonlyMap<string, readonly number[]> {
  const needs = ARCHITECTURES[hyper.architecture].layer.weights(hyper).filter(({ use }) => use === 'product');
  return new Map(needs.map(({ name, ne }) => [name.replace(/\.weight$/, ''), ne]));
}
