/** The gradients of every method and head against finite differences of the loss, on every architecture. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { weightParameters } from '../../../../engine/adapter/full.ts';
import { linearHead, mlpHead } from '../../../../engine/adapter/head.ts';
import type { Parameters } from '../../../../engine/adapter/parameters.ts';
import { Backend } from '../../../../engine/ggml/backend.ts';
import { readGguf } from '../../../../engine/ggml/gguf/read.ts';
import { POOLINGS } from '../../../../engine/model/blocks/pooling.ts';
import type { Model } from '../../../../engine/model/model.ts';
import type { Trained } from '../../../../engine/train/steps/step.ts';
import { tokenizerFor, VARIANTS, writeRandomModel, type Variant } from '../../../reference/random-models.ts';
import {
  DORA,
  dsLora,
  HOULSBY,
  LORA,
  METHODS,
  modulesOn,
  RANK,
  type LinearName,
  type Method,
} from '../../adapter/methods.ts';
import { compareGradients, LABELS, setUp, type CompareOptions, type SetUpOptions } from './compare.ts';

const BOUND = 1e-3;
const SOME: readonly Variant[] = ['llama', 'bert', 'gemma3'];
const ALL = Object.keys(VARIANTS) as Variant[];
/** Methods that the models are trained with by default see every architecture. */
const EVERYWHERE = ['LoRA', 'DS-LoRA, MLP gate, token'];
const HIDDEN = 7;
/** Its global layers set it apart, and the sixth is the first: modules go on the last two there, on both of two elsewhere. */
const DEEP: Variant = 'gemma3-scaled';

