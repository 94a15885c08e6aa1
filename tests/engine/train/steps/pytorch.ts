/** What tests/fixtures/make_training.py writes, and the numbers that both sides make out of nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModuleSettings } from '../../../../engine/adapter/methods.ts';
import { POOLINGS } from '../../../../engine/model/blocks/pooling.ts';
import { TASKS } from '../../../../engine/train/examples.ts';
import { TrainingOptions } from '../../../../engine/train/options.ts';
import { TRAINING_MODELS } from '../../../fixtures/training-models.ts';

const numbers = z.array(z.number());
/** Of a tensor: its length, and its products with some directions in which all of its numbers count. */
const Sketch = z.strictObject({ norm: z.number(), along: numbers });
export type Sketch = z.infer<typeof Sketch>;
const Options = TrainingOptions.pick({
  learningRate: true,
  gateRate: true,
  weightDecay: true,
  warmUp: true,
  schedule: true,
  clip: true,
  lambda: true,
});
export type Options = z.infer<typeof Options>;

const Fixture = z.strictObject({
  torch: z.string(),
  /** token ids */
  texts: z.array(numbers),
  /** texts of a step, in turn */
  batches: z.array(numbers),
  /** by task and text: 1 for a label that it has */
  targets: z.record(z.enum(TASKS), z.array(numbers)),
  smoothing: z.number(),
  options: Options,
  cases: z.array(
    z.strictObject({
      model: z.enum(TRAINING_MODELS),
      /** null: the head alone */
      modules: ModuleSettings.nullable(),
      hidden: z.int(),
      task: z.enum(TASKS),
      pooling: z.enum(POOLINGS),
      /** before each step */
      losses: numbers,
      /** lengths of the gradients before clipping */
      norms: numbers,
      parameters: z.array(z.strictObject({ name: z.string(), gradient: Sketch, after: Sketch })),
    }),
  ),
  optimisers: z.array(
    z.strictObject({
      options: Options,
      norms: numbers,
      parameters: z.array(z.strictObject({ name: z.string(), ne: z.tuple([z.number(), z.number()]), values: numbers })),
    }),
  ),
  schedules: z.array(z.strictObject({ schedule: Options.shape.schedule, warmUp: z.number(), rates: numbers })),
});

export const FIXTURE = Fixture.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/training.json'), 'utf8')),
);
export type Case = (typeof FIXTURE.cases)[number];

/** As in make_training.py: numbers in [−1, 1). */
export function draws(place: number, count: number): Float64Array {
  let state = Math.imul(place + 1, 2654435761) >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** As in make_training.py: the first values of a parameter, by its place. */
export const drawn = (place: number, [inputs, outputs]: readonly [number, number]): Float32Array =>
  Float32Array.from(draws(place, inputs * outputs), (v) => v / Math.sqrt(inputs));

/**
 * How far a tensor is from a sketch, as a share of its length (of one that is shorter than `least`, as a share of that; of
 * zeros alone, as it is): by its length, and by what the directions tell.
 */
export function apart(ours: Float32Array | undefined, { norm, along }: Sketch, least = 0): number {
  if (!ours) return Infinity;
  let squares = 0;
  along.forEach((expected, i) => {
    const direction = draws(1000 + i, ours.length);
    squares += (ours.reduce((sum, value, k) => sum + value * (direction[k] as number), 0) - expected) ** 2;
  });
  // A number of a direction is 1/√3 long on average, and so is the share that it shows of a difference.
  const difference = Math.max(Math.abs(Math.hypot(...ours) - norm), Math.sqrt((3 * squares) / along.length));
  return Number.isNaN(difference) ? Infinity : difference / (Math.max(norm, least) || 1);
}

/** NaN counts as infinitely far. */
export function relative(ours: number, expected = NaN): number {
  const difference = Math.abs(ours - expected) / Math.abs(expected);
  return Number.isNaN(difference) ? Infinity : difference;
}
