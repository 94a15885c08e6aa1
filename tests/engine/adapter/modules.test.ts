/** What every adapter module must keep to: its equation, the base where it adds nothing, padding that stays zero. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { linearHead } from '../../../engine/adapter/head.ts';
import { Parameters, type Draw } from '../../../engine/adapter/parameters.ts';
import { Backend } from '../../../engine/ggml/backend.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import { quantise } from '../../../engine/ggml/quantise.ts';
import { Forward } from '../../../engine/model/forward.ts';
import { EXACT, layoutName, layouts, type Layout } from '../../../engine/model/layout.ts';
import { Model } from '../../../engine/model/model.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import type { Targets } from '../../../engine/train/steps/loss.ts';
import { TrainingStep, type Trained } from '../../../engine/train/steps/step.ts';
import { runStep } from '../train/steps/run-step.ts';
import {
  tokenizerFor,
  writeRandomModel,
  type RandomModelOptions,
  type Variant,
} from '../../reference/random-models.ts';
import { DORA, HOULSBY, METHODS, modulesOn, type LinearName, type Method } from './methods.ts';

const TEXTS = [[5, 6, 7, 8, 9], [20, 21], [50]];
const LENGTHS = TEXTS.map(({ length }) => length);
const LABELS = 3;
const TARGETS: Targets = {
  shares: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  weights: new Float32Array(9).fill(1),
};
const EVERY_LINEAR: readonly LinearName[] = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_up', 'ffn_down'];

describe('adapter modules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-modules-'));
  let backend: Backend;
  before(() => (backend = Backend.open('cpu')));
  after(async () => {
    await backend[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  function fileOf(variant: Variant, options: Partial<RandomModelOptions> = {}): string {
    const path = join(folder, `${variant}-${options.type ?? 'f32'}.gguf`);
    writeRandomModel(path, { variant, tokenizer: tokenizerFor(variant), blocks: 2, vocabulary: 64, ...options });
    return path;
  }

  const on = (method: Method, names: readonly LinearName[] = ['attn_q', 'attn_v', 'ffn_down']) =>
    Object.fromEntries(names.map((name) => [name, method]));

  /** A model with modules on it, parameters at their start. */
  async function adapted(
    held: AsyncDisposableStack,
    file: string,
    methods: ReturnType<typeof on>,
    layout: Layout = EXACT,
  ) {
    using gguf = readGguf(file);
    const model = held.use(await Model.load(gguf, { backend, layout, backwardTo: 0, rowNorms: true }));
    const { modules, parameters: all } = modulesOn(model, methods);
    const head = linearHead(model.hyper.width, LABELS);
    const parameters = held.use(new Parameters(backend, [...all, ...head.parameters()]));
    parameters.start(draw(1));
    const trained: Trained = { model, modules, head, parameters, lowest: 0, task: 'exclusive' };
    /** Pooled states, of the base where `plain`.  (C) per text */
    const states = async (texts: readonly number[][], { plain = false } = {}) => {
      parameters.upload();
      const options = plain ? {} : { modules, parameters: parameters.tensors };
      const lengths = texts.map(({ length }) => length);
      await using forward = new Forward(model, lengths, options);
      return await forward.run(texts, 'mean');
    };
    return { ...trained, trained, states };
  }

  const SOME = ['llama', 'bert', 'gemma3'] as const;
  for (const [name, method] of Object.entries(METHODS)) {
    for (const variant of SOME)
      it(`${name} on ${variant} is the base where its last factor is zero`, async () => {
        await using held = new AsyncDisposableStack();
        const { parameters, states } = await adapted(held, fileOf(variant), on(method));
        fill(parameters, /houlsby\.up$/, () => 0);
        near(await states(TEXTS), await states(TEXTS, { plain: true }), 1e-6);
      });

    it(`${name} gives a text the same state alone and in a batch`, async () => {
      await using held = new AsyncDisposableStack();
      const { parameters, states, model } = await adapted(held, fileOf('llama'), on(method));
      disturb(parameters);
      const together = await states(TEXTS);
      assert.ok(apart(together, await states(TEXTS, { plain: true })) > 0.01, 'the module does nothing here');
      const { width } = model.hyper;
      for (const [i, text] of TEXTS.entries())
        near(await states([text]), together.subarray(i * width, (i + 1) * width), 1e-5);
    });

    it(`${name} leaves padding at zero`, async () => {
      await using held = new AsyncDisposableStack();
      const { trained, parameters } = await adapted(held, fileOf('llama'), on(method));
      disturb(parameters);
      parameters.upload();
      await using step = new TrainingStep(trained, LENGTHS);
      const { gradients } = await runStep(step, parameters, TEXTS, TARGETS);
      for (const { name: tensor, ne, padded } of parameters.all) {
        const gradient = gradients.values.get(tensor) ?? new Float32Array();
        assert.equal(gradient.length, padded[0] * padded[1], tensor);
        const beyond = gradient.filter((_, i) => i % padded[0] >= ne[0] || Math.floor(i / padded[0]) >= ne[1]);
        assert.ok(
          beyond.every((value) => value === 0),
          `the padding of ${tensor} has a gradient`,
        );
        assert.ok(
          gradient.some((value) => value !== 0),
          `${tensor} has no gradient`,
        );
      }
    });

    for (const variant of ['gemma3', 'phi2'] as const)
      it(`${name} fits on every linear layer of ${variant}`, async () => {
        const names: readonly LinearName[] = variant === 'phi2' ? EVERY_LINEAR : [...EVERY_LINEAR, 'ffn_gate'];
        await using held = new AsyncDisposableStack();
        const { trained, model, modules, parameters } = await adapted(
          held,
          fileOf(variant, { blocks: 8 }),
          on(method, names),
        );
        await using _forward = new Forward(model, LENGTHS, { modules, parameters: parameters.tensors });
        await using _step = new TrainingStep(trained, LENGTHS);
      });
  }

  for (const [name, method] of Object.entries(METHODS).filter(([name]) => name.startsWith('DS-LoRA')))
    it(`${name} is the base where its gate is closed`, async () => {
      await using held = new AsyncDisposableStack();
      const { parameters, states } = await adapted(held, fileOf('llama'), on(method));
      disturb(parameters);
      fill(parameters, /\.gate\.b2?$/, () => -40);
      near(await states(TEXTS), await states(TEXTS, { plain: true }), 1e-6);
    });

  it('Houlsby starts close to the base', async () => {
    await using held = new AsyncDisposableStack();
    const { states } = await adapted(held, fileOf('llama'), on(HOULSBY, ['attn_output', 'ffn_down']));
    const off = apart(await states(TEXTS), await states(TEXTS, { plain: true }));
    assert.ok(off > 0 && off < 0.01, `${off} of the base's states`);
  });

  it('DoRA starts as the base in every layout', async () => {
    const file = fileOf('qwen2', { type: 'q4_0', quantise: (...given) => quantise(backend.native, ...given) });
    for (const layout of layouts(backend)) {
      await using held = new AsyncDisposableStack();
      const { states } = await adapted(held, file, on(DORA), layout);
      near(await states(TEXTS), await states(TEXTS, { plain: true }), 1e-6, layoutName(layout));
    }
  });

  it('DoRA in another layout is DoRA', async () => {
    const file = fileOf('qwen2', { type: 'q4_0', quantise: (...given) => quantise(backend.native, ...given) });
    const found = [];
    for (const layout of [EXACT, ...layouts(backend)]) {
      await using held = new AsyncDisposableStack();
      const { parameters, states } = await adapted(held, file, on(DORA), layout);
      disturb(parameters);
      found.push({ layout, states: await states(TEXTS) });
    }
    for (const { layout, states } of found) near(states, found[0]?.states ?? states, 0.05, layoutName(layout));
  });

  it('row norms are those of the rows, also where q, k and v are one matrix', async () => {
    using joined = readGguf(fileOf('phi2'));
    await using model = await Model.load(joined, { backend, layout: EXACT, rowNorms: true });
    const { width, heads, kvHeads, headWidth } = model.hyper;
    const all = new Float32Array(width * headWidth * (heads + 2 * kvHeads));
    joined.readTensor(joined.requireTensor('blk.1.attn_qkv.weight'), new Uint8Array(all.buffer));
    const lengths = Array.from({ length: all.length / width }, (_, row) =>
      Math.hypot(...all.subarray(row * width, (row + 1) * width)),
    );
    const found = ['attn_q', 'attn_k', 'attn_v'].flatMap((name) =>
      Array.from(model.rowNorms(1, `${name}.weight`)?.download() ?? []),
    );
    near(Float32Array.from(found), Float32Array.from(lengths), 1e-6);
  });
});

function draw(seed: number): Draw {
  const uniform = seededRandom(seed);
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** Moves every parameter away from its start. */
function disturb(parameters: Parameters): void {
  const random = seededRandom(2);
  fill(parameters, /./, (value, ne) => value + (2 * random() - 1) / Math.sqrt(ne[0]));
}

function fill(
  parameters: Parameters,
  names: RegExp,
  change: (value: number, ne: readonly [number, number]) => number,
): void {
  for (const { name, ne } of parameters.all)
    if (names.test(name))
      parameters.set(
        name,
        parameters.get(name).map((value) => change(value, ne)),
      );
}

/** Largest difference, as a share of the largest value. */
function apart(found: Float32Array, expected: Float32Array): number {
  assert.equal(found.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))), 0) / largest;
}

function near(found: Float32Array, expected: Float32Array, bound: number, what = ''): void {
  const off = apart(found, expected);
  assert.ok(off <= bound, `${what} off by ${off} of the largest value`);
}
