/** A plain LoRA that was made here, in stock llama.cpp: the same states, at full depth and on a truncated base. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Llama } from 'node-llama-cpp';
import type { Adapter } from '../../../engine/adapter/adapter.ts';
import { AdapterError } from '../../../engine/adapter/errors.ts';
import { decodeAdapter, encodeAdapter } from '../../../engine/adapter/file.ts';
import { linearLayers, modulesOf, type ModuleSettings } from '../../../engine/adapter/methods.ts';
import { encodePlainLora } from '../../../engine/adapter/plain-lora.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import { truncateGguf } from '../../../engine/ggml/gguf/rewrite.ts';
import { readHyperparameters } from '../../../engine/model/hyperparameters.ts';
import { Scorer } from '../../../engine/score/scorer.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { adapterOn } from '../../reference/adapters.ts';
import { cosine, openLlamaCpp, Reference } from '../../reference/llama-cpp.ts';
import { tokenizerFor, VARIANTS, writeRandomModel, type Variant } from '../../reference/random-models.ts';

const TEXTS = ['hello', 'The server is back, thank you for waiting!', 'Nobody asked you; go and read the rules first.'];
const BLOCKS = 4;
/** phi2 as one matrix has no q of its own that llama.cpp's adapters could name. */
const TRIED = (Object.keys(VARIANTS) as Variant[]).filter((variant) => variant !== 'phi2');

describe('a plain LoRA in llama.cpp', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-lora-'));
  let llama: Llama;
  before(async () => (llama = await openLlamaCpp()));
  after(async () => {
    await llama.dispose();
    rmSync(folder, { recursive: true });
  });

  /** An adapter with random A and B on every linear layer, strong enough to change the states. */
  async function adapterFor(base: string, depth: number, settings: Partial<ModuleSettings> = {}): Promise<Adapter> {
    using file = readGguf(base);
    const hyper = readHyperparameters(file);
    await using plain = await Scorer.open({ base, backend: 'cpu', deterministic: true, layout: 'f32', depth });
    const whole = {
      method: 'lora',
      rank: 3,
      alpha: 6,
      targets: [...linearLayers(hyper).keys()],
      from: 0,
      ...settings,
    } as ModuleSettings;
    const random = seededRandom(9);
    const { parameters } = modulesOf(whole, hyper, depth);
    return adapterOn(plain.info.base, {
      method: whole.method,
      exitDepth: depth,
      head: { weight: new Float32Array(2 * hyper.width), bias: new Float32Array(2) },
      modules: {
        settings: whole,
        tensors: new Map(
          parameters.map(({ name, ne }) => [
            name,
            { ne, values: Float32Array.from({ length: ne[0] * ne[1] }, () => (2 * random() - 1) / Math.sqrt(ne[0])) },
          ]),
        ),
      },
    });
  }

  async function states(base: string, adapter: Uint8Array | null, depth: number): Promise<readonly Float32Array[]> {
    const options = { base, backend: 'cpu', deterministic: true, ...(adapter ? { adapter } : { depth }) } as const;
    await using session = await Scorer.open(options);
    const { states: all } = await session.embed(
      TEXTS.map((text, i) => ({ key: `${i}`, text })),
      {},
    );
    const { width } = session.info;
    return TEXTS.map((_, i) => all.slice(i * width, (i + 1) * width));
  }

  for (const variant of TRIED)
    it(`${variant}: gives the states that it gives here`, async (t) => {
      const base = join(folder, `${variant}.gguf`);
      writeRandomModel(base, { variant, tokenizer: tokenizerFor(variant), blocks: BLOCKS, vocabulary: 2048 });
      for (const depth of [2, BLOCKS]) {
        const adapter = await adapterFor(base, depth);
        const ours = await states(base, encodeAdapter(adapter), depth);
        const lora = join(folder, `${variant}-${depth}.lora.gguf`);
        writeFileSync(lora, encodePlainLora(decodeAdapter(encodeAdapter(adapter), { source: 'test' })));
        const truncated = join(folder, `${variant}-${depth}.gguf`);
        truncateGguf(base, truncated, { blocks: depth, pooling: 'mean' });
        await using reference = await Reference.open(llama, truncated, { lora });
        const theirs = await reference.embed(TEXTS);
        const without = await states(base, null, depth);
        ours.forEach((state, i) => {
          const found = cosine(state, theirs[i] ?? new Float32Array());
          t.diagnostic(`depth ${depth}: cosine ${found.toFixed(6)}`);
          assert.ok(found >= 0.999, `${found}`);
          // Or an adapter that does nothing would pass.
          assert.ok(cosine(state, without[i] ?? new Float32Array()) < 0.99);
        });
      }
    });

  it('is refused for what would mean something else without its gate', async () => {
    const base = join(folder, 'gated.gguf');
    writeRandomModel(base, { variant: 'llama', tokenizer: tokenizerFor('llama'), blocks: 2, vocabulary: 2048 });
    const adapter = await adapterFor(base, 2, { method: 'ds-lora', gate: 16, scope: 'token' });
    assert.throws(
      () => encodePlainLora(adapter),
      (error) => error instanceof AdapterError && /--method lora/.test(error.message),
    );
  });

  it('names a tensor that is missing, of another size, or of no layer', async () => {
    const base = join(folder, 'strict.gguf');
    writeRandomModel(base, { variant: 'llama', tokenizer: tokenizerFor('llama'), blocks: 2, vocabulary: 2048 });
    const adapter = await adapterFor(base, 2);
    const tensors = new Map(adapter.modules?.tensors);
    const [[name = '', first] = []] = tensors;
    assert.ok(adapter.modules && first);
    const { settings } = adapter.modules;
    const refused = async (changed: Map<string, typeof first>, what: RegExp) => {
      const bytes = encodeAdapter({ ...adapter, modules: { settings, tensors: changed } });
      await assert.rejects(Scorer.open({ base, backend: 'cpu', deterministic: true, adapter: bytes }), (error) => {
        assert.ok(error instanceof AdapterError);
        assert.match(error.message, what);
        return true;
      });
    };
    await refused(new Map([...tensors].slice(1)), /lora_a': is missing/);
    await refused(
      new Map([...tensors, [name, { ne: [1, 1], values: new Float32Array(1) }]]),
      /has the sizes 1 × 1, the model needs/,
    );
    await refused(new Map([...tensors, ['blk.7.attn_q.weight.lora_a', first]]), /belongs to no layer/);
  });
});
