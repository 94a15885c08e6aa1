import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { widthOf, type Adapter } from '../../../engine/adapter/adapter.ts';
import { AdapterBaseMismatch, AdapterError } from '../../../engine/adapter/errors.ts';
import { assertBase, assertFits, decodeAdapter, encodeAdapter } from '../../../engine/adapter/file.ts';
import { GgufError } from '../../../engine/ggml/gguf/errors.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import { f32, str, u32, type GgufValue } from '../../../engine/ggml/gguf/values.ts';
import { encodeGguf, type TensorContent } from '../../../engine/ggml/gguf/write.ts';
import type { Hyperparameters } from '../../../engine/model/hyperparameters.ts';

const SHA = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';
const WIDTH = 6;

const probe: Adapter = {
  name: 'default',
  method: 'probe',
  base: { name: 'tiny', sha256: SHA, architecture: 'llama' },
  exitDepth: 8,
  pooling: 'mean',
  instruction: 'Instruct: classify.\nQuery: ',
  task: 'binary',
  labels: ['fine', 'abusive'],
  neutralLabel: 'fine',
  temperature: 1.3,
  thresholds: [0.5, 0.62],
  languages: ['en'],
  training: { rows: 12, sets: [{ name: 'a', rows: 12 }] },
  head: { weight: Float32Array.from({ length: 2 * WIDTH }, (_, i) => i / 7 - 0.5), bias: Float32Array.of(0.25, -0.25) },
};

/** The adapter's file with some keys or tensors changed, as a faulty program might write it. */
function altered(
  changes: Record<string, GgufValue | undefined>,
  tensors: Record<string, TensorContent | undefined> = {},
): Uint8Array {
  const file = readGguf(encodeAdapter(probe));
  const metadata = new Map(file.metadata.values);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  }
  const kept = new Map<string, TensorContent>();
  for (const tensor of file.tensors.values()) kept.set(tensor.name, { ...tensor, data: file.readTensor(tensor) });
  for (const [name, tensor] of Object.entries(tensors)) {
    if (tensor === undefined) kept.delete(name);
    else kept.set(name, tensor);
  }
  return encodeGguf({ metadata, tensors: kept.values() });
}

const floats = (name: string, ne: number[], values: number[]): TensorContent => ({
  name,
  ne,
  type: 'f32',
  data: new Uint8Array(Float32Array.from(values).buffer),
});

const refused = (
  bytes: Uint8Array,
  place: RegExp,
  kind: typeof AdapterError | typeof GgufError = AdapterError,
): void => {
  assert.throws(
    () => decodeAdapter(bytes, { source: 'shelf/default.gguf' }),
    (error) => {
      assert.ok(error instanceof kind, String(error));
      assert.match(error.place, place);
      assert.match(error.message, /^shelf\/default\.gguf: .+\. .+/);
      return true;
    },
  );
};

/** A llama of so many values and layers; a probe asks for no more. */
const shapeOf = (width: number, blocks: number): Hyperparameters => ({
  architecture: 'llama',
  blocks,
  width,
  heads: 1,
  kvHeads: 1,
  headWidth: width,
  mlpWidth: 2 * width,
  context: 128,
  vocabulary: 100,
  normEpsilon: 1e-5,
  rope: { dims: 2, base: 1e4, scale: 1 },
  window: null,
  attentionScale: 1,
});

