import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { GgufError } from '../../../engine/ggml/gguf/errors.ts';
import { readGguf, type GgufFile } from '../../../engine/ggml/gguf/read.ts';
import { GgufStrings } from '../../../engine/ggml/gguf/strings.ts';
import { GGML_TYPES, ggmlTypeOf } from '../../../engine/ggml/gguf/types.ts';
import { f32, str, u32 } from '../../../engine/ggml/gguf/values.ts';
import { encodeGguf } from '../../../engine/ggml/gguf/write.ts';
import { content, Hand } from './gguf-content.ts';

const MIB = 2 ** 20;

/** Reads bytes that may be broken: either a GgufError, or a file of which every tensor can be read whole. */
function readOrRefuse(bytes: Uint8Array): GgufFile | GgufError {
  try {
    const file = readGguf(bytes, 'broken.gguf');
    for (const tensor of file.tensors.values()) {
      assert.ok(tensor.offset + tensor.byteLength <= bytes.length);
      assert.equal(file.readTensor(tensor).length, tensor.byteLength);
    }
    return file;
  } catch (error) {
    if (error instanceof GgufError) return error;
    throw error;
  }
}

function refusal(bytes: Uint8Array, expected: RegExp): GgufError {
  const found = readOrRefuse(bytes);
  assert.ok(found instanceof GgufError, 'the file was read');
  assert.match(found.message, expected);
  assert.match(found.message, /^broken\.gguf: .+: .+\. \w+/, 'names file, place, fault and what to do');
  return found;
}

