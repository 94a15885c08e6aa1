/**
 * Training held against PyTorch: losses, gradients and ten steps of tiny models, the optimiser alone, and the schedules.
 * The fixture is made by tests/fixtures/make_training.py in double precision, so that all of a difference is F32.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { linearHead, mlpHead } from '../../../engine/adapter/head.ts';
import { modulesOf, ModuleSettings } from '../../../engine/adapter/methods.ts';
import { Parameters, type Parameter } from '../../../engine/adapter/parameters.ts';
import { Backend } from '../../../engine/ggml/backend.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import { EXACT } from '../../../engine/model/layout.ts';
import { Model } from '../../../engine/model/model.ts';
import { crossEntropy } from '../../../engine/train/loss.ts';
import { Optimiser, scheduled, type OptimiserOptions } from '../../../engine/train/optimiser.ts';
import { TrainingOptions } from '../../../engine/train/options.ts';
import { Gradients } from '../../../engine/train/gradients.ts';
import { TrainingStep } from '../../../engine/train/step.ts';
import { gradientOf, runStep } from './run-step.ts';
import { TRAINING_MODELS, writeTrainingModel, type TrainingModel } from '../../fixtures/training-models.ts';

const numbers = z.array(z.number());
/** Of a tensor: its length, and its products with some directions in which all of its numbers count. */
const Sketch = z.strictObject({ norm: z.number(), along: numbers });
type Sketch = z.infer<typeof Sketch>;
const Options = TrainingOptions.pick({
  learningRate: true,
  gateRate: true,
  weightDecay: true,
  warmUp: true,
  schedule: true,
  clip: true,
  lambda: true,
});
type Options = z.infer<typeof Options>;

