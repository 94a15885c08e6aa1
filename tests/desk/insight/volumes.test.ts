import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { volumesOf } from '../../../desk/insight/volumes.ts';
import { QueueColumns } from '../../../desk/queue/columns.ts';

const DAY = 86_400_000;

describe('volumes', () => {
  it('count by channel and day; what has no time is in no day', () => {
    const columns = new QueueColumns();
    const times = [DAY, DAY + 5, 3 * DAY, null];
    times.forEach((time, i) => {
      columns.putItem({
        ...{ id: i + 1, kind: 'message', empty: false, erased: false, channel: 7, author: 1, source: 1, version: 1 },
        ...{ time, language: 'en', contentHash: i },
      });
      columns.putScore({ item: i + 1, score: i / 4, predicted: 0, reason: null }, false);
    });
    assert.deepEqual(volumesOf(columns, 0.5), [
      {
        channel: 7,
        messages: 4,
        flagged: 2,
        days: [
          { start: DAY, messages: 2, flagged: 0 },
          { start: 3 * DAY, messages: 1, flagged: 1 },
        ],
      },
    ]);
  });
});
