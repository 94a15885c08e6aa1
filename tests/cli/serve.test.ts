import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { ended } from '../../cli/serve.ts';

describe('serve', () => {
  it('ends with Ctrl-C, also where that came while the workspace was being opened', { timeout: 10_000 }, async () => {
    await ended(AbortSignal.abort());
    const interrupt = new AbortController();
    const over = ended(interrupt.signal).then(() => 'over');
    assert.equal(await Promise.race([over, setTimeout(50, 'goes on')]), 'goes on');
    interrupt.abort();
    assert.equal(await over, 'over');
  });
});
