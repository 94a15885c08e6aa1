import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import type { MessageRecord } from '../../../desk/importers/record.ts';
import { contentHash, identityOf, ordinalIdentity, ordinalKey } from '../../../desk/store/identity.ts';
import { packRaw, unpackRaw } from '../../../desk/store/raw.ts';
import { message } from './fixtures.ts';

const word = fc.string({ unit: fc.constantFrom('a', '1', ' ', '~', '=', '\0'), maxLength: 3 });
const someone = fc.record({
  platform: fc.constantFrom<MessageRecord['platform'][]>('discord', 'telegram'),
  channel: word.map((id) => ({ id, name: 'x' })),
  id: fc.option(word),
  author: fc.record({ id: fc.option(word), name: word, bot: fc.boolean() }),
  time: fc.option(
    fc.record({ ms: fc.constantFrom(0, 1, -1, 17), zone: fc.constantFrom<('utc' | 'unknown')[]>('utc', 'unknown') }),
  ),
  text: word,
});

/** What identity is made of, unambiguously. */
function parts({ platform, channel, id, author, time, text }: MessageRecord): string {
  return JSON.stringify(
    id !== null ? [platform, channel.id, id] : [platform, channel.id, time, author.id ?? author.name, text, 0],
  );
}

describe('identity', () => {
  it('is the same exactly when platform, channel and id are, or without an id all that tells messages apart', () => {
    fc.assert(
      fc.property(someone, someone, (a, b) => {
        const [one, two] = [message(a), message(b)];
        const same = parts(one) === parts(two);
        const [first, second] = [identityOf(one), identityOf(two)];
        assert.equal(first.identity === second.identity, same);
        if (one.platform === two.platform && one.channel.id === two.channel.id)
          assert.equal(first.key === second.key, same);
      }),
      { numRuns: 3_000 },
    );
  });

  it('differs from ordinal to ordinal', () => {
    const { identity: sum, key } = identityOf(message({ id: null }));
    const identity = Buffer.from(sum, 'latin1');
    const all = [0, 1, 2, 10].map((n) => Buffer.from(ordinalIdentity(identity, n)).toString('hex'));
    assert.equal(new Set(all).size, 4);
    assert.equal(all[0], identity.toString('hex'));
    assert.equal(ordinalKey(identity, 1_700_000_000_000, 0), key);
  });

  it('keeps rows without ids in the order of their times', () => {
    const at = (ms: number): string => identityOf(message({ id: null, time: { ms, zone: 'utc' } })).key;
    const times = [-1e13, -1, 0, 1, 35, 36, 1e12, 1.7e12, 4e12];
    assert.deepEqual(times.map(at).sort(), times.map(at));
  });

  it('hashes equal texts alike and other texts apart', () => {
    const hashes = new Set(Array.from({ length: 50_000 }, (_, i) => contentHash(`text ${i}`)));
    assert.equal(hashes.size, 50_000);
    assert.ok([...hashes].every(Number.isSafeInteger));
    assert.equal(contentHash('text 7'), contentHash(['text', '7'].join(' ')));
  });
});

describe('raw records', () => {
  it('come back exactly, whatever UTF-16 they hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }), {
          minLength: 1,
          maxLength: 40,
        }),
        (records) => {
          const block = packRaw(records);
          records.forEach((record, place) => assert.equal(unpackRaw(block, place), record));
          assert.throws(() => unpackRaw(block, records.length), RangeError);
        },
      ),
    );
  });

  it('of a damaged block are an error', () => {
    const block = packRaw(['one', 'two']);
    for (let i = 0; i < block.length; i++) {
      const damaged = Buffer.from(block);
      damaged[i]! ^= 0x10;
      try {
        assert.equal(unpackRaw(damaged, 1), 'two');
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }
    const liar = Buffer.alloc(12);
    liar.writeUInt32LE(1, 0);
    liar.writeUInt32LE(0xffff_fffe, 4);
    assert.throws(() => unpackRaw(zstdCompressSync(liar), 0), RangeError);
    liar.writeUInt32LE(0xffff_ffff, 0);
    assert.throws(() => unpackRaw(zstdCompressSync(liar), 0), RangeError);
  });
});
