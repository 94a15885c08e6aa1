import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { bootstrap } from '../../../desk/insight/bootstrap.ts';
import { evaluate, type Figure } from '../../../desk/insight/evaluation.ts';
import { MetricError } from '../../../desk/insight/metrics.ts';
import { seededRandom } from '../../../engine/train/random.ts';

/** Rows of two classes with a score that is right more often than not. */
function scored(rows: number, seed: number) {
  const random = seededRandom(seed);
  const gold = Uint8Array.from({ length: rows }, () => (random() < 0.2 ? 1 : 0));
  const probabilities = new Float32Array(2 * rows);
  gold.forEach((label, row) => {
    const p = 0.3 * label + 0.7 * random();
    probabilities.set([1 - p, p], 2 * row);
  });
  return { labels: ['fine', 'toxic'], gold, probabilities };
}

describe('evaluation', () => {
  it('puts every value inside its interval, and counts every row once', () => {
    const result = evaluate(scored(500, 1), [50, 100]);
    const figures: Figure[] = [
      result.accuracy,
      result.macro_f1,
      result.auprc,
      result.auroc,
      result.ece,
      ...result.recall_in_first,
    ];
    for (const { value, low, high } of figures) assert.ok(low < value && value < high, `${low} ${value} ${high}`);
    assert.equal(
      result.confusion.flat().reduce((a, b) => a + b, 0),
      500,
    );
    assert.equal(result.per_class['toxic']?.support, result.positives);
    assert.deepEqual(
      result.recall_in_first.map(({ k }) => k),
      [50, 100],
    );
    assert.equal(result.random_order.recall_in_first[0]?.value, 0.1);
  });

  it('is the same for the same seed, and another for another', () => {
    const once = evaluate(scored(200, 2), [20], { seed: 5 });
    assert.deepEqual(once, evaluate(scored(200, 2), [20], { seed: 5 }));
    assert.notDeepEqual(once.auprc, evaluate(scored(200, 2), [20], { seed: 6 }).auprc);
  });

  it('has narrower intervals with more rows, about as the square root of them', () => {
    const width = (rows: number): number => {
      const { low, high } = evaluate(scored(rows, 3)).accuracy;
      return high - low;
    };
    const ratio = width(400) / width(6400);
    assert.ok(ratio > 3 && ratio < 5.3, String(ratio));
  });

  it('covers the truth in about 95 of 100 draws', () => {
    let covered = 0;
    for (let draw = 0; draw < 200; draw++) {
      const random = seededRandom(1000 + draw);
      const hits = Float64Array.from({ length: 80 }, () => (random() < 0.3 ? 1 : 0));
      const [interval] = bootstrap(
        80,
        (drawn) => [drawn.reduce((sum, times, row) => sum + times * (hits[row] as number), 0) / 80],
        { seed: draw, resamples: 300 },
      );
      if (interval !== undefined && interval.low <= 0.3 && 0.3 <= interval.high) covered++;
    }
    assert.ok(covered >= 178 && covered <= 199, `${covered} of 200`);
  });

  it('draws the rows of a group together', () => {
    bootstrap(
      6,
      (drawn) => {
        assert.equal(drawn[0], drawn[1]);
        assert.equal(drawn[2], drawn[3]);
        assert.equal(drawn[2], drawn[4]);
        return [0];
      },
      { groups: [7, 7, 8, 8, 8, 9], resamples: 50 },
    );
  });

  it('gives NaN, not a number that looks like one, where there is nothing to find', () => {
    const rows = scored(50, 4);
    const result = evaluate({ ...rows, gold: new Uint8Array(50) });
    assert.ok(Number.isNaN(result.auprc.value) && Number.isNaN(result.auprc.low));
    assert.ok(Number.isFinite(result.accuracy.low));
  });

  it('refuses rows that do not fit together, and no rows', () => {
    const rows = scored(10, 5);
    assert.throws(() => evaluate({ ...rows, gold: [0, 1] }), MetricError);
    assert.throws(() => evaluate({ ...rows, gold: [], probabilities: new Float32Array(0) }), MetricError);
    assert.throws(() => bootstrap(0, () => [0]), MetricError);
  });
});
