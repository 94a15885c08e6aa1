import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CalibrationNow, ThresholdsNow, VolumesNow } from '../../renderer/views/insights/figures.svelte.ts';
import {
  dailyOf,
  flaggedFrom,
  missingItems,
  reliabilityLines,
  spreads,
} from '../../renderer/views/insights/reading.ts';

const DAY = 86_400_000;

describe('figures that are read', () => {
  const thresholds = {
    histogram: [0, 0.25, 0.5, 0.75].map((from) => ({ from, to: from + 0.25, messages: 100, decided: 0 })),
    rows: [{ threshold: 0.5, flagged: 198, items: 0, precision: null, recall: null }],
  } as unknown as ThresholdsNow;

  it('count what is flagged as the desk does, and by the bars until it has answered', () => {
    assert.equal(flaggedFrom(thresholds, 0.5), 198);
    assert.equal(flaggedFrom(thresholds, 0.75), 100);
    assert.equal(flaggedFrom(thresholds, 0.65), 140);
    assert.equal(flaggedFrom(thresholds, 0), 400);
    assert.equal(flaggedFrom(thresholds, 1), 0);
  });

  it('say how many audit items are missing', () => {
    assert.equal(missingItems({ drawn: 50, decided: 12, positives: 1, least: 30 }), 18);
    assert.equal(missingItems({ drawn: 50, decided: 31, positives: 1, least: 30 }), 0);
  });

  it('put both readings of a calibration on one axis, from 0 to 1, without empty bins', () => {
    const bin = (score: number, rate: number, items = 5) => ({ from: 0, to: 1, items, score, rate, low: 0, high: 1 });
    const lines = reliabilityLines({
      asIs: { bins: [bin(0.2, 0.1), bin(0.5, 0, 0)] },
      calibrated: { bins: [bin(0.1, 0.1), bin(0.2, 0.3)] },
    } as unknown as NonNullable<CalibrationNow['reliability']>);
    assert.deepEqual(lines.scores, [0, 0.1, 0.2, 1]);
    assert.deepEqual(lines.asIs, [null, null, 0.1, null]);
    assert.deepEqual(lines.calibrated, [null, 0.1, 0.3, null]);
  });

  it('put two imports of different size beside each other, as shares of each', () => {
    const bars = [
      { from: 0, to: 0.5, before: 30, now: 1 },
      { from: 0.5, to: 1, before: 10, now: 3 },
    ];
    assert.deepEqual(spreads({ bars, before: 40, now: 4 }), {
      ...{ middles: [0.25, 0.75], half: 0.25 },
      ...{ before: [0.75, 0.25], now: [0.25, 0.75] },
    });
    assert.deepEqual(spreads({ bars: [{ from: 0, to: 1, before: 0, now: 0 }], before: 0, now: 0 }).now, [0]);
  });

  it('have every day between the first and the last, of one channel or of all', () => {
    const days = (...starts: number[]) => starts.map((start) => ({ start: start * DAY, messages: 2, flagged: 1 }));
    const volumes = {
      channels: [
        { id: 1, days: days(10, 12) },
        { id: 2, days: days(12) },
      ],
    } as unknown as VolumesNow;
    assert.deepEqual(
      dailyOf(volumes, null).map(({ start, messages }) => [start / DAY, messages]),
      [
        [10, 2],
        [11, 0],
        [12, 4],
      ],
    );
    assert.deepEqual(
      dailyOf(volumes, 2).map(({ messages }) => messages),
      [2],
    );
    assert.deepEqual(dailyOf({ channels: [] } as unknown as VolumesNow, null), []);
  });
});