describe('gradients agree with finite differences', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-gradients-'));
  let backend: Backend;
  before(() => {
    backend = Backend.open('cpu');
    for (const variant of ALL)
      writeRandomModel(fileOf(variant), {
        variant,
        tokenizer: tokenizerFor(variant),
        blocks: variant === DEEP ? 6 : 2,
        vocabulary: 64,
      });
  });
  after(async () => {
    await backend[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  const fileOf = (variant: Variant) => join(folder, `${variant}.gguf`);

  interface Case extends SetUpOptions, Pick<CompareOptions, 'pooling' | 'recomputes' | 'dropout'> {
    readonly methods: Readonly<Partial<Record<LinearName, Method>>>;
    /** those with modules */
    readonly layers?: readonly number[];
  }

  async function agrees(t: TestContext, variant: Variant, { methods, layers, ...options }: Case) {
    await using held = new AsyncDisposableStack();
    const trained = await setUp(backend, fileOf(variant), (model) => modulesOn(model, methods, layers), options, held);
    const moved = normKeeper(fileOf(variant), trained);
    holds(t, await compareGradients(trained, { ...options, moved }));
  }

  async function allWeightsAgree(t: TestContext, variant: Variant, from: number) {
    await using held = new AsyncDisposableStack();
    const weights = (model: Model) => ({
      modules: new Map(),
      parameters: weightParameters(model.hyper, model.depth, from, (layer, name) => model.values(layer, name)),
    });
    const options = { lowest: from === 0 ? -1 : from };
    const trained = await setUp(backend, fileOf(variant), weights, options, held);
    holds(t, await compareGradients(trained));
  }

  function holds(t: TestContext, errors: ReadonlyMap<string, number>): void {
    const [worst, error] = [...errors].reduce((most, one) => (one[1] > most[1] ? one : most));
    t.diagnostic(`largest error ${error.toExponential(1)}, of ${worst}`);
    assert.ok(error <= BOUND, `the gradient of ${worst} is off by ${error}`);
  }

  for (const [name, method] of Object.entries(METHODS))
    for (const variant of EVERYWHERE.includes(name) ? ALL : SOME)
      it(`${name} on ${variant}`, (t) =>
        agrees(t, variant, {
          layers: variant === DEEP ? [4, 5] : [0, 1],
          methods:
            method === HOULSBY
              ? { attn_output: method, ffn_down: method }
              : { attn_q: method, attn_v: method, ffn_down: method },
        }));

  for (const variant of SOME)
    for (const [name, head, task] of [
      ['linear head, labels apart', linearHead, 'multi-label'],
      ['MLP head', (width: number) => mlpHead(width, HIDDEN, LABELS), 'exclusive'],
      ['MLP head, labels apart', (width: number) => mlpHead(width, HIDDEN, LABELS), 'multi-label'],
    ] as const)
      it(`${name}, on ${variant}`, (t) =>
        agrees(t, variant, { methods: { attn_q: LORA }, head: (width) => head(width, LABELS), task }));

  for (const pooling of POOLINGS)
    it(`${pooling} pooling`, (t) => agrees(t, 'bert', { methods: { attn_q: LORA, ffn_down: LORA }, pooling }));

  for (const variant of SOME)
    it(`several methods in the upper layer alone, on ${variant}`, (t) =>
      agrees(t, variant, {
        methods: { attn_q: DORA, attn_v: dsLora(16, 'token'), attn_output: HOULSBY, ffn_down: LORA },
        layers: [1],
        lowest: 1,
      }));

  for (const variant of SOME)
    for (const [what, options] of [
      ['layers computed twice', { recomputes: true }],
      ['dropout', { dropout: 0.3 }],
      ['both', { recomputes: true, dropout: 0.3 }],
    ] as const)
      it(`${what}, on ${variant}`, (t) =>
        agrees(t, variant, {
          methods: { attn_q: LORA, attn_v: dsLora(16, 'token'), attn_output: HOULSBY },
          ...options,
        }));

  // phi2 keeps q, k and v in one tensor, which full training does not write back; its gradients are as good.
  for (const variant of ALL.filter((one) => one !== DEEP))
    it(`all weights of ${variant}`, (t) => allWeightsAgree(t, variant, 0));
  it('all weights of the upper layer', (t) => allWeightsAgree(t, 'bert', 1));

  it('a head alone', (t) => agrees(t, 'llama', { methods: {}, lowest: 2 }));
});

/**
 * DoRA's gradient takes the length of each row of W0 + s B A as a constant; the loss does not. Where A or B moved, m moves
 * by as much as those lengths, so that m / ‖W0 + s B A‖ stays what it was. The lengths are computed here from the matrix
 * itself, so that this also holds the module's own formula to it.
 */
function normKeeper(file: string, { modules, parameters }: Trained): (name: string) => void {
  const kept = new Map<string, { readonly m: Float32Array; readonly lengths: Float64Array }>();
  const lengthsOf = (layer: string) => rowLengths(file, layer, parameters);
  const has = (name: string) => parameters.all.some((parameter) => parameter.name === name);
  for (const layer of modules.keys()) {
    if (!has(`${layer}.weight.dora_magnitude`)) continue;
    kept.set(layer, { m: parameters.get(`${layer}.weight.dora_magnitude`), lengths: lengthsOf(layer) });
  }
  return (name) => {
    const layer = /^(.*)\.weight\.lora_[ab]$/.exec(name)?.[1];
    const before = layer === undefined ? undefined : kept.get(layer);
    if (layer === undefined || !before) return;
    const now = lengthsOf(layer);
    parameters.set(
      `${layer}.weight.dora_magnitude`,
      before.m.map((m, i) => (m * (now[i] as number)) / (before.lengths[i] as number)),
    );
  };
}

/** ‖W0 + s B A‖ of each row */
function rowLengths(file: string, layer: string, parameters: Parameters): Float64Array {
  using gguf = readGguf(file);
  const tensor = gguf.requireTensor(`${layer}.weight`);
  const W = new Float32Array(tensor.byteLength / 4);
  gguf.readTensor(tensor, new Uint8Array(W.buffer));
  const [inputs = 1, outputs = 1] = tensor.ne;
  const A = parameters.get(`${layer}.weight.lora_a`);
  const B = parameters.get(`${layer}.weight.lora_b`);
  const { rank, alpha } = RANK;
  return Float64Array.from({ length: outputs }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < inputs; i++) {
      let w = W[row * inputs + i] as number;
      for (let k = 0; k < rank; k++)
        w += (alpha / rank) * (B[row * rank + k] as number) * (A[k * inputs + i] as number);
      sum += w ** 2;
    }
    return Math.sqrt(sum);
  });
}
