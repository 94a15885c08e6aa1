/** What a person says about a method, made whole with defaults. */
import { ModuleSettings } from '../../engine/adapter/methods.ts';
import type { CallInput } from '../../engine/contract.ts';
import { TrainingOptions } from '../../engine/train/options.ts';
import type { z } from 'zod';
import { MethodError } from './errors.ts';

export const TRAINING_METHODS = ['probe', 'mlp', 'lora', 'ds-lora', 'dora', 'adalora', 'houlsby', 'full'] as const;
export type TrainingMethod = (typeof TRAINING_METHODS)[number];

/** What is left out is chosen by the program. */
export interface MethodChoice {
  readonly method: TrainingMethod;
  /** r of LoRA and its kin; of AdaLoRA what a module keeps on average */
  readonly rank?: number | undefined;
  /** α of LoRA and its kin */
  readonly alpha?: number | undefined;
  /** linear layers that get modules: attn_q, attn_v … */
  readonly targets?: readonly string[] | undefined;
  /** r of AdaLoRA at the start */
  readonly startRank?: number | undefined;
  /** hidden width of Houlsby's bottlenecks */
  readonly bottleneck?: number | undefined;
  /** the lowest layer that gets modules */
  readonly from?: number | undefined;
  /** 'linear', or the hidden width of the gate's MLP */
  readonly gate?: 'linear' | number | undefined;
  readonly scope?: 'token' | 'instance' | undefined;
  /** λ of the L1 on A and B */
  readonly lambda?: number | undefined;
  readonly epochs?: number | undefined;
  readonly batch?: number | undefined;
  readonly lr?: number | undefined;
  /** learning rate of gates, as a factor on the others' */
  readonly gateRate?: number | undefined;
  readonly weightDecay?: number | undefined;
  /** share of the steps in which the learning rate rises */
  readonly warmUp?: number | undefined;
  readonly schedule?: 'linear' | 'cosine' | 'constant' | undefined;
  readonly clip?: number | undefined;
  readonly dropout?: number | undefined;
  readonly labelSmoothing?: number | undefined;
  readonly classWeights?: 'balanced' | 'none' | undefined;
  /** what the activations of a step may take, MB */
  readonly memory?: number | undefined;
  /** width of a hidden layer in the head */
  readonly hidden?: number | undefined;
  /** epochs without a better dev macro-F1 after which it stops */
  readonly patience?: number | undefined;
  readonly seed?: number | undefined;
}

const DEFAULTS = {
  rank: 8,
  alpha: 16,
  targets: ['attn_q', 'attn_v'],
  bottleneck: 32,
  from: 0,
  gate: 16,
  scope: 'token',
  lambda: 1e-3,
  epochs: 3,
  batch: 16,
  lr: 1e-3,
  gateRate: 1,
  weightDecay: 0.01,
  warmUp: 0.06,
  schedule: 'linear',
  clip: 1,
  dropout: 0,
  labelSmoothing: 0,
  classWeights: 'balanced',
  hidden: 0,
  memory: 1024,
  patience: 5,
  seed: 0,
} as const;
/** A head alone is so small that it learns faster, and longer. */
const HEAD_DEFAULTS = { ...DEFAULTS, epochs: 20, lr: 3e-3, hidden: 128, lambda: 0 } as const;
/** All weights at once go astray at the rate of a few. */
const FULL_DEFAULTS = { ...DEFAULTS, lr: 5e-5 } as const;
/** Triplets that AdaLoRA starts with, for each that it keeps, as its authors have it. */
const START_RANKS = 1.5;
/** The authors' choice of γ. */
const ORTHOGONALITY = 0.1;

export type WholeMethod = CallInput<'train'>['options']['method'];

/** Houlsby's stand behind the attention and behind the MLP. */
const BOTTLENECK_TARGETS = ['attn_output', 'ffn_down'];

/** Throws MethodError for a number that is out of range, and for a probe that is to give several labels a text. */
export function wholeMethod(choice: MethodChoice, multiLabel = false): WholeMethod {
  const { method } = choice;
  if (method === 'probe' && multiLabel)
    throw new MethodError(
      'A probe tells labels apart that exclude each other.',
      'Train several labels a text with another method, such as --method mlp.',
    );
  if (method === 'probe') return { kind: 'probe', classWeights: choice.classWeights ?? DEFAULTS.classWeights };
  const defaults = method === 'mlp' ? HEAD_DEFAULTS : method === 'full' ? FULL_DEFAULTS : DEFAULTS;
  const chosen = { ...defaults, ...withoutGaps(choice) };
  return {
    kind: 'gradient',
    modules: method === 'mlp' ? null : checked<Modules>(ModuleSettings, modulesOf(method, choice, chosen)),
    training: checked(TrainingOptions, {
      epochs: chosen.epochs,
      batch: chosen.batch,
      learningRate: chosen.lr,
      gateRate: chosen.gateRate,
      weightDecay: chosen.weightDecay,
      warmUp: chosen.warmUp,
      schedule: chosen.schedule,
      clip: chosen.clip,
      dropout: chosen.dropout,
      // Asked for by name it serves a plain LoRA, too.
      lambda: method === 'ds-lora' ? chosen.lambda : (choice.lambda ?? 0),
      labelSmoothing: chosen.labelSmoothing,
      classWeights: chosen.classWeights,
      hidden: chosen.hidden,
      memory: chosen.memory,
      patience: chosen.patience,
      seed: chosen.seed,
    }),
  };
}

/** How the command line calls a setting. */
const optionOf = (setting: string): string =>
  `--${setting === 'learningRate' ? 'lr' : setting.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;

function checked<T extends object>(schema: z.ZodType<T>, settings: T): T {
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const [setting = ''] = issue?.path.map(String) ?? [];
  const value: unknown = Reflect.get(settings, setting);
  throw new MethodError(
    `${optionOf(setting)} cannot be ${String(value)}: ${(issue?.message ?? '').replace(/^Too (big|small): /, '')}.`,
    'Choose another value, or leave it out.',
  );
}

type Chosen = Required<Omit<WithoutUndefined<MethodChoice>, 'method' | 'startRank'>>;

type Modules = NonNullable<Extract<WholeMethod, { kind: 'gradient' }>['modules']>;

function modulesOf(
  method: Exclude<TrainingMethod, 'probe' | 'mlp'>,
  choice: MethodChoice,
  { rank, alpha, from, gate, scope, bottleneck, targets }: Chosen,
): Modules {
  const lowRank = { rank, alpha, targets: [...targets], from };
  switch (method) {
    case 'lora':
    case 'dora':
      return { method, ...lowRank };
    case 'ds-lora':
      return { method, ...lowRank, gate, scope };
    case 'adalora': {
      const startRank = choice.startRank ?? Math.ceil(START_RANKS * rank);
      return { method, ...lowRank, startRank, orthogonality: ORTHOGONALITY };
    }
    case 'full':
      return { method, from };
    case 'houlsby':
      return { method, bottleneck, targets: [...(choice.targets ?? BOTTLENECK_TARGETS)], from };
  }
}

type WithoutUndefined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The choice without what was left out. */
function withoutGaps(choice: MethodChoice): Partial<WithoutUndefined<MethodChoice>> {
  return Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined));
}
