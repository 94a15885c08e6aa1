import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { predictLinear, type LinearHead } from '../../../../engine/score/linear-head.ts';
import { fitLogisticFrom } from '../../../../engine/train/linear/logistic-from.ts';
import { fitLogistic } from '../../../../engine/train/linear/logistic.ts';
import { LogisticError, type Labelled } from '../../../../engine/train/linear/logistic-problem.ts';
import { seededRandom } from '../../../../engine/train/random.ts';

const COLUMNS = 6;

/** Rows of which the first column says the label, shifted and stretched, and a last column that never changes. */
function rows(count: number): Labelled {
  const random = seededRandom(3);
  const values = Float32Array.from({ length: count * COLUMNS }, (_, i) =>
    i % COLUMNS === COLUMNS - 1 ? 2 : 3 + (1 + (i % COLUMNS)) * (random() - 0.5),
  );
  const labels = Array.from({ length: count }, (_, row) =>
    (values[row * COLUMNS] ?? 0) - 3 + 0.5 * (random() - 0.5) > 0 ? 1 : 0,
  );
  return { features: { values, rows: count, columns: COLUMNS }, labels };
}

const START: LinearHead = {
  classes: 2,
  columns: COLUMNS,
  weights: Float32Array.from([0, 0.3, 0, 0, -1, 0.2, 1, 0, 0, 0.5, 0, -0.1]),
  bias: Float32Array.from([0.4, -0.7]),
};

const farthest = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((one, i) => Math.abs(one - (b[i] ?? NaN))));

describe('a head that goes on from another', () => {
  const train = rows(200);

  it('is the plain fit where it starts from nothing', async () => {
    const strength = 0.1;
    const own = await fitLogisticFrom(train, null, { classWeights: 'balanced', strength });
    const { head } = await fitLogistic(train, { classes: 2, classWeights: 'balanced', strength });
    assert.ok(farthest(predictLinear(own, train.features), predictLinear(head, train.features)) < 1e-3);
  });

  it('stays what it was where it is held, but for what lies between the labels, and learns where it is not', async () => {
    const before = predictLinear(START, train.features);
    const logit = (p: Float32Array): Float32Array =>
      Float32Array.from({ length: train.features.rows }, (_, row) =>
        Math.log((p[2 * row + 1] ?? NaN) / (p[2 * row] ?? NaN)),
      );
    const held = await fitLogisticFrom(train, START, { classWeights: 'balanced', strength: 1e4 });
    const moved = logit(predictLinear(held, train.features)).map((one, i) => one - (logit(before)[i] ?? NaN));
    assert.ok(Math.max(...moved) - Math.min(...moved) < 1e-2, 'the bias alone is free');
    const free = await fitLogisticFrom(train, START, { classWeights: 'balanced', strength: 1e-3 });
    const right = (head: LinearHead): number =>
      predictLinear(head, train.features).filter((p, i) => i % 2 === 1 && p > 0.5 === (train.labels[i >> 1] === 1))
        .length;
    assert.ok(right(free) > right(START) + 20, `${right(free)} of 200, ${right(START)} before`);
  });

  it('refuses a head of another width', async () => {
    const narrow = { ...START, columns: 2, weights: new Float32Array(4) };
    await assert.rejects(
      fitLogisticFrom(train, narrow, { classWeights: 'none', strength: 1 }),
      (error) => error instanceof LogisticError && /2 columns/.test(error.message),
    );
  });
});
