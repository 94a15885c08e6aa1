import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeskClient } from '../../../renderer/desk/door.svelte.ts';
import type { Wanted } from '../../../renderer/review/list.svelte.ts';
import { Knocking, rows } from '../../desk/door/fixtures.ts';
import '../runes.ts';

const { MessageList } = await import('../../../renderer/review/list.svelte.ts');
const { TO_DO } = await import('../../../renderer/review/names.ts');
type List = InstanceType<typeof MessageList>;

const wanted: Wanted = { order: 'newest', filter: { statuses: [...TO_DO] } };
const shown = (list: List): readonly (number | undefined)[] =>
  Array.from({ length: list.count }, (_, i) => list.at(i)?.message.id);

async function listing(count: number) {
  const k = await Knocking.withMessages(count);
  const asked: unknown[] = [];
  const page: DeskClient['queue']['page'] = async (...input) => {
    asked.push(input[0]);
    return await k.client.queue.page(...input);
  };
  const list = new MessageList({ queue: { ...k.client.queue, page } } as unknown as DeskClient);
  const { entries } = await k.client.queue.page({ ...wanted, size: 500 });
  await list.load(wanted);
  return { k, list, asked, all: entries.map(({ message }) => message.id) };
}

describe('a list of messages', () => {
  it('has all rows by their count, and brings those that somebody comes to, each page once', async () => {
    const { k, list, asked, all } = await listing(300);
    await using _ = k;
    assert.equal(list.count, 300);
    assert.deepEqual(shown(list).slice(0, 60), all.slice(0, 60));
    assert.equal(list.at(60), undefined);
    await Promise.all([list.reach(50, 70), list.reach(55, 75)]);
    assert.equal(list.at(75)?.message.id, all[75]);
    assert.equal(asked.length, 2);
    // From anywhere, without what lies between.
    await list.reach(250, 299);
    assert.deepEqual(shown(list).slice(250), all.slice(250));
    assert.equal(list.at(130), undefined);
  });

  it('stays with the message that somebody has come to while it is read anew', async () => {
    const { k, list, all } = await listing(20);
    await using _ = k;
    const reading = list.load(wanted, all[0] ?? null);
    list.current = 3;
    await reading;
    assert.equal(list.current, 3);
    await list.load(wanted, all[5] ?? null);
    assert.equal(list.current, 5);
    const other = list.load(wanted);
    list.current = 7;
    await other;
    assert.equal(list.current, 0, 'a list that is asked for anew begins at its beginning');
  });

  it('keeps what was decided in its place, and misses nothing behind it', async () => {
    const { k, list, all } = await listing(150);
    await using _ = k;
    const seen = all.slice(0, 3).map((item) => ({ item, version: 1 }));
    await k.client.review.decide({ reviewer: k.ids.ada, seen, labels: [k.ids.fine] });
    for (const { item } of seen) list.replace(await k.client.queue.item({ item }));
    assert.equal(list.nextOpen(0), 3);
    assert.equal(list.remaining, 147);
    // Further on, without the pages between; then those.
    await list.reach(100, 149);
    assert.deepEqual(shown(list).slice(100), all.slice(100));
    await list.reach(0, 149);
    assert.deepEqual(shown(list), all);
    await list.load();
    assert.equal(list.count, 147);
  });

  it('goes from the last row that is open to the first one, and says when none is', async () => {
    const { k, list } = await listing(3);
    await using _ = k;
    const entries = [0, 1, 2].map((index) => list.at(index));
    const decide = (index: number): void => {
      const entry = entries[index];
      assert.ok(entry !== undefined);
      list.replace({ ...entry, status: 'decided', labels: [] });
    };
    decide(1);
    decide(2);
    assert.equal(list.nextOpen(2), 0);
    decide(0);
    assert.equal(list.nextOpen(0), null);
    assert.equal(list.remaining, 0);
  });

  it('shows a message that has no row where somebody is, and counts it', async () => {
    const { k, list } = await listing(10);
    await using _ = k;
    const seen = [{ item: 7, version: 1 }];
    await k.client.review.decide({ reviewer: k.ids.ada, seen, labels: [] });
    await list.load();
    list.current = 2;
    list.show(await k.client.queue.item({ item: 7 }));
    assert.deepEqual(shown(list).slice(0, 5), [10, 9, 7, 8, 6]);
    assert.equal(list.current, 2);
    assert.equal(list.indexOf(6), 4);
    // Later pages are found all the same.
    assert.equal(list.count, 10);
  });

  it('tells what has changed elsewhere from what was done here', async () => {
    const { k, list, all } = await listing(100);
    await using _ = k;
    const see = async (...items: readonly number[]): Promise<void> => {
      for (const item of items) list.replace(await k.client.queue.item({ item }));
    };
    const seen = (item = 0) => [{ item, version: 1 }];
    await k.client.review.decide({ reviewer: k.ids.ada, seen: seen(all[0]), labels: [] });
    await k.client.review.skip({ reviewer: k.ids.ada, seen: seen(all[1]) });
    await see(all[0] ?? 0, all[1] ?? 0);
    assert.equal(await list.differs(), false);
    await k.client.review.decide({ reviewer: k.ids.ben, seen: seen(all[3]), labels: [] });
    assert.equal(await list.differs(), true);
    await see(all[3] ?? 0);
    assert.equal(await list.differs(), false);
    await k.import('more.csv', rows(101, 1));
    assert.equal(await list.differs(), true);
  });

  it('takes nothing of a reading that another one came before', async () => {
    const { k, list } = await listing(20);
    await using _ = k;
    const slow = list.load({ order: 'newest', filter: { text: 'nowhere' } });
    const fast = list.load({ order: 'newest', filter: { text: '17' } });
    await Promise.all([slow, fast]);
    assert.deepEqual(shown(list), [17]);
  });
});
