import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Knocking } from '../door/fixtures.ts';

describe('the queue that follows what is written', () => {
  it('takes in what is named twice in one turn', async () => {
    await using k = await Knocking.withMessages(3);
    const { writer, queue } = k.desk.opened;
    const seen = [1, 2].map((item) => ({ item, version: 1 }));
    const decision = { labels: [k.ids.insult], reasons: [], note: null, spans: [], settles: false, model: null };
    await writer.write('decide', { reviewer: k.ids.ada, seen, decision });
    await Promise.all([queue.follow([1]), queue.follow([2])]);
    assert.deepEqual(queue.all({ statuses: ['decided'] }, 'newest'), [1, 2]);
  });

  it('has come to its end when the workspace is closed, also where nothing of it can be kept', async () => {
    await using k = await Knocking.withMessages(30_000);
    const { queue } = k.desk.opened;
    // As while a large one is still being read.
    k.desk.opened.loading = true;
    const items = Array.from({ length: 30_000 }, (_, i) => i + 1);
    const followed = queue.follow(items);
    await k.client.workspace.close();
    await assert.doesNotReject(followed);
  });
});
