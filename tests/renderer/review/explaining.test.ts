import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import type { Explanation } from '../../../desk/contract/queue.ts';
import type { QueueEntry } from '../../../desk/contract/shapes.ts';
import type { DeskClient } from '../../../renderer/desk/door.svelte.ts';
import '../runes.ts';
import { entryOf } from './entries.ts';

const { Explaining, tintsOf } = await import('../../../renderer/review/explaining.svelte.ts');

const model: QueueEntry['model'] = {
  revision: 1,
  stale: false,
  label: null,
  score: 0.5,
  scores: {},
  backend: 'cpu',
  layout: 'none',
};
const explanation = (effects: readonly (number | null)[]): Explanation => ({
  revision: 1,
  label: null,
  score: 0.5,
  words: effects.map((effect, i) => ({
    text: 'w',
    start: 2 * i,
    end: 2 * i + 1,
    effect,
    together: 1,
    gates: null,
    usual: null,
  })),
  alike: [],
});

function asking() {
  const asked: { item: number; signal: AbortSignal; answer: () => void }[] = [];
  const explain = ({ item }: { item: number }, { signal }: { signal: AbortSignal }): Promise<Explanation> =>
    new Promise((resolve) => asked.push({ item, signal, answer: () => resolve(explanation([0.2])) }));
  return { explaining: new Explaining({ queue: { explain } } as unknown as DeskClient), asked };
}

describe('an explanation', () => {
  it('is asked for once somebody stays with a message, and given up when they go on', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { explaining, asked } = asking();
      explaining.turnTo(entryOf(1, { model }));
      mock.timers.tick(100);
      explaining.turnTo(entryOf(2, { model }));
      mock.timers.tick(1000);
      assert.deepEqual(
        asked.map(({ item }) => item),
        [2],
      );
      explaining.turnTo(entryOf(3, { model }));
      assert.ok(asked[0]?.signal.aborted);
      // What comes too late is not taken for the message that is shown now.
      asked[0]?.answer();
      await Promise.resolve();
      assert.equal(explaining.now, null);
      mock.timers.tick(1000);
      explaining.stop();
      assert.ok(asked[1]?.signal.aborted);
      assert.equal(explaining.state, 'stopped');
    } finally {
      mock.timers.reset();
    }
  });

  it('is asked for no message that the model did not read, or that is to be decided without it', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { explaining, asked } = asking();
      explaining.turnTo(entryOf(1, { audit: true }));
      mock.timers.tick(1000);
      explaining.again();
      assert.equal(asked.length, 0);
      assert.equal(explaining.state, 'none');
    } finally {
      mock.timers.reset();
    }
  });

  it('tints words by what they add, the one that adds most fully, and those not at all that add nothing', () => {
    assert.deepEqual(
      tintsOf(explanation([0.1, -0.3, null, 0.2, 0.001])).map(({ start, weight }) => [start, weight]),
      [
        [0, 0.5],
        [6, 1],
      ],
    );
    assert.deepEqual(tintsOf(explanation([0.001, null])), []);
    assert.deepEqual(tintsOf(explanation([])), []);
  });
});
