import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeskClient } from '../../../renderer/desk/door.svelte.ts';
import '../runes.ts';
import { entryOf } from './entries.ts';

const { Bulk } = await import('../../../renderer/review/bulk.svelte.ts');

/** A desk that has 38 messages of a filter, 2 of them audit items, and notes down what it is asked to do. */
function noting() {
  const done: { call: string; input: Record<string, unknown> }[] = [];
  let more = 0;
  const act = (call: string) => (input: Record<string, unknown>) => {
    done.push({ call, input });
    if (call === 'decideAll' && input['expected'] !== 36 + more) return Promise.reject(new Error('changed'));
    return Promise.resolve({ action: 1, items: Array.from({ length: 36 + more }, (_, i) => i), changed: [] });
  };
  const desk = {
    queue: {
      page: ({ filter }: { filter: { audit?: boolean } }) =>
        Promise.resolve({ entries: [entryOf(1)], total: filter.audit === false ? 36 + more : 38 + more }),
      count: ({ filter }: { filter: { audit?: boolean } }) =>
        Promise.resolve({ total: filter.audit === true ? 2 : 38 }),
    },
    review: { decide: act('decide'), decideAll: act('decideAll') },
  };
  return { desk: desk as unknown as DeskClient, done, add: () => more++ };
}

const ada = () => Promise.resolve(7);

describe('a decision about many messages', () => {
  it('is held to what was counted, and leaves audit items out', async () => {
    const { desk, done } = noting();
    const bulk = new Bulk(desk, { kind: 'like', filter: { like: 1 }, name: '' }, null, 7);
    await bulk.count();
    assert.deepEqual([bulk.total, bulk.audits, bulk.sample.length], [36, 2, 1]);
    assert.equal(await bulk.decide(ada, [3]), 36);
    assert.deepEqual(done, [
      {
        call: 'decideAll',
        input: { reviewer: 7, filter: { like: 1, audit: false }, order: 'newest', expected: 36, labels: [3] },
      },
    ]);
  });

  it('is counted anew, and made by nobody, where more has come in since', async () => {
    const { desk, add } = noting();
    const bulk = new Bulk(desk, { kind: 'like', filter: { like: 1 }, name: '' }, null, 7);
    await bulk.count();
    add();
    assert.equal(await bulk.decide(ada, [3]), null);
    assert.deepEqual([bulk.state, bulk.total], ['failed', 37]);
    assert.equal(await bulk.decide(ada, [3]), 37);
  });

  it('says why it was not made where who decides is new and cannot be added', async () => {
    const { desk, done } = noting();
    const bulk = new Bulk(desk, { kind: 'found', filter: {}, name: '' }, null, undefined);
    await bulk.count();
    const full = new Error('no room left');
    assert.equal(await bulk.decide(() => Promise.reject(full), [3]), null);
    assert.deepEqual([bulk.state, bulk.error, done], ['failed', full, []]);
  });

  it('takes of what was chosen one by one all but audit items that nobody decided', async () => {
    const { desk, done } = noting();
    const entries = [entryOf(1), entryOf(2, { audit: true }), entryOf(3, { audit: true, labels: [1] })];
    const bulk = new Bulk(desk, { kind: 'chosen', entries }, [3], 7);
    await bulk.count();
    assert.deepEqual([bulk.total, bulk.audits], [2, 1]);
    await bulk.decide(ada, [3]);
    assert.deepEqual(done[0]?.input['seen'], [
      { item: 1, version: 1 },
      { item: 3, version: 1 },
    ]);
  });
});
