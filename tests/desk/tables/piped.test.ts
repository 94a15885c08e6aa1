import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { ImportError } from '../../../desk/importers/import-error.ts';
import { openPiped, pipedInput } from '../../../desk/tables/piped.ts';

const cutUp = (bytes: Buffer, sizes: readonly number[]): Readable => {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return Readable.from(chunks, { objectMode: true });
};

const all = async (bytes: AsyncIterable<Buffer>): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const chunk of bytes) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
};

const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });

describe('standard input', () => {
  it('gives the same bytes to everybody who looks at its beginning, and whole to the last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), sizes, async (bytes, cuts) => {
        const input = pipedInput(cutUp(Buffer.from(bytes), cuts));
        const [first] = [(await input.bytes()[Symbol.asyncIterator]().next()).value as Buffer];
        assert.deepEqual(first, Buffer.from(bytes.slice(0, cuts[0])));
        assert.deepEqual(await all(input.bytes()), Buffer.from(bytes));
        assert.deepEqual(await all(input.bytes()), Buffer.from(bytes));
      }),
      { numRuns: 50 },
    );
  });

  it('is read at constant memory, so that a long one cannot be read twice', async () => {
    const input = pipedInput(Readable.from(Array.from({ length: 10 }, () => Buffer.alloc(1 << 20))));
    assert.equal((await all(input.bytes())).length, 10 << 20);
    await assert.rejects(all(input.bytes()), ImportError);
  });

  it('gives every row, however the pipe cuts it', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `r${i},"message number ${i}, with a comma"`);
    const bytes = Buffer.from(`id,text\n${rows.join('\n')}\n`);
    await fc.assert(
      fc.asyncProperty(sizes, async (cuts) => {
        const ids: (string | null)[] = [];
        for await (const source of openPiped(cutUp(bytes, cuts))) {
          for await (const batch of source.read()) {
            for (const row of batch) ids.push(row.status === 'item' ? row.id : null);
          }
        }
        assert.deepEqual(
          ids,
          rows.map((_, i) => `r${i}`),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('that is nothing to read says so', async () => {
    const read = async (text: string): Promise<void> => {
      for await (const _ of openPiped(Readable.from([Buffer.from(text)]))) assert.fail('nothing is there');
    };
    await assert.rejects(read('\u0000\u0001\u0002binary'), ImportError);
  });

  it('is waited for until it is stopped', { timeout: 10_000 }, async () => {
    const stop = new AbortController();
    const pipe = new PassThrough();
    pipe.write('id,text\nr1,a few words\n');
    const reading = openPiped(pipe, stop.signal).next();
    await setImmediate();
    stop.abort();
    await assert.rejects(reading, /abort/i);
  });
});
