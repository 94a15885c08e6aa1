import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { standardInput } from '../../cli/terminal/standard-input.ts';

describe('standard input', () => {
  it('is read to its end', async () => {
    const { signal } = new AbortController();
    assert.equal(await standardInput(signal, Readable.from([Buffer.from('a '), Buffer.from('text\n')])), 'a text');
  });

  it('is waited for until the verb is stopped', { timeout: 10_000 }, async () => {
    const stop = new AbortController();
    const pipe = new PassThrough();
    pipe.write('a ');
    const reading = standardInput(stop.signal, pipe);
    stop.abort();
    await assert.rejects(reading, /abort/i);
  });
});