describe('adapter file', () => {
  it('reads back what it wrote', () => {
    assert.deepEqual(decodeAdapter(encodeAdapter(probe), { source: 'x' }), probe);
    assert.equal(widthOf(probe), WIDTH);
  });

  it('reads back any adapter', () => {
    const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const number = fc.float({ noNaN: true, noDefaultInfinity: true });
    const any = fc
      .record({
        labels: fc.uniqueArray(words, { minLength: 2, maxLength: 5 }),
        width: fc.integer({ min: 1, max: 9 }),
        pooling: fc.constantFrom('mean', 'last', 'cls'),
        task: fc.constantFrom('multi-class', 'multi-label'),
        instruction: fc.string({ unit: 'grapheme' }),
        temperature: fc.double({ min: 0.01, max: 100, noNaN: true }),
        withNgrams: fc.boolean(),
        numbers: fc.array(number, { minLength: 200, maxLength: 200 }),
      })
      .map(({ width, withNgrams, numbers, ...rest }): Adapter => {
        const outputs = rest.labels.length;
        const vectors = outputs === 2 ? 1 : outputs;
        const take = (count: number, from: number): Float32Array =>
          Float32Array.from(numbers.slice(from, from + count));
        return {
          ...probe,
          ...rest,
          neutralLabel: null,
          thresholds: rest.labels.map((_, i) => i / outputs),
          head: { weight: take(width * outputs, 0), bias: take(outputs, 50) },
          ...(withNgrams && {
            ngrams: { weight: take(16 * vectors, 60), bias: take(vectors, 150), shortest: 2, longest: 5 },
          }),
        };
      });
    fc.assert(
      fc.property(any, (adapter) => {
        assert.deepEqual(decodeAdapter(encodeAdapter(adapter), { source: 'x' }), adapter);
      }),
      { numRuns: 200 },
    );
  });

  it('belongs to one base model, by SHA-256', () => {
    assertBase(probe, { name: 'another name', sha256: SHA });
    const other = { name: 'tiny-q8', sha256: 'f'.repeat(64) };
    assert.throws(
      () => assertBase(probe, other),
      (error) => {
        assert.ok(error instanceof AdapterBaseMismatch);
        for (const part of ['tiny', SHA, 'tiny-q8', other.sha256, 'default'])
          assert.ok(error.message.includes(part), part);
        return true;
      },
    );
  });

  it('fits the width and the layers of its base', () => {
    assertFits(probe, shapeOf(WIDTH, 8));
    assert.throws(() => assertFits(probe, shapeOf(WIDTH + 1, 8)), /6 values, the model has 7/);
    assert.throws(() => assertFits(probe, shapeOf(WIDTH, 7)), /is 8, the model has 7 layers/);
  });

  it('names the key that is wrong', () => {
    refused(altered({ 'general.type': str('model') }), /general\.type/);
    refused(altered({ 'moderato.format': undefined }), /moderato\.format/);
    refused(altered({ 'moderato.format': u32(2) }), /moderato\.format/);
    refused(altered({ 'adapter.type': str('prefix-tuning') }), /adapter\.type/);
    refused(altered({ 'adapter.type': str('houlsby') }), /adapter\.type/);
    refused(altered({ 'moderato.pooling': str('max') }), /moderato\.pooling/);
    refused(altered({ 'moderato.base.sha256': str('abc') }), /moderato\.base\.sha256/);
    refused(altered({ 'moderato.temperature': f32(0) }), /moderato\.temperature/);
    refused(altered({ 'moderato.temperature': f32(NaN) }), /moderato\.temperature/, GgufError);
    refused(altered({ 'moderato.exit_depth': undefined }), /moderato\.exit_depth/, GgufError);
    refused(
      altered({ 'moderato.thresholds': { type: 'arr', of: 'f64', value: Float64Array.of(0.5) } }),
      /moderato\.thresholds/,
    );
    refused(altered({ 'moderato.neutral_label': str('nice') }), /moderato\.neutral_label/);
    refused(altered({ 'moderato.training': str('[1') }), /moderato\.training/);
  });

  it('checks shapes and numbers of every tensor', () => {
    const weight = 'moderato.head.weight';
    refused(altered({}, { [weight]: undefined }), /moderato\.head\.weight/, GgufError);
    refused(altered({}, { [weight]: floats(weight, [3 * WIDTH], Array(3 * WIDTH).fill(0)) }), /moderato\.head\.weight/);
    refused(altered({}, { [weight]: floats(weight, [WIDTH, 3], Array(3 * WIDTH).fill(0)) }), /moderato\.head\.weight/);
    refused(
      altered({}, { 'moderato.head.bias': floats('moderato.head.bias', [2], [0, Infinity]) }),
      /moderato\.head\.bias/,
    );
    refused(altered({}, { 'blk.0.attn_q.weight.lora_a': floats('blk.0.attn_q.weight.lora_a', [1], [0]) }), /lora_a/);
  });

  it('checks the n-grams that travel along', () => {
    const ngrams = { weight: new Float32Array(16), bias: new Float32Array(1), shortest: 2, longest: 5 };
    const bytes = encodeAdapter({ ...probe, ngrams });
    assert.deepEqual(decodeAdapter(bytes, { source: 'x' }).ngrams, ngrams);
    for (const wrong of [
      { shortest: 0 },
      { shortest: 6 },
      { weight: new Float32Array(15) },
      { bias: new Float32Array(2) },
    ]) {
      assert.throws(
        () => encodeAdapter({ ...probe, ngrams: { ...ngrams, ...wrong } }),
        AdapterError,
        JSON.stringify(wrong),
      );
    }
    const file = readGguf(bytes);
    const tensors = [...file.tensors.values()].map((tensor) => ({ ...tensor, data: file.readTensor(tensor) }));
    const metadata = new Map(file.metadata.values).set('moderato.ngrams.longest', u32(1));
    refused(encodeGguf({ metadata, tensors }), /moderato\.ngrams\.longest/);
    metadata.delete('moderato.ngrams.shortest');
    refused(encodeGguf({ metadata, tensors }), /moderato\.ngrams\.weight/);
  });

  it('does not write what it would not read', () => {
    const write = (change: Partial<Adapter>) => () => encodeAdapter({ ...probe, ...change });
    assert.throws(write({ labels: ['a', 'a'] }), AdapterError);
    assert.throws(write({ thresholds: [0.5] }), AdapterError);
    assert.throws(write({ head: { weight: Float32Array.of(1, NaN), bias: Float32Array.of(0, 0) } }), AdapterError);
    assert.throws(write({ head: { weight: new Float32Array(5), bias: new Float32Array(2) } }), AdapterError);
  });

  it('survives any cut and any flipped bit with a named error or a whole adapter', () => {
    const bytes = encodeAdapter(probe);
    const attempt = (damaged: Uint8Array): void => {
      try {
        decodeAdapter(damaged, { source: 'x' });
      } catch (error) {
        assert.ok(error instanceof AdapterError || error instanceof GgufError, String(error));
      }
    };
    for (let length = 0; length < bytes.length; length++) attempt(bytes.subarray(0, length));
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      attempt(damaged);
    }
  });
});
