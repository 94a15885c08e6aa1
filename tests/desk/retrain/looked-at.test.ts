import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lookedAt, MOST } from '../../../desk/retrain/looked-at.ts';
import type { Item } from '../../../desk/store/items.ts';
import type { Revision } from '../../../desk/store/revisions.ts';

const champion = { languages: ['en'] } as unknown as Revision;
const COUNT = 3 * MOST.messages;
/** The most uncertain first: not in the order of their numbers. */
const uncertain = Uint32Array.from({ length: COUNT }, (_, i) => COUNT - i);

/** Ids that are looked at, where each message has so many signs. */
const of = (signs: number, decided: ReadonlySet<number> = new Set(), store: Partial<Item> = {}): readonly number[] =>
  lookedAt(
    {
      items: { get: (id) => ({ id, text: 'x'.repeat(signs), language: 'en', erased: false, ...store }) as Item },
      auditItems: { has: (id) => id % 15 === 0 },
    },
    champion,
    uncertain,
    decided,
  ).map(({ item }) => item);

describe('what is looked at for verdicts that flip', () => {
  it('are the most uncertain that nobody has decided, some thousand of them, and no audit item', () => {
    const decided = new Set([...uncertain.subarray(0, 300)]);
    const read = of(100, decided);
    assert.equal(read.length, MOST.messages);
    const may = [...uncertain].filter((id) => !decided.has(id) && id % 15 !== 0);
    assert.deepEqual(read, may.slice(0, MOST.messages));
  });

  it('are fewer where they are long, so that nobody waits longer for them', () => {
    const read = of(1000);
    assert.ok(read.length < MOST.messages && read.length * 1000 < MOST.signs + 1000, `${read.length}`);
    assert.ok(read.length * 1000 >= MOST.signs, 'and no fewer than that');
  });

  it('are none that were erased, or in a language that the model of the queue does not read', () => {
    assert.deepEqual(of(100, new Set(), { erased: true }), []);
    assert.deepEqual(of(100, new Set(), { language: 'de' }), []);
  });
});