const FIXTURE = z
  .strictObject({
    torch: z.string(),
    /** token ids */
    texts: z.array(numbers),
    labels: numbers,
    classWeights: numbers,
    smoothing: z.number(),
    options: Options,
    cases: z.array(
      z.strictObject({
        model: z.enum(TRAINING_MODELS),
        modules: ModuleSettings,
        hidden: z.int(),
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
        parameters: z.array(
          z.strictObject({ name: z.string(), ne: z.tuple([z.number(), z.number()]), values: numbers }),
        ),
      }),
    ),
    schedules: z.array(z.strictObject({ schedule: Options.shape.schedule, warmUp: z.number(), rates: numbers })),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/training.json'), 'utf8')));
type Case = (typeof FIXTURE.cases)[number];

/** Largest differences that are accepted: of a loss by the loss, of the others by the length of their tensor. */
const TOLERANCE = { loss: 1e-5, gradient: 1e-4, after: 1e-4 } as const;

describe(`training as in PyTorch ${FIXTURE.torch}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-pytorch-'));
  const fileOf = (model: TrainingModel) => join(folder, `${model}.gguf`);
  let backend: Backend;
  before(() => {
    backend = Backend.open('cpu');
    for (const model of TRAINING_MODELS) writeTrainingModel(model, fileOf(model));
  });
  after(async () => {
    await backend[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  for (const one of FIXTURE.cases)
    it(`${title(one)}: the loss, every gradient, and every parameter after ${one.losses.length} steps`, async (t) => {
      const { losses, norms, gradients, parameters } = await trained(backend, fileOf(one.model), one);
      const found = {
        loss: Math.max(...losses.map((loss, step) => relative(loss, one.losses[step]))),
        norm: Math.max(...norms.map((norm, step) => relative(norm, one.norms[step]))),
        gradient: furthest(one.parameters.map(({ name, gradient }) => [name, apart(gradients.get(name), gradient)])),
        after: furthest(one.parameters.map(({ name, after }) => [name, apart(parameters.get(name), after)])),
      };
      t.diagnostic(
        `largest differences: loss ${found.loss.toExponential(1)}, gradient ${shown(found.gradient)}, ` +
          `after ${losses.length} steps ${shown(found.after)}`,
      );
      assert.equal(one.parameters.length, gradients.size);
      assert.ok(found.loss < TOLERANCE.loss, `loss: ${found.loss}`);
      assert.ok(found.norm < TOLERANCE.gradient, `length of all gradients: ${found.norm}`);
      assert.ok(found.gradient.apart < TOLERANCE.gradient, `gradient of ${shown(found.gradient)}`);
      assert.ok(found.after.apart < TOLERANCE.after, `after the steps, ${shown(found.after)}`);
    });

  for (const { options, norms, parameters: expected } of FIXTURE.optimisers)
    it(`the optimiser alone: clip ${options.clip}, λ ${options.lambda}, ${options.schedule}`, async (t) => {
      const all = expected.map(({ name, ne }): Parameter => {
        const role = name.includes('.gate.') ? 'gate' : name.includes('.lora_') ? 'low-rank' : 'head';
        return { name, ne, padded: ne, role, start: () => NaN };
      });
      await using parameters = new Parameters(backend, all);
      start(parameters);
      const optimiser = new Optimiser(parameters, optimiserOptions(options));
      const lengths = norms.map((_, step) => {
        const gradients = all.map(({ name, ne }, place): [string, Float32Array] => [
          name,
          Float32Array.from(draws(100 * (step + 1) + place, ne[0] * ne[1]), (v) => v * 2 ** ((step % 5) - 4)),
        ]);
        const given = new Gradients(parameters);
        for (const [name, values] of gradients) given.values.get(name)?.set(values);
        return optimiser.step(given, scheduled(step, norms.length, options));
      });
      const longest = Math.max(...lengths.map((length, step) => relative(length, norms[step])));
      const found = furthest(
        expected.map(({ name, values }) => {
          const ours = parameters.get(name);
          return [name, Math.hypot(...values.map((v, i) => v - (ours[i] ?? NaN))) / Math.hypot(...values)];
        }),
      );
      t.diagnostic(`largest differences: length ${longest.toExponential(1)}, values ${shown(found)}`);
      assert.ok(longest < 1e-6, `length of the gradients: ${longest}`);
      assert.ok(found.apart < 1e-5, shown(found));
    });

  for (const { rates, ...settings } of FIXTURE.schedules)
    it(`the schedule alone: ${settings.schedule}, ${rates.length} steps, warm-up ${settings.warmUp}`, () => {
      rates.forEach((rate, step) => {
        const ours = scheduled(step, rates.length, settings);
        assert.ok(Math.abs(ours - rate) < 1e-8, `step ${step}: ${ours}, not ${rate}`);
      });
    });
});

interface TrainedSteps {
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  /** at the start */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** after the last step */
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/** The same by our engine, in F32. */
async function trained(backend: Backend, file: string, { modules: settings, hidden, losses: steps }: Case) {
  const { texts, labels, classWeights, smoothing, options } = FIXTURE;
  using gguf = readGguf(file);
  await using model = await Model.load(gguf, { backend, layout: EXACT, backwardTo: settings.from });
  const { width } = model.hyper;
  const { modules, parameters: own, lowest } = modulesOf(settings, model.hyper, model.depth);
  const classes = classWeights.length;
  const head = hidden > 0 ? mlpHead(width, hidden, classes) : linearHead(width, classes);
  await using parameters = new Parameters(backend, [...own, ...head.parameters()]);
  start(parameters);
  await using step = new TrainingStep(
    { model, modules, head, parameters, lowest, task: 'exclusive' },
    texts.map(({ length }) => length),
  );
  const weightOf = (label: number) => classWeights[label] ?? NaN;
  const total = labels.reduce((sum, label) => sum + weightOf(label), 0);
  const targets = {
    shares: Float32Array.from(labels.flatMap((label) => smoothed(label, classes, smoothing))),
    weights: Float32Array.from(labels.flatMap((label) => new Array<number>(classes).fill(weightOf(label) / total))),
  };
  const optimiser = new Optimiser(parameters, optimiserOptions(options));
  const losses: number[] = [];
  const norms: number[] = [];
  let first: TrainedSteps['gradients'] | undefined;
  for (let at = 0; at < steps.length; at++) {
    parameters.upload();
    const { logits, gradients } = await runStep(step, parameters, texts, targets);
    first ??= new Map(
      parameters.all.map(({ name }) => [name, parameters.unpadded(name, gradientOf(gradients, parameters, name))]),
    );
    losses.push(crossEntropy('exclusive', logits, targets, classes));
    norms.push(optimiser.step(gradients, scheduled(at, steps.length, options)));
  }
  const last = new Map(parameters.all.map(({ name }) => [name, parameters.get(name)]));
  return { losses, norms, gradients: first ?? new Map<string, Float32Array>(), parameters: last };
}

/** 1 for the label, of which a share is spread over all. */
const smoothed = (label: number, classes: number, smoothing: number): number[] =>
  Array.from({ length: classes }, (_, k) => (k === label ? 1 - smoothing : 0) + smoothing / classes);

/** The first values that make_training.py gives to parameters, by their place. */
function start(parameters: Parameters): void {
  parameters.all.forEach(({ name, ne }, place) =>
    parameters.set(
      name,
      Float32Array.from(draws(place, ne[0] * ne[1]), (v) => v / Math.sqrt(ne[0])),
    ),
  );
}

/** As in make_training.py: numbers in [−1, 1) that both sides can make. */
function draws(place: number, count: number): Float64Array {
  let state = Math.imul(place + 1, 2654435761) >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const optimiserOptions = ({ lambda, ...options }: Options): OptimiserOptions => ({ ...options, l1: lambda });

/** How far a tensor is from a sketch, as a share of its length: by its length, and by what the directions tell. */
function apart(ours: Float32Array | undefined, { norm, along }: Sketch): number {
  if (!ours) return Infinity;
  let squares = 0;
  along.forEach((expected, i) => {
    const direction = draws(1000 + i, ours.length);
    squares += (ours.reduce((sum, value, k) => sum + value * (direction[k] as number), 0) - expected) ** 2;
  });
  // A number of a direction is 1/√3 long on average, and so is the share that it shows of a difference.
  const difference = Math.max(Math.abs(Math.hypot(...ours) - norm), Math.sqrt((3 * squares) / along.length));
  return Number.isNaN(difference) ? Infinity : difference / norm;
}

/** NaN counts as infinitely far. */
const relative = (ours: number, expected = NaN): number => {
  const difference = Math.abs(ours - expected) / Math.abs(expected);
  return Number.isNaN(difference) ? Infinity : difference;
};

interface Furthest {
  readonly name: string;
  readonly apart: number;
}

const furthest = (all: readonly (readonly [string, number])[]): Furthest =>
  all.map(([name, apart]) => ({ name, apart })).reduce((a, b) => (b.apart <= a.apart ? a : b));

const shown = ({ name, apart }: Furthest): string => `${apart.toExponential(1)} (${name})`;

function title({ model, modules, hidden }: Case): string {
  const gate = modules.method === 'ds-lora' ? `, gate ${modules.gate}, ${modules.scope}` : '';
  return `${model}, ${modules.method}${gate}, from layer ${modules.from}, ${hidden > 0 ? 'MLP' : 'linear'} head`;
}
