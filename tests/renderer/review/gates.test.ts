import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Explanation } from '../../../desk/contract/queue.ts';
import { stripOf } from '../../../renderer/review/gates.ts';

type Word = Explanation['words'][number];
const word = (gates: Word['gates'], usual: Word['usual']): Word => ({
  text: 'word',
  start: 0,
  end: 4,
  effect: null,
  together: 1,
  gates,
  usual,
});
const explanation = (...words: readonly Word[]): Explanation => ({
  revision: 1,
  label: null,
  score: 0.5,
  words: [...words],
  alike: [],
});

describe('the gate strip', () => {
  it('shades what opens more or less than usual against the largest difference of the message', () => {
    const strip = stripOf(
      explanation(
        word({ lower: 0.7, upper: 0.9 }, { lower: 0.7, upper: 0.5 }),
        word({ lower: 0.5, upper: 0.4 }, { lower: 0.7, upper: 0.4 }),
      ),
    );
    assert.ok(strip?.compared);
    assert.deepEqual(
      strip.bands.map(({ band, cells }) => [band, cells.map((cell) => Math.round(100 * (cell?.shade ?? NaN)))]),
      [
        ['lower', [0, -50]],
        ['upper', [100, 0]],
      ],
    );
  });

  it('does not blow up differences that mean nothing', () => {
    const strip = stripOf(explanation(word({ lower: 0.701 }, { lower: 0.7 })));
    assert.ok((strip?.bands[0]?.cells[0]?.shade ?? 1) < 0.1);
  });

  it('shades how far gates open where nobody knows what is usual, and is not there without gates', () => {
    const strip = stripOf(explanation(word({ lower: 0.2 }, null), word({ lower: 0.8 }, null), word(null, null)));
    assert.equal(strip?.compared, false);
    assert.deepEqual(
      strip?.bands[0]?.cells.map((cell) => cell && Math.round(cell.shade * 100)),
      [0, 100, null],
    );
    assert.equal(stripOf(explanation(word(null, null))), null);
  });
});
