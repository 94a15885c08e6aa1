import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import '../runes.ts';
import { entryOf } from './entries.ts';

const { MOST, Selection } = await import('../../../renderer/review/selection.svelte.ts');

const between = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => entryOf(Math.min(from, to) + i));
const idsOf = (selection: InstanceType<typeof Selection>): readonly number[] =>
  selection.all.map(({ message }) => message.id).sort((a, b) => a - b);

describe('messages that are chosen', () => {
  it('are those from where somebody began to where they are now, whichever way they went', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 }),
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1 }),
        (from, steps) => {
          const selection = new Selection();
          let at = from;
          for (const to of steps) {
            selection.extend(at, to, between);
            at = to;
          }
          assert.deepEqual(
            idsOf(selection),
            between(from, at).map(({ message }) => message.id),
          );
        },
      ),
    );
  });

  it('one by one stay when a range grows and shrinks beside them', () => {
    const selection = new Selection();
    selection.toggle(entryOf(2), 2);
    selection.toggle(entryOf(10), 10);
    selection.extend(10, 14, between);
    selection.extend(14, 11, between);
    assert.deepEqual(idsOf(selection), [2, 10, 11]);
    selection.toggle(entryOf(2), 2);
    assert.deepEqual(idsOf(selection), [10, 11]);
    selection.clear();
    assert.equal(selection.size, 0);
  });

  it('are never more than one action of the desk takes, and say so', () => {
    const selection = new Selection();
    assert.equal(selection.extend(1, MOST, between), true);
    assert.equal(selection.size, MOST);
    assert.equal(selection.extend(MOST, MOST + 1, between), false);
    assert.equal(selection.size, MOST);
  });
});
