import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atOnce, inSlices } from '../../desk/slices.ts';
import { groupNearDuplicates, nearDuplicateGroups } from '../../desk/triage/near-duplicates.ts';

/** Counts to `pieces`, and keeps the thread for two milliseconds each time. */
function* counting(pieces: number): Generator<void, number, void> {
  for (let n = 0; n < pieces; n++) {
    const until = performance.now() + 2;
    while (performance.now() < until);
    yield;
  }
  return pieces;
}

describe('work in slices', () => {
  it('lets others have the thread again and again, and gives what it gives at once', async () => {
    let turns = 0;
    let counted = false;
    const count = (): void => {
      turns++;
      if (!counted) setImmediate(count);
    };
    setImmediate(count);
    assert.equal(await inSlices(counting(60)), 60);
    counted = true;
    assert.ok(turns >= 5, `${turns} turns`);
    assert.equal(atOnce(counting(2)), 2);
    const texts = ['one two three four five six', 'something else', 'one two three four five six!'];
    assert.deepEqual(await inSlices(groupNearDuplicates(texts)), nearDuplicateGroups(texts));
  });

  it('ends where somebody wants it to, with the reason', async () => {
    const stop = new AbortController();
    setImmediate(() => stop.abort(new Error('enough')));
    await assert.rejects(inSlices(counting(10_000), stop.signal), /enough/);
  });
});
