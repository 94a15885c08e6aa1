import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Store } from '../../../desk/store/store.ts';
import { drawUnscored, LOOKED_AT } from '../../../desk/triage/scoring.ts';

/** Messages 1 to `last`, of which `waits` says which have no score; and how many were looked at to draw from them. */
function storeOf(last: number, waits: (id: number) => boolean) {
  const ids = Array.from({ length: last }, (_, i) => i + 1);
  let mostLookedAt = 0;
  const unscored = (_: number, after: number, limit: number, upTo = last): readonly { readonly id: number }[] => {
    const found = ids.slice(Math.max(0, after), upTo).filter(waits).slice(0, limit);
    const end = found.length < limit ? Math.min(upTo, last) : (found.at(-1) ?? 0);
    mostLookedAt = Math.max(mostLookedAt, end - after);
    return found.map((id) => ({ id }));
  };
  const counts = {
    kinds: () => ({ message: last }),
    revision: () => ({ waiting: ids.filter(waits).length }),
  };
  const store = { items: { lastId: last, unscored }, counts } as unknown as Store;
  return { draw: (size: number) => drawUnscored(store, 1, size).map(({ id }) => id), looked: () => mostLookedAt };
}

describe('messages that are read first', () => {
  it('are drawn from all of an import', () => {
    const { draw } = storeOf(10_000, () => true);
    const drawn = draw(64);
    assert.equal(new Set(drawn).size, 64);
    const mean = drawn.reduce((sum, id) => sum + id, 0) / 64;
    assert.ok(Math.abs(mean - 5000) < 1500, String(mean));
    assert.deepEqual(draw(64), drawn, 'the draw is the same each time');
  });

  it('are found among many that have scores, without looking at all of those', () => {
    const { draw, looked } = storeOf(300_000, (id) => id > 299_000);
    const drawn = draw(64);
    assert.ok(drawn.length >= 32, String(drawn.length));
    assert.ok(drawn.every((id) => id > 299_000));
    assert.ok(looked() <= 1000, String(looked()));
  });

  it('are all of them where few wait, and none where none waits', () => {
    const few = storeOf(300_000, (id) => id > 299_990);
    assert.equal(few.draw(64).length, 10);
    assert.ok(few.looked() <= LOOKED_AT);
    assert.deepEqual(storeOf(300_000, () => false).draw(64), []);
  });
});
