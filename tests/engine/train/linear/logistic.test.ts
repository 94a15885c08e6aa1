import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fitLogistic, selectLogistic } from '../../../../engine/train/linear/logistic.ts';
import {
  LogisticError,
  logisticObjective,
  prepareLogistic,
  type Labelled,
} from '../../../../engine/train/linear/logistic-problem.ts';
import { argMax, LinearHeadError, predictLinear } from '../../../../engine/score/linear-head.ts';
import { seededRandom } from '../../../../engine/train/random.ts';

const fixture = z
  .object({
    cases: z.array(
      z.object({
        name: z.string(),
        rows: z.number(),
        columns: z.number(),
        classes: z.number(),
        strength: z.number(),
        balanced: z.boolean(),
        features: z.array(z.number()),
        labels: z.array(z.number()),
        weights: z.array(z.number()),
        bias: z.array(z.number()),
        probabilities: z.array(z.number()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/logistic.json'), 'utf8')));

/** Rows whose class depends on the first columns, with strongly correlated and unevenly scaled features. */
function madeUp(rows: number, columns: number, classes: number, seed: number): Labelled & { labels: Uint8Array } {
  const random = seededRandom(seed);
  const values = new Float32Array(rows * columns);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const common = random() - 0.5;
    labels[row] = row < classes ? row : Math.floor(random() * classes);
    for (let column = 0; column < columns; column++) {
      const signal = column % classes === labels[row] ? 0.4 : 0;
      values[row * columns + column] = (random() - 0.5 + 3 * common + signal) * 10 ** ((column % 5) - 2) + column;
    }
  }
  return { features: { values, rows, columns }, labels };
}

const plain = { classes: 2, classWeights: 'none', strength: 0.01 } as const;

describe('logistic regression', () => {
  for (const example of fixture.cases) {
    it(`agrees with scikit-learn: ${example.name}`, async () => {
      const { rows, columns, classes, labels, strength } = example;
      const features = { values: Float32Array.from(example.features), rows, columns };
      const fit = await fitLogistic(
        { features, labels },
        { classes, classWeights: example.balanced ? 'balanced' : 'none', strength, tolerance: 1e-9 },
      );
      assert.ok(fit.converged);
      const probabilities = predictLinear(fit.head, features);
      let worst = 0;
      probabilities.forEach((p, i) => (worst = Math.max(worst, Math.abs(p - (example.probabilities[i] as number)))));
      assert.ok(worst < 1e-5, `largest difference of a probability: ${worst}`);
      // scikit-learn keeps one vector for two classes: ours differ by exactly that.
      for (let column = 0; column < columns; column++) {
        const of = (k: number): number => fit.head.weights[k * columns + column] as number;
        const pairs =
          classes === 2
            ? [[of(1) - of(0), example.weights[column] as number]]
            : Array.from({ length: classes }, (_, k) => [of(k), example.weights[k * columns + column] as number]);
        for (const [ours, theirs] of pairs as [number, number][]) {
          assert.ok(Math.abs(ours - theirs) <= 1e-4 * Math.max(1, Math.abs(theirs)), `${ours} against ${theirs}`);
        }
      }
    });
  }

  for (const classes of [2, 4]) {
    it(`has the gradient that finite differences give (${classes} classes)`, async () => {
      const train = madeUp(41, 7, classes, 5);
      const problem = await prepareLogistic(train, { classes, classWeights: 'balanced' });
      const objective = logisticObjective(problem, 0.05);
      const size = (classes === 2 ? 1 : classes) * 8;
      const random = seededRandom(6);
      const point = Float64Array.from({ length: size }, () => random() * 2 - 1);
      const gradient = new Float64Array(size);
      const unused = new Float64Array(size);
      await objective(point, gradient);
      for (let i = 0; i < size; i++) {
        const moved = (by: number): Promise<number> =>
          objective(
            point.map((value, at) => (at === i ? value + by : value)),
            unused,
          );
        const difference = ((await moved(1e-5)) - (await moved(-1e-5))) / 2e-5;
        assert.ok(Math.abs(difference - (gradient[i] as number)) < 1e-7, `component ${i}`);
      }
    });
  }

  it('gives the class shares when it may use nothing but the bias', async () => {
    const train = madeUp(300, 6, 3, 8);
    const fit = await fitLogistic(train, { classes: 3, classWeights: 'none', strength: 1e6, tolerance: 1e-9 });
    const probabilities = predictLinear(fit.head, train.features);
    for (let k = 0; k < 3; k++) {
      const share = train.labels.filter((label) => label === k).length / 300;
      assert.ok(Math.abs((probabilities[k] as number) - share) < 1e-4);
    }
  });

  it('weighs classes so that a balanced fit has no lean towards the frequent one', async () => {
    const train = madeUp(400, 4, 2, 9);
    train.labels.forEach((label, row) => {
      if (label === 1 && row > 1 && row % 5 !== 0) train.labels[row] = 0;
    });
    const fit = await fitLogistic(train, { classes: 2, classWeights: 'balanced', strength: 1e6, tolerance: 1e-9 });
    assert.ok(Math.abs((predictLinear(fit.head, train.features)[0] as number) - 0.5) < 1e-4);
  });

  it('takes a row of weight 2 as that row twice', async () => {
    const once = madeUp(60, 5, 2, 10);
    const weighted = await fitLogistic(once, {
      ...plain,
      tolerance: 1e-9,
      rowWeights: Float64Array.from({ length: 60 }, () => 2),
    });
    const unweighted = await fitLogistic(once, { ...plain, tolerance: 1e-9 });
    assert.deepEqual(weighted.head.weights, unweighted.head.weights);
    const without = await fitLogistic(once, {
      ...plain,
      rowWeights: Float64Array.from({ length: 60 }, (_, row) => (row < 30 ? 0 : 1)),
    });
    assert.notDeepEqual(without.head.weights, unweighted.head.weights);
  });

  it('does not depend on the scale or origin of a column', async () => {
    const train = madeUp(200, 6, 2, 11);
    const moved = { ...train.features, values: train.features.values.map((v, i) => (i % 6 === 2 ? v * 64 + 32 : v)) };
    const options = { ...plain, tolerance: 1e-9 };
    const a = predictLinear((await fitLogistic(train, options)).head, train.features);
    const b = predictLinear((await fitLogistic({ ...train, features: moved }, options)).head, moved);
    a.forEach((value, i) => assert.ok(Math.abs(value - (b[i] as number)) < 1e-4));
  });

  it('gives no weight to a column that never changes', async () => {
    const train = madeUp(80, 3, 2, 12);
    for (let row = 0; row < 80; row++) train.features.values[row * 3 + 1] = 0.1;
    const { head } = await fitLogistic(train, plain);
    assert.ok(Math.abs(head.weights[1] as number) === 0);
    assert.ok(Math.abs(head.weights[4] as number) === 0);
    assert.ok(head.weights.every(Number.isFinite) && head.bias.every(Number.isFinite));
  });

  it('gives the same bytes when run again', async () => {
    const [a, b] = await Promise.all([1, 2].map(() => fitLogistic(madeUp(150, 9, 3, 13), { ...plain, classes: 3 })));
    assert.deepEqual(a, b);
  });

  it('keeps the strength with the best macro-F1 on dev, and near the optimum of each strength from a cold start', async () => {
    const train = madeUp(400, 12, 2, 14);
    const dev = madeUp(200, 12, 2, 15);
    const best = await selectLogistic(train, dev, { classes: 2, classWeights: 'balanced' });
    assert.equal(best.devMacroF1, Math.max(...best.trials.map((trial) => trial.devMacroF1)));
    assert.ok(best.trials.every((trial) => trial.converged));
    const cold = await fitLogistic(train, { classes: 2, classWeights: 'balanced', strength: best.strength });
    assert.ok(Math.abs(cold.objective - best.objective) < 1e-6);
  });

  it('converges in few passes although the columns are strongly correlated', async () => {
    const fit = await fitLogistic(madeUp(2000, 64, 2, 16), { ...plain, strength: 1e-4 });
    assert.ok(fit.converged && fit.iterations < 40, `${fit.iterations} iterations`);
  });

  it('refuses numbers that are not finite, and says where they are', async () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const train = madeUp(20, 4, 2, 17);
      train.features.values[3 * 4 + 2] = bad;
      await assert.rejects(fitLogistic(train, plain), (error) => {
        assert.ok(error instanceof LogisticError);
        assert.match(error.message, /Feature 2 of row 3/);
        return true;
      });
    }
  });

  it('refuses one class only, labels out of range and shapes that do not fit', async () => {
    const train = madeUp(20, 4, 2, 18);
    const refused = (changed: Partial<Labelled>, message: RegExp): Promise<void> =>
      assert.rejects(fitLogistic({ ...train, ...changed }, plain), { name: 'LogisticError', message });
    await refused({ labels: new Uint8Array(20) }, /Class 1 has no training row/);
    await refused({ labels: new Uint8Array(20).fill(7) }, /label of training row 0 is 7/);
    await refused({ labels: new Uint8Array(19) }, /does not fit together/);
    await refused({ features: { values: new Float32Array(0), rows: 0, columns: 4 }, labels: [] }, /no training rows/);
    await assert.rejects(
      selectLogistic(train, madeUp(20, 5, 2, 1), { classes: 2, classWeights: 'none' }),
      /4 columns, but those of dev have 5/,
    );
    const { head } = await fitLogistic(train, plain);
    assert.throws(() => predictLinear(head, madeUp(5, 3, 2, 1).features), LinearHeadError);
  });

  it('ends when cancelled, and reports on its way', async () => {
    const cancel = new AbortController();
    let last = 0;
    await assert.rejects(
      selectLogistic(
        madeUp(300, 16, 2, 19),
        madeUp(50, 16, 2, 20),
        { classes: 2, classWeights: 'none' },
        {
          signal: cancel.signal,
          onProgress: ({ iteration }) => {
            last = iteration;
            if (iteration === 2) cancel.abort(new Error('enough'));
          },
        },
      ),
      /enough/,
    );
    assert.equal(last, 2);
  });
});

describe('a linear head', () => {
  it('gives probabilities that sum to one for logits of any size, and the first of equals as its class', () => {
    const head = { classes: 3, columns: 1, weights: Float32Array.of(1e30, -1e30, 1e30), bias: new Float32Array(3) };
    const probabilities = predictLinear(head, { values: Float32Array.of(1, -1, 0), rows: 3, columns: 1 });
    for (let row = 0; row < 3; row++) {
      const sum = probabilities.subarray(row * 3, row * 3 + 3).reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - 1) < 1e-6);
    }
    assert.deepEqual([...argMax(probabilities, 3)], [0, 1, 0]);
  });
});
