import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Leading } from '../../../desk/triage/leading.ts';

describe('the leading scores', () => {
  it('are those that sorting everything would put first, in the order of the queue', () => {
    const leader = fc.record({ item: fc.nat(), score: fc.integer({ min: 0, max: 5 }).map((n) => n / 5) });
    const all = fc.uniqueArray(leader, { selector: ({ item }) => item });
    fc.assert(
      fc.property(all, fc.integer({ min: 1, max: 10 }), (leaders, size) => {
        const leading = new Leading(size);
        for (const one of leaders) leading.offer(one);
        const sorted = leaders.toSorted((a, b) => b.score - a.score || a.item - b.item);
        assert.deepEqual(leading.list(), sorted.slice(0, size));
      }),
    );
  });
});
