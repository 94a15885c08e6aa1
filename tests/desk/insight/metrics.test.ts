import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import {
  accuracy,
  areaUnderRoc,
  averagePrecision,
  confusionOf,
  expectedCalibrationError,
  macroF1,
  MetricError,
  perClass,
  randomOrder,
  rank,
  recallInFirst,
} from '../../../desk/insight/metrics.ts';
import { argMax } from '../../../engine/score/linear-head.ts';

const figuresSchema = z.object({
  accuracy: z.number(),
  macro_f1: z.number(),
  precision: z.array(z.number()),
  recall: z.array(z.number()),
  f1: z.array(z.number()),
  support: z.array(z.number()),
  auprc: z.number(),
  auroc: z.number(),
});
const fixture = z
  .object({
    cases: z.array(
      z.object({
        name: z.string(),
        classes: z.number(),
        labels: z.array(z.number()),
        probabilities: z.array(z.number()),
        weights: z.array(z.number()),
        ece: z.number(),
        confusion: z.array(z.number()),
        plain: figuresSchema,
        weighted: figuresSchema,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/metrics.json'), 'utf8')));

function near(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) < 1e-9, `${what}: ${actual} against ${expected}`);
}

describe('figures agree with scikit-learn', () => {
  for (const { name, classes, labels, probabilities, weights, ece, confusion, plain, weighted } of fixture.cases) {
    const p = Float32Array.from(probabilities);
    const predicted = argMax(p, classes);
    const positive = labels.map((label) => (label === classes - 1 ? 1 : 0));
    const scores = labels.map((_, row) => p[row * classes + classes - 1] as number);

    for (const [kind, expected, w] of [
      ['each row once', plain, undefined],
      ['weighted rows', weighted, weights],
    ] as const) {
      it(`${name}, ${kind}`, () => {
        const counts = confusionOf(labels, predicted, classes, w);
        near(accuracy(counts), expected.accuracy, 'accuracy');
        near(macroF1(counts), expected.macro_f1, 'macro-F1');
        perClass(counts).forEach((figures, k) => {
          near(figures.precision, expected.precision[k] as number, `precision of ${k}`);
          near(figures.recall, expected.recall[k] as number, `recall of ${k}`);
          near(figures.f1, expected.f1[k] as number, `F1 of ${k}`);
          near(figures.support, expected.support[k] as number, `support of ${k}`);
        });
        const ranking = rank(positive, scores, w);
        near(averagePrecision(ranking), expected.auprc, 'AUPRC');
        near(areaUnderRoc(ranking), expected.auroc, 'AUROC');
      });
    }
    it(`${name}: confusion and calibration error`, () => {
      assert.deepEqual([...confusionOf(labels, predicted, classes).counts], confusion);
      near(expectedCalibrationError(labels, p, classes), ece, 'ECE');
    });
  }
});

/** Small labelled rankings with many equal scores. */
const rankings = fc
  .array(fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 4 })), { minLength: 2, maxLength: 7 })
  .filter((rows) => rows.some(([label]) => label === 1) && rows.some(([label]) => label === 0));
const labelsOf = (rows: readonly [number, number][]): number[] => rows.map(([label]) => label);
const scoresOf = (rows: readonly [number, number][]): number[] => rows.map(([, score]) => score);

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('rankings', () => {
  it('do not depend on the order of the rows', () => {
    fc.assert(
      fc.property(rankings, (rows) => {
        const back = [...rows].reverse();
        const [a, b] = [rank(labelsOf(rows), scoresOf(rows)), rank(labelsOf(back), scoresOf(back))];
        assert.deepEqual(a, b);
      }),
    );
  });

  it('depend on the order of the scores alone', () => {
    fc.assert(
      fc.property(rankings, (rows) => {
        const stretched = scoresOf(rows).map((score) => Math.exp(score) - 7);
        assert.deepEqual(rank(labelsOf(rows), scoresOf(rows)), rank(labelsOf(rows), stretched));
      }),
    );
  });

  it('take a weight of 2 as the row twice, and of 0 as no row', () => {
    fc.assert(
      fc.property(
        rankings,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 7, maxLength: 7 }),
        (rows, weights) => {
          const repeated = rows.flatMap((row, i) => Array.from({ length: weights[i] as number }, () => row));
          const weighted = rank(labelsOf(rows), scoresOf(rows), weights);
          const plain = rank(labelsOf(repeated), scoresOf(repeated));
          assert.equal(averagePrecision(weighted), averagePrecision(plain));
          assert.equal(areaUnderRoc(weighted), areaUnderRoc(plain));
          for (let k = 0; k <= repeated.length; k++) assert.equal(recallInFirst(weighted, k), recallInFirst(plain, k));
        },
      ),
    );
  });

  it('give, where scores are equal, the mean recall over all orders of them', () => {
    fc.assert(
      fc.property(rankings, fc.integer({ min: 0, max: 7 }), (rows, k) => {
        const sorted = [...rows].sort(([, a], [, b]) => b - a);
        const levels = [...new Set(scoresOf(sorted))];
        const orders = levels
          .map((level) => permutations(sorted.filter(([, score]) => score === level)))
          .reduce<[number, number][][]>(
            (heads, tails) => heads.flatMap((head) => tails.map((tail) => [...head, ...tail])),
            [[]],
          );
        const positives = labelsOf(rows).filter((label) => label === 1).length;
        const recalls = orders.map((order) => labelsOf(order.slice(0, k)).filter((l) => l === 1).length / positives);
        near(recallInFirst(rank(labelsOf(rows), scoresOf(rows)), k), mean(recalls), 'recall');
      }),
      { numRuns: 40 },
    );
  });

  it('give 1 where all positives come first, and NaN without positives', () => {
    const perfect = rank([1, 0, 1, 0], [9, 1, 8, 2]);
    assert.equal(averagePrecision(perfect), 1);
    assert.equal(areaUnderRoc(perfect), 1);
    assert.equal(recallInFirst(perfect, 2), 1);
    assert.equal(recallInFirst(perfect, 99), 1);
    const none = rank([0, 0], [1, 2]);
    assert.ok(Number.isNaN(averagePrecision(none)) && Number.isNaN(areaUnderRoc(none)));
  });

  it('refuse scores that are no numbers, and name the row', () => {
    assert.throws(() => rank([0, 1, 1], [0.1, NaN, 0.2]), { name: 'MetricError', message: /row 1/ });
    assert.throws(() => rank([0, 1], [0.1]), MetricError);
    assert.throws(() => expectedCalibrationError([0], [0.5, NaN], 2), MetricError);
    assert.throws(() => expectedCalibrationError([0, 1], [0.5, 0.5], 2), MetricError);
  });
});

describe('random order', () => {
  it('has the mean figures of all orders', () => {
    for (const [positives, total] of [
      [1, 1],
      [1, 4],
      [3, 5],
      [6, 6],
    ] as const) {
      const rows = Array.from({ length: total }, (_, i) => (i < positives ? 1 : 0));
      const all = permutations(rows).map((labels) =>
        rank(
          labels,
          labels.map((_, i) => -i),
        ),
      );
      const random = randomOrder(positives, total);
      near(random.auprc, mean(all.map(averagePrecision)), 'AUPRC');
      for (let k = 0; k <= total; k++) {
        near(random.recallInFirst(k), mean(all.map((ranking) => recallInFirst(ranking, k))), `recall in ${k}`);
      }
    }
  });
});
