/** Every method as the tests put it on models, rank 4 or hidden width 5: neither a size that products like. */
import { AdaLora } from '../../../engine/adapter/adalora.ts';
import { Dora } from '../../../engine/adapter/dora.ts';
import { DsLora, type DsLoraOptions } from '../../../engine/adapter/ds-lora.ts';
import { Houlsby } from '../../../engine/adapter/houlsby.ts';
import { Lora } from '../../../engine/adapter/lora.ts';
import type { Parameter } from '../../../engine/adapter/parameters.ts';
import type { AdapterModule } from '../../../engine/model/block.ts';
import type { Hyperparameters } from '../../../engine/model/hyperparameters.ts';
import type { Model } from '../../../engine/model/model.ts';

export interface Method {
  module(layer: string): AdapterModule;
  /** @param rowNorms of the layer's weight: (outputs) */
  parameters(layer: string, inputs: number, outputs: number, rowNorms: Float32Array): readonly Parameter[];
}

export const RANK = { rank: 4, alpha: 8 } as const;

export const LORA: Method = {
  module: (layer) => new Lora(layer, RANK),
  parameters: (layer, inputs, outputs) => Lora.parameters(layer, inputs, outputs, RANK),
};

export function dsLora(gate: DsLoraOptions['gate'], scope: DsLoraOptions['scope']): Method {
  const options = { ...RANK, gate, scope };
  return {
    module: (layer) => new DsLora(layer, options),
    parameters: (layer, inputs, outputs) => DsLora.parameters(layer, inputs, outputs, options),
  };
}

export const DORA: Method = {
  module: (layer) => new Dora(layer, RANK),
  parameters: (layer, inputs, outputs, rowNorms) => Dora.parameters(layer, inputs, outputs, { ...RANK, rowNorms }),
};

export const ADALORA: Method = {
  module: (layer) => new AdaLora(layer, RANK),
  parameters: (layer, inputs, outputs) => AdaLora.parameters(layer, inputs, outputs, RANK),
};

export const HOULSBY: Method = {
  module: (layer) => new Houlsby(layer),
  parameters: (layer, inputs, outputs) => Houlsby.parameters(layer, inputs, outputs, { bottleneck: 5 }),
};

export const METHODS: Readonly<Record<string, Method>> = {
  LoRA: LORA,
  'DS-LoRA, linear gate, token': dsLora('linear', 'token'),
  'DS-LoRA, linear gate, instance': dsLora('linear', 'instance'),
  'DS-LoRA, MLP gate, token': dsLora(16, 'token'),
  'DS-LoRA, MLP gate, instance': dsLora(16, 'instance'),
  Houlsby: HOULSBY,
  DoRA: DORA,
  AdaLoRA: ADALORA,
};

export type LinearName = 'attn_q' | 'attn_k' | 'attn_v' | 'attn_output' | 'ffn_gate' | 'ffn_up' | 'ffn_down';

/** (in, out) */
export function sizesOf(
  { width: C, heads: H, kvHeads: K, headWidth: D, mlpWidth: F }: Hyperparameters,
  name: LinearName,
): readonly [number, number] {
  const sizes = {
    attn_q: [C, D * H],
    attn_k: [C, D * K],
    attn_v: [C, D * K],
    attn_output: [D * H, C],
    ffn_gate: [C, F],
    ffn_up: [C, F],
    ffn_down: [F, C],
  } as const;
  return sizes[name];
}

/** A module for each of the named linear layers, in each of the given layers (all where absent). */
export function modulesOn(
  model: Model,
  methods: Readonly<Partial<Record<LinearName, Method>>>,
  layers: readonly number[] = Array.from({ length: model.depth }, (_, layer) => layer),
) {
  const modules = new Map<string, AdapterModule>();
  const parameters: Parameter[] = [];
  for (const layer of layers)
    for (const [name, method] of Object.entries(methods) as [LinearName, Method][]) {
      const full = `blk.${layer}.${name}`;
      const rowNorms = model.rowNorms(layer, `${name}.weight`)?.download() ?? new Float32Array();
      modules.set(full, method.module(full));
      parameters.push(...method.parameters(full, ...sizesOf(model.hyper, name), rowNorms));
    }
  return { modules, parameters };
}
