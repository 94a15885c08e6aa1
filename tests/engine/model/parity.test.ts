/**
 * The engine against llama.cpp itself (through node-llama-cpp): same file, same pooled state, for every architecture,
 * exit depth, pooling and weight layout. A depth is checked against a GGUF whose later layers were dropped.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Llama } from 'node-llama-cpp';
import { Backend } from '../../../engine/ggml/backend.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import { truncateGguf } from '../../../engine/ggml/gguf/rewrite.ts';
import type { GgmlType } from '../../../engine/ggml/gguf/types.ts';
import { quantise } from '../../../engine/ggml/quantise.ts';
import { POOLINGS, type Pooling } from '../../../engine/model/blocks/pooling.ts';
import { Forward } from '../../../engine/model/forward.ts';
import { EXACT, layoutName, layouts, type Layout } from '../../../engine/model/layout.ts';
import { Model } from '../../../engine/model/model.ts';
import { cosine, openLlamaCpp, Reference } from '../../reference/llama-cpp.ts';
import { VARIANTS, writeRandomModel, type Variant } from '../../reference/random-models.ts';

const NATIVE = join(import.meta.dirname, '../../../native-models');
const SMOL = join(NATIVE, 'SmolLM2-135M-Instruct.Q4_1.gguf');
const MINILM = join(NATIVE, 'all-MiniLM-L6-v2.F16.gguf');

/** Of different lengths, one longer than gemma3's window in the random models. */
const TEXTS = [
  'hello',
  'The server is back, thank you for waiting!',
  'Nobody asked you, and nobody will; go and read the rules before you write another word in here.',
];
const EXACT_COSINE = 0.9999;
const QUANTISED_COSINE = 0.999;
const BLOCKS = 10;

describe('parity with llama.cpp', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-parity-'));
  let llama: Llama;
  let backend: Backend;
  before(async () => {
    llama = await openLlamaCpp();
    backend = Backend.open('cpu');
  });
  after(async () => {
    await backend[Symbol.asyncDispose]();
    await llama.dispose();
    rmSync(folder, { recursive: true });
  });

  /** Our states of a file at a depth, all texts in one batch. */
  async function states(path: string, depth: number, layout: Layout, pooling: Pooling, ids: readonly number[][]) {
    using file = readGguf(path);
    await using model = await Model.load(file, { backend, layout, depth });
    await using forward = new Forward(
      model,
      ids.map(({ length }) => length),
    );
    const all = await forward.run(ids, pooling);
    return ids.map((_, i) => all.slice(i * model.hyper.width, (i + 1) * model.hyper.width));
  }

  async function worst(path: string, depth: number, layout: Layout, pooling: Pooling): Promise<number> {
    const truncated = join(folder, `${depth}-${pooling}.gguf`);
    truncateGguf(path, truncated, { blocks: depth, pooling });
    await using reference = await Reference.open(llama, truncated);
    const theirs = await reference.embed(TEXTS);
    const ours = await states(
      path,
      depth,
      layout,
      pooling,
      TEXTS.map((text) => reference.tokens(text)),
    );
    rmSync(truncated);
    return Math.min(...theirs.map((state, i) => cosine(state, ours[i] ?? new Float32Array())));
  }

  function randomModel(variant: Variant, type: GgmlType, width: number, blocks: number): string {
    const path = join(folder, `${variant}-${type}.gguf`);
    writeRandomModel(path, {
      variant,
      tokenizer: VARIANTS[variant] === 'bert' ? MINILM : SMOL,
      vocabulary: 2048,
      width,
      blocks,
      type,
      quantise: (to, values, rowLength) => quantise(backend.native, to, values, rowLength),
    });
    return path;
  }

  for (const variant of Object.keys(VARIANTS) as Variant[]) {
    for (const type of ['f32', 'f16'] as const) {
      it(`${variant}, ${type}: depths 1, 8 and ${BLOCKS}, every pooling`, async (t) => {
        const path = randomModel(variant, type, 64, BLOCKS);
        for (const depth of [1, 8, BLOCKS]) {
          for (const pooling of POOLINGS) {
            const found = await worst(path, depth, type === 'f32' ? EXACT : { type: 'file', repack: null }, pooling);
            t.diagnostic(`depth ${depth}, ${pooling}: cosine ${found.toFixed(6)}`);
            assert.ok(found >= EXACT_COSINE, `depth ${depth}, ${pooling}: cosine ${found}`);
          }
        }
      });
    }
  }

  for (const variant of ['llama', 'qwen2', 'qwen3', 'gemma3', 'phi2', 'bert'] as const) {
    it(`${variant}: every quantised layout at depths 1, 8 and ${BLOCKS}`, async (t) => {
      for (const type of ['q8_0', 'q4_0', 'q4_1', 'iq4_nl', 'q4_K', 'q6_K'] as const) {
        const path = randomModel(variant, type, 256, BLOCKS);
        for (const layout of layouts(backend).filter((candidate) => candidate.type === 'file')) {
          // The poolings take turns: which one it is does not depend on the type of the weights.
          for (const [depth, pooling] of [
            [1, 'cls'],
            [8, 'last'],
            [BLOCKS, 'mean'],
          ] as const) {
            const found = await worst(path, depth, layout, pooling);
            t.diagnostic(`${type} as ${layoutName(layout)}, depth ${depth}: cosine ${found.toFixed(6)}`);
            assert.ok(found >= QUANTISED_COSINE, `${type} as ${layoutName(layout)}, depth ${depth}: cosine ${found}`);
          }
        }
        rmSync(path);
      }
    });
  }

  for (const [name, path, depths] of [
    ['SmolLM2-135M, Q4_1', SMOL, [1, 8, 30]],
    ['MiniLM, F16', MINILM, [1, 6]],
  ] as const) {
    it(`${name}: every pooling at depths ${depths.join(', ')}`, async (t) => {
      for (const depth of depths) {
        for (const pooling of POOLINGS) {
          const found = await worst(path, depth, { type: 'file', repack: null }, pooling);
          t.diagnostic(`depth ${depth}, ${pooling}: cosine ${found.toFixed(6)}`);
          assert.ok(
            found >= (path === SMOL ? QUANTISED_COSINE : EXACT_COSINE),
            `depth ${depth}, ${pooling}: cosine ${found}`,
          );
        }
      }
    });
  }
});
