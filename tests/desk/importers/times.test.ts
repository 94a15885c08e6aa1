import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { clockMs, hourOf, isoTime } from '../../../desk/importers/times.ts';

const instant = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2100, 0, 1) });

describe('times', () => {
  it('reads ISO times with any offset and any number of decimals', () => {
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        fc.integer({ min: 0, max: 9 }),
        (ms, offset, decimals) => {
          const local = new Date(ms + offset * 60_000).toISOString();
          const fine = `${local.slice(20, 23)}456789`.slice(0, decimals);
          const shown = `${local.slice(0, 19)}${fine === '' ? '' : `.${fine}`}`;
          const sign = offset < 0 ? '-' : '+';
          const zone = `${sign}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}:${String(Math.abs(offset) % 60).padStart(2, '0')}`;
          const kept = Math.floor(ms / 1000) * 1000 + Number(`${fine}000`.slice(0, 3));
          assert.deepEqual(isoTime(shown + zone), { ms: kept, zone: 'utc' });
          assert.deepEqual(isoTime(shown), { ms: kept + offset * 60_000, zone: 'unknown' });
        },
      ),
    );
  });

  it('accepts exactly the days that the calendar has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1990, max: 2100 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, day) => {
          const date = new Date(Date.UTC(year, month - 1, day));
          const exists = month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
          assert.equal(clockMs(year, month, day, 0, 0, 0), exists ? date.getTime() : null);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('turns noon and midnight of a 12-hour clock the right way', () => {
    assert.deepEqual(
      [hourOf(12, 'AM'), hourOf(12, 'PM'), hourOf(1, 'PM'), hourOf(11, 'AM'), hourOf(13, undefined)],
      [0, 12, 13, 11, 13],
    );
  });
});
