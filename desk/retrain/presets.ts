/** Trainings by name, for whoever does not want to choose a method. */
import type { MethodChoice } from './method.ts';

export interface Preset {
  /** a line for people */
  readonly why: string;
  /** id of the base model in the catalog */
  readonly base: string;
  readonly choice: MethodChoice;
}

export const PRESETS = ['fast', 'balanced', 'best'] as const;
export type PresetName = (typeof PRESETS)[number];

/** Why these: docs/methods.md, "Presets". */
const presets: Readonly<Record<PresetName, Preset>> = {
  fast: {
    why: 'a head on the frozen states of the smallest model, the fastest to train',
    base: 'minilm-l6',
    choice: { method: 'mlp' },
  },
  balanced: {
    why: 'the layers of the smallest model learn too, with gates that explain its scores',
    base: 'minilm-l6',
    choice: { method: 'ds-lora' },
  },
  best: {
    why: 'every product of its layers learns: the best scores, without gates that explain them',
    base: 'minilm-l6',
    choice: { method: 'lora', targets: ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_up', 'ffn_down'] },
  },
};

export const presetOf = (name: PresetName): Preset => presets[name];

/** What a training is made with, as far as a person said. */
export interface Wish {
  readonly model?: string | undefined;
  readonly depth?: number | undefined;
  readonly choice: Partial<MethodChoice>;
}

export interface Chosen {
  readonly model: string | undefined;
  readonly depth: number | undefined;
  readonly choice: MethodChoice;
}

/** The preset, with what was said in its place. */
export function withPreset(name: PresetName, { model, depth, choice }: Wish): Chosen {
  const preset = presets[name];
  const said = Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined));
  return { model: model ?? preset.base, depth, choice: { ...preset.choice, ...said } };
}
