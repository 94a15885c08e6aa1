import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type LongList, type Place, rowsOfPart, scrolled, showing } from '../../../renderer/ui/long-list.ts';

const long: LongList = { count: 1_000_000, rowHeight: 62, height: 740 };
const short: LongList = { ...long, count: 5000 };
const end = (list: LongList): number => rowsOfPart(list) * list.rowHeight - list.height;
/** The row whose top is seen first, with fractions. */
const firstSeen = (place: Place, list: LongList): number => place.base + place.top / list.rowHeight;
const isSeen = (index: number, place: Place, list: LongList): boolean =>
  firstSeen(place, list) <= index && index + 1 <= firstSeen(place, list) + list.height / list.rowHeight + 1e-9;

describe('a list that is longer than a browser can scroll', () => {
  it('is scrolled in parts that every browser can have, and a shorter one as a whole', () => {
    assert.ok(rowsOfPart(long) * long.rowHeight < 2 ** 24);
    assert.equal(rowsOfPart(short), 5000);
    assert.deepEqual(scrolled({ base: 0, top: 0 }, 200_000, short), { base: 0, top: 200_000 });
  });

  it('comes by wheel from the first row to the last and back, and no row is passed over', () => {
    const list = { ...long, count: 300_000 };
    for (const step of [3000, -3000]) {
      let place = showing(step > 0 ? 0 : list.count - 1, { base: 0, top: 0 }, list);
      for (let i = 0; i < 10_000; i++) {
        const before = firstSeen(place, list);
        const top = Math.max(0, Math.min(place.top + step, end(list)));
        const moved = (top - place.top) / list.rowHeight;
        place = scrolled(place, top, list);
        assert.ok(Math.abs(firstSeen(place, list) - before - moved) < 1e-6);
      }
      assert.ok(isSeen(step > 0 ? list.count - 1 : 0, place, list), `${step}`);
    }
  });

  it('goes by the scroll bar to the same share of the list', () => {
    const at = (share: number): number => firstSeen(scrolled({ base: 0, top: 1 }, share * end(long), long), long);
    assert.ok(Math.abs(at(0.5) / long.count - 0.5) < 0.001);
    const last = scrolled({ base: 0, top: 0 }, end(long), long);
    assert.ok(isSeen(long.count - 1, last, long));
    assert.ok(isSeen(0, scrolled(last, 0, long), long));
  });

  it('shows any row from anywhere, and does not move for one that is seen', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(long, short, { ...long, count: 3 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, from, to) => {
          const row = (share: number): number => Math.floor(share * (list.count - 1));
          const before = showing(row(from), { base: 0, top: 0 }, list);
          const place = showing(row(to), before, list);
          assert.ok(isSeen(row(to), place, list));
          assert.ok(place.base >= 0 && place.base + rowsOfPart(list) <= list.count);
          assert.ok(place.top >= 0 && place.top <= Math.max(0, end(list)));
          if (isSeen(row(to), before, list)) assert.deepEqual(place, before);
        },
      ),
    );
  });
});
