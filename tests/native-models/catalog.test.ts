import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

const folder = join(import.meta.dirname, '../../native-models');
const catalog = z
  .array(
    z.strictObject({
      id: z.string().regex(/^[a-z0-9-]+$/),
      file: z.string().endsWith('.gguf'),
      title: z.string().min(1),
      licence: z.string().min(1),
      source: z.url({ protocol: /^https$/ }),
      made: z.string().min(1),
      card: z.string().endsWith('.md'),
      size: z.int().positive(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      architecture: z.enum(['llama', 'qwen2', 'qwen3', 'gemma3', 'phi2', 'bert']),
      weights: z.string().min(1),
      languages: z.array(z.string().regex(/^[a-z]{2,3}$/)).min(1),
      layers: z.int().positive(),
      width: z.int().positive(),
      context: z.int().positive(),
      parameters: z.int().positive(),
    }),
  )
  .min(1)
  .parse(JSON.parse(readFileSync(join(folder, 'catalog.json'), 'utf8')));

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
