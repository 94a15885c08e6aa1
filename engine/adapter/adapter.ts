/** What an adapter is: everything that training adds to a base model, in memory. */
import { z } from 'zod';
import type { GateRates } from './gate-rates.ts';
import type { ModuleSettings } from './methods.ts';
import { POOLINGS } from '../model/blocks/pooling.ts';

export const TASKS = ['binary', 'multi-class', 'multi-label'] as const;
/** Training methods whose adapters this program reads. */
export const METHODS = ['probe', 'mlp', 'lora', 'ds-lora', 'dora', 'adalora', 'houlsby', 'full'] as const;

const text = z.string().refine((s) => s.isWellFormed(), 'is no well-formed text');
const name = text.min(1).max(200);
const fraction = z.number().min(0).max(1);
const jsonObject = z.record(z.string(), z.json());

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 (64 digits 0-9 a-f)');

/** Everything about an adapter that is not a tensor. */
export const AdapterDescription = z
  .strictObject({
    /** for lists in the window; not unique */
    name,
    method: z.enum(METHODS),
    /** the model it was trained on; it means nothing on another one */
    base: z.strictObject({ name, sha256, architecture: z.string().regex(/^[a-z0-9-]{1,40}$/, 'is no architecture') }),
    /** layers of the base that are run, from 1 */
    exitDepth: z.int().min(1).max(1000),
    pooling: z.enum(POOLINGS),
    /** put before every text, '' for none: "Instruct: …\nQuery: " */
    instruction: text.max(4000),
    task: z.enum(TASKS),
    /** one for each output of the head, in its order */
    labels: z.array(name).min(1).max(1000),
    /** the label that means "nothing to review", if there is one; the queue's score is 1 − its probability */
    neutralLabel: name.nullable(),
    /** the logits are divided by it before softmax or sigmoid */
    temperature: z.number().positive().max(1e6),
    /** per label: the probability from which on an item counts as that label */
    thresholds: z.array(fraction),
    /** languages that it was measured on (BCP 47) */
    languages: z.array(z.string().min(2).max(35)).max(500),
    /** what went into the training and what came out, as it was reported */
    training: jsonObject,
  })
  .superRefine((a, context) => {
    const refuse = (key: keyof typeof a, message: string): void => {
      context.addIssue({ code: 'custom', path: [key], message });
    };
    if (new Set(a.labels).size !== a.labels.length) refuse('labels', 'holds one label twice');
    if (a.task === 'binary' && a.labels.length !== 2)
      refuse('labels', `holds ${a.labels.length} labels; a binary task has 2`);
    if (a.task === 'multi-class' && a.labels.length < 2)
      refuse('labels', 'holds 1 label; a multi-class task has 2 or more');
    if (a.neutralLabel !== null && !a.labels.includes(a.neutralLabel)) refuse('neutralLabel', 'is none of the labels');
    if (a.thresholds.length !== a.labels.length) {
      refuse('thresholds', `holds ${a.thresholds.length} numbers for ${a.labels.length} labels`);
    }
  });
export type AdapterDescription = Readonly<z.infer<typeof AdapterDescription>>;

/** A linear layer.  weight: (inputs, outputs) in ggml order, so output by output; bias: (outputs) */
export interface Linear {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** What makes character n-grams of a text; the buckets are counted in the weights. */
export const NgramLengths = z
  .strictObject({ shortest: z.int().min(1).max(16), longest: z.int().min(1).max(16) })
  .refine(({ shortest, longest }) => shortest <= longest, { path: ['longest'], message: 'is less than the shortest' });

/**
 * The baseline that travels with an adapter: hashed character n-grams (engine/train/ngrams/ngrams.ts).
 * weight: (buckets, vectors), buckets a power of two; two labels have one vector, more labels have one each
 */
export interface NgramWeights extends Linear, Readonly<z.infer<typeof NgramLengths>> {}

export interface TrainedTensor {
  /** sizes in ggml order */
  readonly ne: readonly [number, number];
  readonly values: Float32Array;
}

/** What a method trained in the layers of the base. */
export interface TrainedModules {
  readonly settings: ModuleSettings;
  /** by name, without padding */
  readonly tensors: ReadonlyMap<string, TrainedTensor>;
}

export interface Adapter extends AdapterDescription {
  /** (width of the base, or of the hidden layer, labels): logits = weight · state + bias */
  readonly head: Linear;
  /** (width of the base, hidden): a layer with LeakyReLU between pooled state and head */
  readonly hidden?: Linear;
  readonly modules?: TrainedModules;
  /** how far the gates of the modules usually open */
  readonly gateRates?: GateRates;
  readonly ngrams?: NgramWeights;
}

/** Numbers in a pooled state, that is the width of the base model. */
export function widthOf({ hidden, head, labels }: Adapter): number {
  return hidden ? hidden.weight.length / hidden.bias.length : head.weight.length / labels.length;
}
