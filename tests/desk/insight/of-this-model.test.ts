/** Figures of a model are of what it read: not of what another read before it, nor of what was picked for it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { driftsOf, readSources } from '../../../desk/insight/drifts.ts';
import { histogramOf } from '../../../desk/insight/histogram.ts';
import { volumesOf } from '../../../desk/insight/volumes.ts';
import { QueueColumns } from '../../../desk/queue/columns.ts';
import type { Source } from '../../../desk/store/sources.ts';
import { seededRandom } from '../../../engine/train/random.ts';

const EACH = 2000;
const sources = [1, 2].map((id) => ({ id, path: `${id}.csv`, member: '' }) as Source);

/** Two imports of one kind of talk. @param read what the model makes of a message: its score, or that it is set aside */
function filled(read: (id: number, score: number) => { readonly score: number | null; readonly standsIn?: boolean }) {
  const columns = new QueueColumns();
  const random = seededRandom(5);
  for (let id = 1; id <= 2 * EACH; id++) {
    columns.putItem({
      ...{ id, kind: 'message', empty: false, erased: false, channel: 7, author: 1, source: id <= EACH ? 1 : 2 },
      ...{ version: 1, time: id, language: 'en', contentHash: id },
    });
    const { score, standsIn = false } = read(id, random() ** 2);
    columns.putScore({ item: id, score, predicted: 0, reason: score === null ? 'set-aside' : null }, standsIn);
  }
  return columns;
}
const messages = (columns: QueueColumns): number =>
  histogramOf(columns).reduce((sum, { messages: count }) => sum + count, 0);

describe('the figures of a model', () => {
  it('are not of what the model before said', () => {
    const columns = filled((id, score) => ({ score, standsIn: id % 4 === 0 }));
    assert.equal(messages(columns), (2 * EACH * 3) / 4);
    const [all] = volumesOf(columns, 0);
    assert.deepEqual([all?.messages, all?.flagged], [2 * EACH, (2 * EACH * 3) / 4]);
    // That the model before had read the import is known: its notice was given then.
    const old = filled((_, score) => ({ score, standsIn: true }));
    assert.deepEqual([messages(old), driftsOf(old, sources), readSources(old)], [0, [], new Set([1, 2])]);
  });

  it('cry no drift where an import was read in part, the highest scores first', () => {
    const whole = driftsOf(
      filled((_, score) => ({ score })),
      sources,
    );
    assert.deepEqual(
      whole.map(({ source, verdict }) => [source.id, verdict]),
      [[2, 'alike']],
    );
    const picked = (score: number): boolean => score > 0.5 || score * 1000 - Math.floor(score * 1000) < 0.1;
    const part = filled((id, score) => ({ score: id <= EACH || picked(score) ? score : null }));
    assert.deepEqual(driftsOf(part, sources), []);
  });
});
