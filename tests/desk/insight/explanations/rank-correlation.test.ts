import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rankCorrelation } from '../../../../desk/insight/explanations/rank-correlation.ts';

const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) <= 1e-12, `${a}, ${b}`);

describe('rank correlation', () => {
  it('is that of SciPy', () => {
    near(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 40]), 1);
    near(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1]), -1);
    // scipy.stats.spearmanr([1, 2, 2, 3, 5], [2, 1, 4, 4, 3])
    near(rankCorrelation([1, 2, 2, 3, 5], [2, 1, 4, 4, 3]), 0.39473684210526316);
    assert.ok(Number.isNaN(rankCorrelation([1, 1, 1], [1, 2, 3])));
  });
});
