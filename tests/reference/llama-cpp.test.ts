/** The yardstick itself: every random model runs in stock llama.cpp, and what llama-cpp.ts says about it is so. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Llama } from 'node-llama-cpp';
import { readGguf } from '../../engine/ggml/gguf/read.ts';
import { POOLING_TYPES, truncateGguf, type Pooling } from '../../engine/ggml/gguf/rewrite.ts';
import { cosine, openLlamaCpp, Reference } from './llama-cpp.ts';
import { tokenizerFor, VARIANTS, writeRandomModel, type Variant } from './random-models.ts';

const TEXTS = [
  'The weather is fine today and we walk along the river.',
  'My cat sleeps on the warm red sofa all the long afternoon.',
  'The weather is bad; please send me the report by Friday, thank you very much indeed!',
];
const POOLINGS = Object.keys(POOLING_TYPES) as Pooling[];
const folder = mkdtempSync(join(tmpdir(), 'moderato-reference-'));
let llama: Llama;

before(async () => {
  llama = await openLlamaCpp();
});
after(async () => {
  await llama.dispose();
  rmSync(folder, { recursive: true });
});

/** The pooled states of TEXTS, or of other texts, at one depth. */
async function states(
  model: string,
  blocks: number,
  pooling: Pooling,
  texts = TEXTS,
  exact = true,
): Promise<Float32Array[]> {
  const cut = join(folder, 'cut.gguf');
  truncateGguf(model, cut, { blocks, pooling });
  await using reference = await Reference.open(llama, cut, { exact });
  return await reference.embed(texts);
}

const same = (a: Float32Array | undefined, b: Float32Array | undefined): number =>
  cosine(a ?? new Float32Array(), b ?? new Float32Array());

for (const variant of Object.keys(VARIANTS) as Variant[]) {
  describe(`a random ${variant} model`, () => {
    const model = join(folder, `${variant}.gguf`);
    const options = { variant, tokenizer: tokenizerFor(variant) };
    before(() => writeRandomModel(model, options));
    after(() => rmSync(model));

    it('runs in llama.cpp at every depth and pooling, and tells texts apart', async () => {
      const found = new Map<string, Float32Array[]>();
      for (const blocks of [10, 8, 1]) {
        for (const pooling of POOLINGS) found.set(`${pooling} at ${blocks}`, await states(model, blocks, pooling));
      }
      for (const [name, vectors] of found) {
        assert.ok(
          vectors.every((v) => v.length === 64 && v.every(Number.isFinite)),
          name,
        );
        assert.ok(same(vectors[0], vectors[1]) < 0.98, `${name}: ${same(vectors[0], vectors[1])}`);
        // Not normalised: states of a model with norms have a length near the root of their width.
        assert.ok(
          vectors.every((v) => Math.hypot(...v) > 1.5),
          name,
        );
      }
      const at = (name: string, text: number): Float32Array | undefined => found.get(name)?.[text];
      for (const [a, b] of [
        ['mean at 10', 'last at 10'],
        ['mean at 10', 'cls at 10'],
        ['last at 10', 'cls at 10'],
        ['mean at 10', 'mean at 8'],
        ['mean at 8', 'mean at 1'],
      ] as const) {
        assert.ok(same(at(a, 0), at(b, 0)) < 0.99, `${a} and ${b} are as good as equal`);
      }
      // Texts 0 and 2 begin alike: a causal model's first state is the same, BERT's has seen the rest.
      const alike = same(at('cls at 10', 0), at('cls at 10', 2));
      if (VARIANTS[variant] === 'bert') assert.ok(alike < 0.999, `${alike}`);
      else assert.ok(alike > 0.999999, `${alike}`);
    });

    it('says the same with the settings that llama.cpp has by default, but for rounding', async () => {
      const exact = await states(model, 10, 'mean');
      const quick = await states(model, 10, 'mean', TEXTS, false);
      for (const [i, vector] of exact.entries()) assert.ok(same(vector, quick[i]) > 0.9999);
    });
  });
}

describe('random models', () => {
  it('are the same bytes from the same options', () => {
    const bytes = (seed: number): Buffer => {
      const path = join(folder, 'seeded.gguf');
      writeRandomModel(path, { variant: 'llama', tokenizer: tokenizerFor('llama'), blocks: 1, seed });
      return readFileSync(path);
    };
    assert.ok(bytes(1).equals(bytes(1)));
    assert.ok(!bytes(1).equals(bytes(2)));
  });

  it('run in f16 and in blocks that a callback makes', async () => {
    const path = join(folder, 'typed.gguf');
    const options = { variant: 'qwen3', tokenizer: tokenizerFor('qwen3') } as const;
    writeRandomModel(path, options);
    const f32 = await states(path, 10, 'mean');
    for (const type of ['f16', 'bf16', 'q8_0'] as const) {
      writeRandomModel(path, { ...options, type, ...(type === 'q8_0' && { quantise: q8 }) });
      using file = readGguf(path);
      assert.equal(file.requireTensor('blk.3.ffn_up.weight').type, type);
      assert.equal(file.requireTensor('output_norm.weight').type, 'f32');
      const found = await states(path, 10, 'mean');
      for (const [i, vector] of f32.entries()) assert.ok(same(vector, found[i]) > 0.995, type);
    }
  });
});

/** Blocks of 32 values: a scale in half precision, then a byte each. */
function q8(_: string, values: Float32Array): Uint8Array {
  const out = new Uint8Array((values.length / 32) * 34);
  const view = new DataView(out.buffer);
  for (let block = 0; block < values.length / 32; block++) {
    const part = values.subarray(32 * block, 32 * block + 32);
    const scale = Math.max(...part.map(Math.abs)) / 127;
    view.setFloat16(34 * block, scale, true);
    part.forEach((value, i) => view.setInt8(34 * block + 2 + i, scale === 0 ? 0 : Math.round(value / scale)));
  }
  return out;
}

describe("llama.cpp's word", () => {
  it("on tokens: BERT's are framed by [CLS] and [SEP], SmolLM2's get none added", async () => {
    for (const [variant, first, last] of [['bert', '[CLS]', '[SEP]'] as const, ['llama', 'The', '.'] as const]) {
      const path = join(folder, 'tokens.gguf');
      writeRandomModel(path, { variant, tokenizer: tokenizerFor(variant), blocks: 1 });
      using file = readGguf(path);
      const vocabulary = file.metadata.requireStrings('tokenizer.ggml.tokens');
      await using reference = await Reference.open(llama, path);
      const ids = reference.tokens('The weather is fine.');
      assert.equal(vocabulary.at(ids[0] ?? -1), first);
      assert.equal(vocabulary.at(ids.at(-1) ?? -1), last);
      assert.ok(ids.length >= 5);
    }
  });

  it('on the next token: probabilities of the whole vocabulary, from the likeliest on', async () => {
    const path = join(folder, 'next.gguf');
    writeRandomModel(path, { variant: 'llama', tokenizer: tokenizerFor('llama') });
    await using reference = await Reference.open(llama, path);
    const [one, two, again] = await reference.next([TEXTS[0] ?? '', TEXTS[1] ?? '', TEXTS[0] ?? '']);
    assert.ok(one && two && again);
    assert.equal(one.probabilities.size, 4096);
    const shares = [...one.probabilities.values()];
    assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-3);
    assert.equal(Math.max(...shares), one.probabilities.get(one.token));
    assert.deepEqual(one, again, 'a text is not changed by the ones before it');
    assert.notDeepEqual(one.probabilities, two.probabilities);
  });
});
