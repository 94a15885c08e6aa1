import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Knocking, refused } from '../door/fixtures.ts';

const TEXTS = [
  'Sell your account now at https://a.example/x1, best prices for everybody in this server',
  'SELL your account now at https://b.example/other/path, best prices for everybody in this server!!!',
  'sell your account now @somebody, best prices for everybody in this server today',
  'Nobody would sell an account to a server of strangers for these prices',
  '🔥🔥🔥',
  '🔥🔥🔥',
  '🔥 🎉',
  '今日はとても良い天気ですね、散歩に行きましょう。',
  '今日はとても良い天気ですね、散歩に行きましょう！！',
  '明日は雨が降るでしょう。傘を持って行きましょう。',
];

async function withTexts(): Promise<Knocking> {
  const k = new Knocking();
  await k.client.workspace.open({ path: k.path, create: 'must' });
  const lines = TEXTS.map((text, i) => `${i + 1},"${text}",Person ${i % 2},general,2026-03-01T10:00:0${i}Z`);
  await k.import('texts.csv', `id,text,author,channel,time\n${lines.join('\n')}\n`);
  return k;
}

describe('a filter by texts', () => {
  it('finds what is nearly the same as a message, in every script, and nothing that only shares words with it', async () => {
    await using k = await withTexts();
    const like = async (item: number): Promise<readonly number[]> =>
      (await k.client.queue.page({ order: 'newest', filter: { like: item } })).entries
        .map(({ message }) => message.id)
        .sort();
    assert.deepEqual(await like(1), [1, 2, 3]);
    assert.deepEqual(await like(4), [4]);
    assert.deepEqual(await like(5), [5, 6]);
    assert.deepEqual(await like(8), [8, 9]);
    await refused(like(99), 'not-found');
  });

  it('decides all of them at once, and takes all of them back', async () => {
    await using k = await withTexts();
    const { ada, insult } = await k.people();
    const filter = { like: 1, statuses: ['open' as const] };
    const { total } = await k.client.queue.count({ order: 'newest', filter, reviewer: ada });
    assert.equal(total, 3);
    const decide = (expected: number) =>
      k.client.review.decideAll({ reviewer: ada, order: 'newest', filter, expected, labels: [insult] });
    await refused(decide(2), 'changed');
    assert.deepEqual((await decide(total)).items.sort(), [1, 2, 3]);
    await k.client.review.undo({ reviewer: ada });
    assert.equal((await k.client.queue.count({ order: 'newest', filter })).total, 3);
  });

  it('leaves out every topic that somebody leaves to others', async () => {
    await using k = await withTexts();
    const without = async (...topics: string[]): Promise<number> =>
      (await k.client.queue.count({ order: 'newest', filter: { without: topics } })).total;
    assert.equal(await without(), TEXTS.length);
    assert.equal(await without('account'), TEXTS.length - 4);
    // Several words stand together; a quotation mark in them means nothing.
    assert.equal(await without('best prices'), TEXTS.length - 3);
    assert.equal(await without('be"st prices'), TEXTS.length);
    assert.equal(await without('account', '天気'), TEXTS.length - 6);
  });

  it('begins a page after any number of entries', async () => {
    await using k = await withTexts();
    const page = await k.client.queue.page({ order: 'newest', from: 7, size: 2 });
    assert.deepEqual(
      page.entries.map(({ message }) => message.id),
      [3, 2],
    );
    assert.deepEqual([page.total, page.before], [10, 7]);
    assert.deepEqual((await k.client.queue.page({ order: 'newest', from: 99 })).entries, []);
  });
});
