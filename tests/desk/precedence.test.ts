import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Precedence } from '../../desk/precedence.ts';

/** Counts what it has done, as a thread of a job would that stands still before each piece. */
const WORK = `
  const { workerData } = require('node:worker_threads');
  const done = new Int32Array(workerData.done);
  import(workerData.module).then(({ Precedence }) => {
    const precedence = new Precedence(workerData.shared);
    for (;;) {
      precedence.standStill();
      Atomics.add(done, 0, 1);
      Atomics.notify(done, 0);
    }
  });`;

describe('precedence', () => {
  const precedence = new Precedence();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(WORK, {
    eval: true,
    workerData: {
      shared: precedence.shared,
      done: done.buffer,
      module: new URL('../../desk/precedence.ts', import.meta.url).href,
    },
  });
  after(async () => await worker.terminate());
  /** Pieces that are done while `wait` goes by. */
  const pieces = async (wait: Promise<unknown>): Promise<number> => {
    const before = Atomics.load(done, 0);
    await wait;
    return Atomics.load(done, 0) - before;
  };
  /** Resolves once the thread has done so many pieces more. */
  const more = async (count: number): Promise<void> => {
    const goal = Atomics.load(done, 0) + count;
    for (let now; (now = Atomics.load(done, 0)) < goal;) await Atomics.waitAsync(done, 0, now).value;
  };

  it('lets a thread work while nobody waits, hardly while somebody does, and again after that', async () => {
    await once(worker, 'online');
    await more(1_000);
    await precedence.during(async () => {
      assert.ok(precedence.isAsked);
      const held = await pieces(more(3));
      // One piece may have begun before; each further one comes when it has stood still for long enough.
      assert.ok(held < 10, `${held} pieces while somebody waited`);
    });
    assert.ok(!precedence.isAsked);
    await more(1_000);
  });

  it('is given back by calls that fail, and kept while others are being answered', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const slow = precedence.during(() => promise);
    await assert.rejects(
      precedence.during(() => Promise.reject(new Error('refused'))),
      /refused/,
    );
    assert.ok(precedence.isAsked);
    resolve(undefined);
    await slow;
    assert.ok(!precedence.isAsked);
  });

  it('ends standing still when it is told', async () => {
    let asked = 0;
    await precedence.during(async () => {
      precedence.standStill(() => ++asked === 3);
    });
    assert.equal(asked, 3);
  });
});
