import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

const folder = join(import.meta.dirname, '../../native-models');
const shape = {
  id: z.string().regex(/^[a-z0-9.-]+$/),
  file: z.string().endsWith('.gguf'),
  title: z.string().min(1),
  licence: z.string().min(1),
  source: z.url({ protocol: /^https$/ }),
  size: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  architecture: z.enum(['llama', 'qwen2', 'qwen3', 'gemma3', 'phi2', 'bert']),
  weights: z.string().min(1),
  languages: z.array(z.string().regex(/^[a-z]{2,3}$/)).min(1),
  layers: z.int().positive(),
  width: z.int().positive(),
  context: z.int().positive(),
  parameters: z.int().positive(),
};
const Embedded = z.strictObject({ ...shape, made: z.string().min(1), card: z.string().endsWith('.md') });
const Offered = z.strictObject({
  ...shape,
  url: z.url({ protocol: /^https$/ }),
  hosts: z.array(z.string().regex(/^[a-z0-9.-]+$/)).min(1),
  why: z.string().min(1),
});
const all = z.array(z.union([Embedded, Offered])).parse(JSON.parse(readFileSync(join(folder, 'catalog.json'), 'utf8')));
const catalog = all.filter((entry) => 'card' in entry);
const offered = all.filter((entry) => 'url' in entry);

describe('the catalog of models to fetch', () => {
  it('names each once, none of which comes along, from one fixed commit each', () => {
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    assert.equal(new Set(all.map(({ sha256 }) => sha256)).size, all.length);
    for (const { url, file } of offered) {
      assert.match(url, /\/resolve\/[0-9a-f]{40}\//);
      assert.ok(url.endsWith(`/${file}`));
    }
  });

  it('has a small llama, a Qwen, a Gemma, an encoder, and one for many languages', () => {
    const kinds = new Set(offered.map(({ architecture }) => architecture));
    for (const kind of ['llama', 'qwen2', 'gemma3', 'bert'] as const) assert.ok(kinds.has(kind), kind);
    assert.ok(offered.some(({ architecture, languages }) => architecture === 'bert' && languages.includes('mul')));
  });
});

describe('the catalog of embedded base models', () => {
  it('names each model once, and every model file in the folder', () => {
    assert.equal(new Set(catalog.map((entry) => entry.id)).size, catalog.length);
    const large = readdirSync(folder).filter(
      (name) => name.endsWith('.gguf') && statSync(join(folder, name)).size > 20_000_000,
    );
    assert.deepEqual(catalog.map((entry) => entry.file).sort(), large.sort());
  });

  for (const entry of catalog) {
    it(`says of ${entry.id} what the file is`, async () => {
      const path = join(folder, entry.file);
      assert.equal(statSync(path).size, entry.size);
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      assert.equal(hash.digest('hex'), entry.sha256);
      const head = Buffer.alloc(1 << 16);
      const file = openSync(path, 'r');
      readSync(file, head);
      closeSync(file);
      assert.equal(head.toString('latin1', 0, 4), 'GGUF');
      const number = (key: string): number => {
        const at = head.indexOf(`${entry.architecture}.${key}`);
        assert.ok(at > 0, key);
        const type = at + Buffer.byteLength(`${entry.architecture}.${key}`);
        assert.equal(head.readUInt32LE(type), 4, `${key} is a UINT32`);
        return head.readUInt32LE(type + 4);
      };
      assert.equal(number('block_count'), entry.layers);
      assert.equal(number('embedding_length'), entry.width);
      assert.equal(number('context_length'), entry.context);
    });

    it(`gives ${entry.id} a card with its SHA-256, its source and its licence's text`, () => {
      const card = readFileSync(join(folder, entry.card), 'utf8');
      for (const fact of [entry.sha256, entry.source, entry.licence, entry.size.toLocaleString('en-US')]) {
        assert.ok(card.includes(fact), `${entry.card} does not say ${fact}`);
      }
      assert.match(readFileSync(join(folder, `LICENSE-${entry.licence}.txt`), 'utf8'), /Apache License\s+Version 2\.0/);
    });
  }
});
