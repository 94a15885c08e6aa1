import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { underStrace } from './strace.ts';

describe('no process of the program asks for an internet socket', () => {
  it('while the engine is started, opens a model and reads texts', async () => {
    const script = fileURLToPath(new URL('engine-at-work.ts', import.meta.url));
    const traced = await underStrace([process.execPath, script]);
    assert.deepEqual([traced.code, traced.stdout.trim()], [0, '2'], traced.stderr);
    assert.ok(traced.followed > 10, `only ${traced.followed} threads were followed: the engine was not among them`);
    assert.deepEqual(traced.internet, []);
  });
});
