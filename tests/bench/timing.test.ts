import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { best, disturbed, fastest, median, race, type Timed } from '../../bench/timing.ts';

/** A program that takes the given seconds, one after the other, and writes its name down at each turn. */
function program(name: string, seconds: readonly number[], turns: string[]): Timed {
  let run = 0;
  return {
    pid: undefined,
    run: () => {
      turns.push(name);
      return Promise.resolve({ seconds: seconds[run++] ?? NaN });
    },
  };
}

describe('the timing of a comparison', () => {
  it('lets programs take turns, so that a slow minute of the machine hurts all of them', async () => {
    const turns: string[] = [];
    await race([program('ours', [1, 1, 1], turns), program('peer', [1, 1, 1], turns)], 1, 2);
    assert.deepEqual(turns, ['ours', 'peer', 'ours', 'peer', 'ours', 'peer']);
  });

  it('leaves the warm-up out and takes the median of the rounds', async () => {
    const [ours, peer] = await race([program('ours', [90, 3, 1, 2], []), program('peer', [90, 5, 70, 6], [])], 1, 3);
    assert.equal(ours?.seconds, 2);
    assert.equal(peer?.seconds, 6);
  });

  it('chooses settings by the faster run, the warm-up not counted', async () => {
    assert.equal(await best(program('candidate', [1, 9, 4], []), 1), 4);
  });

  it('keeps the fastest candidate and ends the others', async () => {
    const ended: string[] = [];
    const start = (name: string, seconds: number) => () =>
      Promise.resolve({
        ...program(name, [seconds, seconds, seconds], []),
        name,
        [Symbol.dispose]: () => void ended.push(name),
      });
    const winner = await fastest([start('slow', 9), start('fast', 1), start('middling', 4)], 1);
    assert.equal(winner.name, 'fast');
    assert.deepEqual(ended, ['slow', 'middling']);
  });

  it('says who was disturbed, where the system tells', () => {
    assert.match(disturbed({ seconds: 1, others: 0.42 }, 'ours') ?? '', /42% of the processor beside ours/);
    assert.equal(disturbed({ seconds: 1, others: 0.01 }, 'ours'), null);
    assert.equal(disturbed({ seconds: 1, others: null }, 'ours'), null);
  });

  it('knows the median of an even and of an odd number of values', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
  });
});
