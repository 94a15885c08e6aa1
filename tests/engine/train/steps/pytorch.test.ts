/**
 * Training held against PyTorch: losses, gradients and ten steps of tiny models, the optimiser alone, and the schedules.
 * The fixture is made by tests/fixtures/make_training.py in double precision, so that all of a difference is F32.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { linearHead, mlpHead } from '../../../../engine/adapter/head.ts';
import { modulesOf, type Modules } from '../../../../engine/adapter/methods.ts';
import { Parameters, type Parameter } from '../../../../engine/adapter/parameters.ts';
import { Backend } from '../../../../engine/ggml/backend.ts';
import { readGguf } from '../../../../engine/ggml/gguf/read.ts';
import { EXACT } from '../../../../engine/model/layout.ts';
import { Model } from '../../../../engine/model/model.ts';
import { RankAllocation } from '../../../../engine/train/steps/adalora.ts';
import { Gradients } from '../../../../engine/train/steps/gradients.ts';
import { crossEntropy, Loss } from '../../../../engine/train/steps/loss.ts';
import { Optimiser, scheduled, type OptimiserOptions } from '../../../../engine/train/steps/optimiser.ts';
import { TrainingStep } from '../../../../engine/train/steps/step.ts';
import { TRAINING_MODELS, writeTrainingModel, type TrainingModel } from '../../../fixtures/training-models.ts';
import { apart, drawn, draws, FIXTURE, relative, type Case, type Options } from './pytorch.ts';
import { gradientOf } from './run-step.ts';

/** Largest differences that are accepted: of a loss by the loss, of the others by the length of their tensor. */
const TOLERANCE = { loss: 1e-5, gradient: 1e-4, after: 1e-4 } as const;
/** Gradients that are a smaller share of all are measured as if they were this one; but for zeros, the smallest is 3e-4. */
const LEAST = 1e-4;
/**
 * Where RoPE does not turn them (bert's, half of phi2's) or hardly does (some of qwen2's), biases of keys change no softmax.
 * Their gradients are rounding there, of which Adam makes whole steps.
 */
const settles = (name: string): boolean => !name.endsWith('.attn_k.bias');

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
      const least = LEAST * (one.norms[0] ?? NaN);
      const settled = one.parameters.filter(({ name }) => settles(name));
      const found = {
        loss: Math.max(...losses.map((loss, step) => relative(loss, one.losses[step]))),
        norm: Math.max(...norms.map((norm, step) => relative(norm, one.norms[step]))),
        gradient: furthest(
          one.parameters.map(({ name, gradient }) => [name, apart(gradients.get(name), gradient, least)]),
        ),
        after: furthest(settled.map(({ name, after }) => [name, apart(parameters.get(name), after)])),
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
      all.forEach(({ name, ne }, place) => parameters.set(name, drawn(place, ne)));
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
async function trained(
  backend: Backend,
  file: string,
  { modules: settings, hidden, task, pooling, losses: steps }: Case,
) {
  const { texts, batches, smoothing, options } = FIXTURE;
  await using held = new AsyncDisposableStack();
  const { model, modules, parameters: own, lowest } = await prepared(backend, file, settings, held);
  const { width } = model.hyper;
  const targets = FIXTURE.targets[task];
  const labels = targets[0]?.length ?? 0;
  const head = hidden > 0 ? mlpHead(width, hidden, labels) : linearHead(width, labels);
  const parameters = held.use(new Parameters(backend, [...own, ...head.parameters()]));
  start(parameters);
  const examples = { texts: texts.map((text) => Int32Array.from(text)), targets: Float32Array.from(targets.flat()) };
  const loss = new Loss(task, examples, { classWeights: 'balanced', labelSmoothing: smoothing });
  const optimiser = new Optimiser(parameters, optimiserOptions(options));
  const allocation =
    settings?.method === 'adalora'
      ? new RankAllocation({ ...settings, layers: [...modules.keys()], steps: steps.length }, parameters, new Map())
      : null;
  // The same memory for all steps, as in a training.
  const gradients = new Gradients(parameters);
  const losses: number[] = [];
  const norms: number[] = [];
  let first: TrainedSteps['gradients'] | undefined;
  for (let at = 0; at < steps.length; at++) {
    const batch = batches[at % batches.length] ?? [];
    const ids = batch.map((text) => Int32Array.from(texts[text] ?? []));
    await using step = new TrainingStep(
      { model, modules, head, parameters, lowest, task },
      ids.map(({ length }) => length),
    );
    parameters.upload();
    const counted = loss.of(batch);
    const logits = await step.run({ kind: 'ids', texts: ids }, counted, pooling, { gradients, scale: 1 });
    allocation?.before(at, gradients);
    first ??= new Map(
      parameters.all.map(({ name }) => [name, parameters.unpadded(name, gradientOf(gradients, parameters, name))]),
    );
    losses.push(crossEntropy(task, logits, counted, labels));
    norms.push(optimiser.step(gradients, scheduled(at, steps.length, options)));
    allocation?.after(at);
  }
  const last = new Map(parameters.all.map(({ name }) => [name, parameters.get(name)]));
  return { losses, norms, gradients: first ?? new Map<string, Float32Array>(), parameters: last };
}

/** A model, and what a method trains in it. */
async function prepared(
  backend: Backend,
  file: string,
  settings: Case['modules'],
  held: AsyncDisposableStack,
): Promise<Modules & { readonly model: Model }> {
  using gguf = readGguf(file);
  const loaded = {
    backwardTo: settings?.from,
    exactFrom: settings?.method === 'full' ? settings.from : undefined,
    rowNorms: settings?.method === 'dora',
  };
  const model = held.use(await Model.load(gguf, { backend, layout: EXACT, ...loaded }));
  if (!settings) return { model, modules: new Map(), parameters: [], lowest: model.depth };
  const made = modulesOf(settings, model.hyper, model.depth, {
    rowNorms: (layer, target) => model.rowNorms(layer, `${target}.weight`)?.download() ?? new Float32Array(),
    weights: (layer, name) => model.values(layer, name),
  });
  return { model, ...made };
}

/** What starts from the base starts there; the first values of all else are made up, none of them zero. */
function start(parameters: Parameters): void {
  const nothing = { normal: () => NaN, uniform: () => NaN };
  parameters.all.forEach(({ name, ne, role, start }, place) =>
    parameters.set(
      name,
      ['magnitude', 'weight', 'table'].includes(role)
        ? Float32Array.from({ length: ne[0] * ne[1] }, (_, i) => start(nothing, i))
        : drawn(place, ne),
    ),
  );
}

const optimiserOptions = ({ lambda, ...options }: Options): OptimiserOptions => ({ ...options, l1: lambda });

interface Furthest {
  readonly name: string;
  readonly apart: number;
}

const furthest = (all: readonly (readonly [string, number])[]): Furthest =>
  all.map(([name, apart]) => ({ name, apart })).reduce((a, b) => (b.apart <= a.apart ? a : b));

const shown = ({ name, apart }: Furthest): string => `${apart.toExponential(1)} (${name})`;

function title({ model, modules, hidden, task, pooling }: Case): string {
  if (!modules) return `${model}, ${hidden > 0 ? 'MLP' : 'linear'} head alone`;
  const gate = modules.method === 'ds-lora' ? `, gate ${modules.gate}, ${modules.scope}` : '';
  const head = `${hidden > 0 ? 'MLP' : 'linear'} head, ${task}, ${pooling}`;
  return `${model}, ${modules.method}${gate}, from layer ${modules.from}, ${head}`;
}