describe('reading GGUF', () => {
  it('answers any cut with an error that names the file, or with tensors in range', () => {
    fc.assert(
      fc.property(content, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (given, share) => {
        const bytes = encodeGguf(given);
        const found = readOrRefuse(bytes.subarray(0, Math.floor(share * bytes.length)));
        // What is cut off may be padding only; a tensor or key that was there must not vanish in silence.
        if (!(found instanceof GgufError)) assert.equal(found.tensors.size, given.tensors.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('answers any flipped bit with an error, or with tensors in range', () => {
    fc.assert(
      fc.property(content, fc.nat(), (given, at) => {
        const bytes = encodeGguf(given);
        const bit = at % (8 * bytes.length);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        readOrRefuse(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it('answers every flipped bit of one file so, without large allocations', () => {
    const bytes = encodeGguf({
      metadata: [
        ['general.architecture', str('llama')],
        ['general.alignment', u32(64)],
        ['llama.rope.freq_base', f32(1e4)],
        ['tokenizer.ggml.tokens', { type: 'arr', of: 'str', value: GgufStrings.of(['a', 'bc', '', 'déf']) }],
        ['tokenizer.ggml.scores', { type: 'arr', of: 'f32', value: Float32Array.of(1, 2, 3, 4) }],
      ],
      tensors: [
        { name: 'a.weight', type: 'f32', ne: [3, 2], data: new Uint8Array(24) },
        { name: 'b.weight', type: 'q8_0', ne: [32, 2], data: new Uint8Array(68) },
      ],
    });
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const broken = bytes.slice();
      broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      readOrRefuse(broken);
      if (bit % 64 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    assert.ok(most < 64 * MIB, `${most} bytes`);
  });

  it('answers bytes without any sense', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
        readOrRefuse(Uint8Array.from([...Hand.header(1, 1).bytes, ...tail]));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hostile GGUF', () => {
  const ones = 2n ** 64n - 1n;

  it('is not a GGUF, or not one of a version that can be read', () => {
    refusal(new Uint8Array(), /empty/);
    refusal(Buffer.from('PK\x03\x04 a zip archive that somebody renamed'), /not a GGUF/);
    refusal(Buffer.from('GGUF'), /whole header/);
    refusal(Hand.header(0, 0, 1).bytes, /version 1/);
    refusal(Hand.header(0, 0, 4).bytes, /version 4/);
    refusal(Hand.header(0, 0, 0x03000000).bytes, /big-endian/);
  });

  it('announces more than the file can hold', () => {
    refusal(Hand.header(0, ones).bytes, /number of metadata keys/);
    refusal(Hand.header(ones, 0).bytes, /number of tensors/);
    refusal(Hand.header(1, 0).bytes, /number of tensors/);
    refusal(Hand.header(100_000, 0).raw(new Uint8Array(2_600_000)).bytes, /number of tensors/);
    refusal(Hand.header(0, 1).u64(ones).raw(new Uint8Array(50)).bytes, /length of a key/);
    refusal(
      Hand.header(0, 1)
        .key('k', 'str')
        .u64(2n ** 40n)
        .raw(new Uint8Array(50)).bytes,
      /length of a text/,
    );
    refusal(
      Hand.header(0, 1)
        .key('k', 'arr')
        .u32(4)
        .u64(2n ** 62n)
        .raw(new Uint8Array(50)).bytes,
      /number of elements/,
    );
    refusal(
      Hand.header(0, 1)
        .key('k', 'arr')
        .u32(8)
        .u64(2n ** 61n)
        .raw(new Uint8Array(50)).bytes,
      /number of texts/,
    );
    refusal(
      Hand.header(0, 1).key('k', 'arr').u32(8).u64(2).u64(ones).raw(new Uint8Array(50)).bytes,
      /longer than the file/,
    );
  });

  it('has values that do not exist', () => {
    refusal(Hand.header(0, 1).text('k').u32(13).raw(new Uint8Array(50)).bytes, /value type 13/);
    refusal(Hand.header(0, 1).key('k', 'arr').u32(9).u64(1).raw(new Uint8Array(50)).bytes, /list of lists/);
    refusal(Hand.header(0, 1).key('k', 'bool').raw([2]).bytes, /'k'.*holds 2/);
    refusal(Hand.header(0, 1).key('k', 'arr').u32(7).u64(2).raw([1, 255]).bytes, /'k'.*holds 255/);
  });

  it('has names that are empty, doubled, too long or no UTF-8', () => {
    refusal(Hand.header(0, 1).key('', 'u8').raw(new Uint8Array(20)).bytes, /empty/);
    refusal(Hand.header(0, 1).key('a\0b', 'u8').raw([1]).bytes, /NUL/);
    refusal(Hand.header(0, 1).u64(2).raw([0xc3, 0x28]).u32(0).raw([1]).bytes, /not UTF-8/);
    refusal(Hand.header(0, 2).key('k', 'u8').raw([1]).key('k', 'u8').raw([1]).bytes, /'k'.*twice/);
    refusal(Hand.header(1, 0).tensor('x'.repeat(64), 0, [1], 0).data(4).bytes, /length of its name/);
    refusal(Hand.header(2, 0).tensor('x', 0, [1], 0).tensor('x', 0, [1], 32).data(64).bytes, /'x'.*twice/);
  });

  it('has an alignment that is none', () => {
    for (const alignment of [0, 3, 48, 2 ** 31]) {
      refusal(
        Hand.header(0, 1).key('general.alignment', 'u32').u32(alignment).bytes,
        /general\.alignment.*power of two/,
      );
    }
    refusal(Hand.header(0, 1).key('general.alignment', 'u64').u64(32).bytes, /general\.alignment.*u32/);
  });

  it('has tensors with impossible sizes or types', () => {
    const one = (type: number, ne: (number | bigint)[], offset: number | bigint = 0) =>
      Hand.header(1, 0).tensor('t', type, ne, offset).data(64).bytes;
    refusal(one(0, [1, 1, 1, 1, 1]), /5 dimensions/);
    refusal(one(0, [0]), /is 0/);
    refusal(one(0, [ones]), /dimension 0/);
    refusal(one(0, [2n ** 32n, 2n ** 32n]), /2\^53/);
    refusal(one(0, [2n ** 26n, 2n ** 26n]), /reaches to byte/);
    refusal(one(0, [17]), /reaches to byte/);
    refusal(one(2, [33]), /multiple of the 32 values/);
    refusal(one(12, [32]), /multiple of the 256 values/);
    refusal(one(4, [32]), /q4_2/);
    refusal(one(43, [32]), /number 43/);
    refusal(one(2 ** 32 - 1, [32]), /does not know/);
    refusal(one(0, [1], 33), /multiple of the alignment/);
    refusal(one(0, [1], 64), /reaches to byte/);
    refusal(one(0, [1], 2n ** 63n), /offset/);
    assert.ok(!(readOrRefuse(one(0, [16])) instanceof GgufError), 'the last size that fits is read');
  });

  it('has tensors that overlap', () => {
    const two = (second: number) =>
      Hand.header(2, 0).tensor('a', 0, [16], 0).tensor('b', 0, [8], second).data(128).bytes;
    refusal(two(32), /'b'.*overlaps tensor 'a'/);
    refusal(two(0), /overlaps/);
    assert.ok(!(readOrRefuse(two(64)) instanceof GgufError), 'tensors side by side are read');
  });
});

describe('GGUF metadata getters', () => {
  const { metadata } = readGguf(
    encodeGguf({
      metadata: [
        ['count', u32(7)],
        ['negative', { type: 'i32', value: -1 }],
        ['huge', { type: 'u64', value: 2n ** 60n }],
        ['rate', f32(0.5)],
        ['endless', f32(Infinity)],
        ['name', str('llama')],
        ['tokens', { type: 'arr', of: 'str', value: GgufStrings.of(['a', 'b']) }],
        ['heads', { type: 'arr', of: 'u32', value: Uint32Array.of(4, 8) }],
        ['wide', { type: 'arr', of: 'u64', value: BigUint64Array.of(4n, 2n ** 60n) }],
      ],
      tensors: [],
    }),
    'm.gguf',
  );
  const fails = (get: () => unknown, key: string): void => {
    assert.throws(
      get,
      (error) => error instanceof GgufError && error.place === `key '${key}'` && error.file === 'm.gguf',
    );
  };

  it('give what is there in the asked type', () => {
    assert.equal(metadata.requireUint('count'), 7);
    assert.equal(metadata.requireFloat('rate'), 0.5);
    assert.equal(metadata.requireString('name'), 'llama');
    assert.deepEqual(metadata.requireStrings('tokens').toArray(), ['a', 'b']);
    assert.deepEqual(Array.from(metadata.requireNumbers('heads')), [4, 8]);
    assert.equal(metadata.optionalUint('absent'), undefined);
    assert.equal(metadata.optionalStrings('absent'), undefined);
  });

  it('name the key that is missing, of another type or out of range', () => {
    fails(() => metadata.requireUint('absent'), 'absent');
    fails(() => metadata.requireStrings('absent'), 'absent');
    fails(() => metadata.optionalUint('negative'), 'negative');
    fails(() => metadata.optionalUint('huge'), 'huge');
    fails(() => metadata.optionalUint('rate'), 'rate');
    fails(() => metadata.optionalFloat('endless'), 'endless');
    fails(() => metadata.optionalFloat('count'), 'count');
    fails(() => metadata.optionalString('tokens'), 'tokens');
    fails(() => metadata.optionalStrings('heads'), 'heads');
    fails(() => metadata.optionalNumbers('wide'), 'wide');
    fails(() => metadata.optionalBool('name'), 'name');
  });
});

describe('GGUF files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-gguf-'));
  after(() => rmSync(folder, { recursive: true }));

  it('hold only their head in memory', () => {
    const path = join(folder, 'large.gguf');
    // 512 MiB of tensor that take no room on the disk
    const length = 512 * MIB;
    writeFileSync(
      path,
      Hand.header(1, 0)
        .tensor('t', GGML_TYPES.f32.id, [length / 4], 0)
        .data(0).bytes,
    );
    const start = 64;
    truncateSync(path, start + length);
    const before = process.memoryUsage().arrayBuffers;
    using file = readGguf(path);
    assert.equal(file.requireTensor('t').byteLength, length);
    assert.equal(file.requireTensor('t').offset, start);
    assert.ok(process.memoryUsage().arrayBuffers - before < MIB);
    const part = file.readPart(file.requireTensor('t'), length - 8, new Uint8Array(8));
    assert.deepEqual(part, new Uint8Array(8));
    assert.throws(() => file.readPart(file.requireTensor('t'), length - 7, new Uint8Array(8)), RangeError);
    assert.throws(() => file.requireTensor('u'), /'u'/);
  });

  it('that are missing or folders are named', () => {
    assert.throws(() => readGguf(join(folder, 'none.gguf')), GgufError);
    assert.throws(() => readGguf(folder), /not a file/);
  });

  it('with a large vocabulary are read quickly enough to be lazy about it', () => {
    const tokens = GgufStrings.of(Array.from({ length: 250_000 }, (_, i) => `token ${i}`));
    const path = join(folder, 'vocabulary.gguf');
    writeFileSync(
      path,
      encodeGguf({ metadata: [['tokenizer.ggml.tokens', { type: 'arr', of: 'str', value: tokens }]], tensors: [] }),
    );
    using file = readGguf(path);
    const list = file.metadata.requireStrings('tokenizer.ggml.tokens');
    assert.equal(list.length, 250_000);
    assert.equal(list.at(249_999), 'token 249999');
    assert.throws(() => list.at(250_000), RangeError);
    assert.equal(list.raw.length, tokens.raw.length);
  });
});

describe('GGML types', () => {
  it('have numbers of their own that lead back to them', () => {
    for (const [name, { id, blockSize, blockBytes }] of Object.entries(GGML_TYPES)) {
      assert.equal(ggmlTypeOf(id), name);
      assert.ok(blockSize >= 1 && blockBytes >= 1);
    }
    assert.equal(ggmlTypeOf(43), undefined);
  });
});
