import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawTexts } from '../../../../desk/insight/explanations/sample.ts';
import { QueueColumns } from '../../../../desk/queue/columns.ts';
import type { Store } from '../../../../desk/store/store.ts';

interface Message {
  readonly text: string;
  readonly score?: number | null;
  readonly erased?: boolean;
  /** its score is that of the model before */
  readonly standsIn?: boolean;
  readonly audit?: 'decided' | 'undecided';
}

/** As the queue and the store have them, by id from 1. */
function workspace(messages: readonly Message[]) {
  const columns = new QueueColumns();
  messages.forEach(({ score = 0.9, erased = false, standsIn = false }, i) => {
    columns.putItem({
      ...{ id: i + 1, channel: 1, author: null, time: null, language: 'en', source: 1, version: 1 },
      ...{ kind: 'message', empty: false, erased, contentHash: i },
    });
    columns.putScore({ item: i + 1, score, predicted: 1, reason: null }, standsIn);
  });
  const of = (id: number): Message => messages[id - 1] ?? assert.fail();
  const store = {
    items: { get: (id: number) => ({ erased: false, ...of(id) }) },
    auditItems: { has: (id: number) => of(id).audit !== undefined },
    reviews: { verdicts: (id: number) => (of(id).audit === 'decided' ? [{}] : []) },
  } as unknown as Store;
  return { columns, store };
}

const draw = async (messages: readonly Message[], most = 40, seed = 1, signal?: AbortSignal) => {
  const { columns, store } = workspace(messages);
  return await drawTexts(columns, store, (score) => score >= 0.5, most, seed, signal);
};

describe('messages on which explanations are tested', () => {
  it('are those of enough words that the model itself read and that are wanted, each text once', async () => {
    const found = await draw([
      { text: 'this is long enough' },
      { text: 'this is long enough' },
      { text: 'this is not' },
      { text: 'nobody asked for this', score: 0.2 },
      { text: 'this was never read', score: null },
      { text: 'another model read this', standsIn: true },
      { text: 'this one was erased', erased: true },
      { text: 'this is for the audit', audit: 'undecided' },
      { text: 'this was decided before', audit: 'decided' },
    ]);
    assert.deepEqual([...found].sort(), ['this is long enough', 'this was decided before']);
  });

  it('are drawn at random, the same ones each time', async () => {
    const messages = Array.from({ length: 200 }, (_, i) => ({ text: `this is message number ${i}` }));
    const found = await draw(messages, 40);
    assert.equal(found.length, 40);
    assert.deepEqual(await draw(messages, 40), found);
    const numbers = found.map((text) => Number(text.split(' ').at(-1)));
    assert.ok(Math.min(...numbers) < 50 && Math.max(...numbers) >= 150, 'of all, not of the first ones');
    assert.notDeepEqual(await draw(messages, 40, 2), found);
  });

  it('are drawn no further once that is stopped', async () => {
    const messages = Array.from({ length: 200 }, () => ({ text: 'too short' }));
    await assert.rejects(draw(messages, 40, 1, AbortSignal.abort()), /abort/i);
  });
});
