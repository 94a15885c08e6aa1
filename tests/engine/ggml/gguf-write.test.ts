import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { GgufError, GgufWriteError } from '../../../engine/ggml/gguf/errors.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import { rewriteGguf, truncateGguf } from '../../../engine/ggml/gguf/rewrite.ts';
import { GgufStrings } from '../../../engine/ggml/gguf/strings.ts';
import { f32, str, u32, type GgufValue } from '../../../engine/ggml/gguf/values.ts';
import { encodeGguf, writeGguf, type GgufContent, type TensorContent } from '../../../engine/ggml/gguf/write.ts';
import { content } from './gguf-content.ts';

const folder = mkdtempSync(join(tmpdir(), 'moderato-gguf-'));
after(() => rmSync(folder, { recursive: true }));

const floats = (name: string, values: number[]): TensorContent => ({
  name,
  type: 'f32',
  ne: [values.length],
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** A model of three layers in miniature. */
const model: GgufContent = {
  metadata: [
    ['general.architecture', str('gemma3')],
    ['gemma3.block_count', u32(3)],
    ['gemma3.attention.head_count', { type: 'arr', of: 'u32', value: Uint32Array.of(4, 5, 6) }],
    ['gemma3.attention.sliding_window_pattern', { type: 'arr', of: 'bool', value: Uint8Array.of(1, 0, 1) }],
    ['tokenizer.ggml.scores', { type: 'arr', of: 'f32', value: Float32Array.of(1, 2, 3) }],
    ['tokenizer.ggml.tokens', { type: 'arr', of: 'str', value: GgufStrings.of(['a', 'b', 'c']) }],
  ],
  tensors: [
    floats('token_embd.weight', [1, 2, 3]),
    ...[0, 1, 2].map((i) => floats(`blk.${i}.attn_q.weight`, [i, i + 0.5])),
    floats('output_norm.weight', [7]),
  ],
};

/** What a file holds, in a form that can be compared. */
function contentOf(path: string | Uint8Array) {
  using file = readGguf(path);
  const plain = ({ type, value, ...of }: GgufValue) => ({
    type,
    ...of,
    value: value instanceof GgufStrings ? value.toArray() : value,
  });
  return {
    metadata: [...file.metadata.values].map(([key, value]) => [key, plain(value)]),
    tensors: [...file.tensors.values()].map((tensor) => ({
      name: tensor.name,
      type: tensor.type,
      ne: tensor.ne,
      data: Array.from(file.readTensor(tensor)),
    })),
  };
}

describe('writing GGUF', () => {
  it('gives a file that reads back the same', () => {
    fc.assert(
      fc.property(content, (given) => {
        const bytes = encodeGguf(given);
        const found = readGguf(bytes);
        assert.deepEqual(
          [...found.metadata.values].map(([key, value]) => [
            key,
            'raw' in Object(value.value) ? [...(value.value as GgufStrings)] : value,
          ]),
          given.metadata.map(([key, value]) => [
            key,
            'raw' in Object(value.value) ? [...(value.value as GgufStrings)] : value,
          ]),
        );
        assert.deepEqual(
          contentOf(bytes).tensors,
          given.tensors.map((tensor) => ({ ...tensor, data: Array.from(tensor.data) })),
        );
        // What was read writes the same bytes again.
        const again = [...found.tensors.values()].map((tensor) => ({
          ...tensor,
          data: () => [found.readTensor(tensor)],
        }));
        assert.deepEqual(encodeGguf({ metadata: found.metadata.values, tensors: again }), bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same bytes to a file as to memory, and leaves nothing else behind', () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    const path = join(own, 'model.gguf');
    writeFileSync(path, 'an older file');
    writeGguf(path, model);
    assert.deepEqual(new Uint8Array(readFileSync(path)), encodeGguf(model));
    assert.deepEqual(readdirSync(own), ['model.gguf']);
  });

  it('aligns every tensor', () => {
    const bytes = encodeGguf({
      metadata: [['general.alignment', u32(256)]],
      tensors: [floats('a', [1]), floats('b', [2, 3])],
    });
    for (const { offset } of readGguf(bytes).tensors.values()) assert.equal(offset % 256, 0);
    assert.equal(bytes.length % 256, 0);
  });

  it('refuses what the reader would refuse', () => {
    const refused = (change: Partial<GgufContent>): void => {
      assert.throws(() => encodeGguf({ metadata: [], tensors: [], ...change }), RangeError);
    };
    const one = floats('a', [1, 2]);
    refused({ tensors: [one, one] });
    refused({ tensors: [{ ...one, name: '' }] });
    refused({ tensors: [{ ...one, name: 'x'.repeat(64) }] });
    refused({ tensors: [{ ...one, ne: [3] }] });
    refused({ tensors: [{ ...one, ne: [] }] });
    refused({ tensors: [{ ...one, ne: [2, 1, 1, 1, 1] }] });
    refused({ tensors: [{ ...one, ne: [0] }] });
    refused({ tensors: [{ ...one, type: 'q8_0' }] });
    refused({ tensors: [{ ...one, data: () => [new Uint8Array(4)] }] });
    refused({ tensors: [{ ...one, data: () => [new Uint8Array(4), new Uint8Array(8)] }] });
    refused({ metadata: [['general.alignment', u32(3)]] });
    refused({ metadata: [['k', u32(2 ** 32)]] });
    refused({ metadata: [['k', u32(0.5)]] });
    refused({ metadata: [['k', { type: 'i8', value: 128 }]] });
    refused({ metadata: [['k', { type: 'u64', value: -1n }]] });
    refused({
      metadata: [
        ['k', u32(1)],
        ['k', u32(1)],
      ],
    });
    refused({ metadata: [['\ud800', u32(1)]] });
  });
});

describe('a GGUF that cannot be written', () => {
  const cannot = (path: string, expected: RegExp, given: GgufContent = model): void => {
    assert.throws(
      () => writeGguf(path, given),
      (error) => {
        assert.ok(error instanceof GgufWriteError, String(error));
        assert.match(error.message, expected);
        assert.ok(error.message.startsWith(path));
        return true;
      },
    );
  };

  it('for want of a folder, or over a folder, is said so', () => {
    cannot(join(folder, 'no', 'such', 'folder.gguf'), /no such folder/);
    const taken = join(folder, 'taken.gguf');
    mkdirSync(taken);
    cannot(taken, /is a folder/);
    assert.ok(!readdirSync(folder).some((name) => name.endsWith('.tmp')));
  });

  it('leaves the old file as it was where its tensors fail on the way', () => {
    const path = join(folder, 'kept.gguf');
    writeFileSync(path, 'an older file');
    const data = (): Iterable<Uint8Array> => {
      throw new Error('the source broke');
    };
    assert.throws(
      () => writeGguf(path, { metadata: [], tensors: [{ name: 'a', type: 'f32', ne: [1], data }] }),
      /source broke/,
    );
    assert.equal(readFileSync(path, 'utf8'), 'an older file');
    assert.ok(!readdirSync(folder).some((name) => name.endsWith('.tmp')));
  });

  /** Runs `check` on a small disk of its own, or skips the test where none can be mounted. */
  const onDisk = (t: TestContext, options: string, check: (disk: string) => void): void => {
    const disk = mkdtempSync(join(folder, 'disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk], { stdio: 'pipe' });
    } catch {
      return t.skip('only root can mount a disk for this test');
    }
    try {
      check(disk);
    } finally {
      execFileSync('umount', [disk]);
    }
  };

  it('on a read-only disk is said so', (t) => {
    onDisk(t, 'ro', (disk) => cannot(join(disk, 'a.gguf'), /may not be written/));
  });

  it('on a full disk leaves no half file', (t) => {
    onDisk(t, 'size=64k', (disk) => {
      const large: TensorContent = { name: 'a', type: 'i8', ne: [2 ** 17], data: new Uint8Array(2 ** 17) };
      cannot(join(disk, 'a.gguf'), /disk is full/, { metadata: [], tensors: [large] });
      assert.deepEqual(readdirSync(disk), []);
    });
  });
});

describe('rewriting GGUF', () => {
  const source = join(folder, 'source.gguf');
  const target = join(folder, 'target.gguf');
  writeGguf(source, model);

  it('without changes copies byte by byte, also onto itself', () => {
    rewriteGguf(source, target, {});
    assert.deepEqual(readFileSync(target), readFileSync(source));
    rewriteGguf(target, target, {});
    assert.deepEqual(readFileSync(target), readFileSync(source));
  });

  it('changes types, keys and tensors as asked', () => {
    rewriteGguf(source, target, {
      metadata: new Map<string, GgufValue | undefined>([
        ['general.file_type', u32(1)],
        ['tokenizer.ggml.scores', undefined],
      ]),
      tensor: ({ name }) => {
        if (name === 'output_norm.weight') return 'drop';
        if (!name.startsWith('blk.')) return 'keep';
        const convert = (bytes: Uint8Array): Uint8Array =>
          new Uint8Array(Float16Array.from(new Float32Array(bytes.slice().buffer)).buffer);
        return { type: 'f16', convert };
      },
    });
    using file = readGguf(target);
    assert.equal(file.metadata.requireUint('general.file_type'), 1);
    assert.ok(!file.metadata.has('tokenizer.ggml.scores'));
    assert.ok(!file.tensors.has('output_norm.weight'));
    const changed = file.requireTensor('blk.2.attn_q.weight');
    assert.equal(changed.type, 'f16');
    assert.deepEqual([...new Float16Array(file.readTensor(changed).slice().buffer)], [2, 2.5]);
  });

  it('cuts a model to its first layers and leaves the rest', () => {
    truncateGguf(source, target, { blocks: 2, pooling: 'last' });
    const before = contentOf(source);
    const cut = contentOf(target);
    assert.deepEqual(
      cut.tensors,
      before.tensors.filter(({ name }) => !name.startsWith('blk.2.')),
    );
    using file = readGguf(target);
    assert.equal(file.metadata.requireUint('gemma3.block_count'), 2);
    assert.equal(file.metadata.requireUint('gemma3.pooling_type'), 3);
    assert.deepEqual(Array.from(file.metadata.requireNumbers('gemma3.attention.head_count')), [4, 5]);
    assert.deepEqual(Array.from(file.metadata.requireNumbers('gemma3.attention.sliding_window_pattern')), [1, 0]);
    assert.equal(file.metadata.requireNumbers('tokenizer.ggml.scores').length, 3, 'a list that is not per layer stays');
    assert.equal(file.metadata.requireStrings('tokenizer.ggml.tokens').length, 3);
  });

  it('refuses layers that are not there', () => {
    for (const blocks of [0, 4, 1.5]) assert.throws(() => truncateGguf(source, target, { blocks }), GgufError);
  });

  it('keeps values as they are typed', () => {
    writeGguf(source, {
      metadata: [...model.metadata, ['x', f32(0.1)], ['y', { type: 'i64', value: -5n }]],
      tensors: model.tensors,
    });
    rewriteGguf(source, target, { metadata: new Map([['z', str('new')]]) });
    assert.deepEqual(contentOf(target).metadata.slice(0, -1), contentOf(source).metadata);
  });
});
