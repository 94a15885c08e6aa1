import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { agreementFigures as agreeing, type Rating } from '../../../desk/insight/agreement-figures.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { proportion } from '../../../desk/insight/proportion.ts';
import { atOnce } from '../../../desk/slices.ts';

const several = z.object({ same: z.number(), alpha: z.number() });
const fixture = z
  .object({
    cases: z.array(
      z.object({
        name: z.string(),
        labels: z.number(),
        ratings: z.array(z.object({ unit: z.number(), reviewer: z.number(), labels: z.array(z.number()) })),
        messages: z.number(),
        same: z.number(),
        alpha: z.number(),
        perLabel: z.array(several),
        pairs: z.array(
          z.object({
            reviewers: z.tuple([z.number(), z.number()]),
            messages: z.number(),
            same: z.number(),
            kappa: z.number(),
            labels: z.array(z.number()),
          }),
        ),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/agreement.json'), 'utf8')));

const agreementFigures = (ratings: readonly Rating[], labels: readonly number[]) => atOnce(agreeing(ratings, labels));

const near = (actual: number, expected: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${what}: ${actual} against ${expected}`);

const apart = (ratings: readonly Omit<Rating, 'group'>[]): Rating[] =>
  ratings.map((rating) => ({ ...rating, group: rating.unit }));

describe('agreement', () => {
  for (const { name, labels, ratings, messages, same, alpha, perLabel, pairs } of fixture.cases) {
    it(`is that of scikit-learn and of the definition: ${name}`, () => {
      const ids = Array.from({ length: labels }, (_, i) => i);
      const found = agreementFigures(apart(ratings), ids);
      assert.equal(found.messages, messages);
      near(found.same.value, same, 'same');
      near(found.alpha.value, alpha, 'alpha');
      perLabel.forEach((expected, i) => {
        near(found.labels[i]?.same.value ?? NaN, expected.same, `same of label ${i}`);
        near(found.labels[i]?.alpha.value ?? NaN, expected.alpha, `alpha of label ${i}`);
      });
      assert.deepEqual(
        found.pairs.map(({ reviewers, messages: both }) => [reviewers, both]),
        pairs.map(({ reviewers, messages: both }) => [reviewers, both]),
      );
      pairs.forEach((expected, p) => {
        near(found.pairs[p]?.same.value ?? NaN, expected.same, 'same of a pair');
        near(found.pairs[p]?.kappa.value ?? NaN, expected.kappa, 'kappa');
        expected.labels.forEach((kappa, i) =>
          near(found.pairs[p]?.labels[i]?.kappa.value ?? NaN, kappa, `kappa of label ${i}`),
        );
      });
      assert.ok(found.alpha.low < found.alpha.value && found.alpha.value < found.alpha.high);
    });
  }

  it('of the example in Krippendorff (2011) is .743', () => {
    // Four observers, twelve units; 0: not observed.
    const observed = [
      [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
      [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
      [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
      [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ];
    const ratings = observed.flatMap((values, reviewer) =>
      values.flatMap((value, unit) => (value === 0 ? [] : [{ unit, reviewer, labels: [value] }])),
    );
    const { alpha, messages } = agreementFigures(apart(ratings), []);
    assert.equal(messages, 11);
    assert.equal(alpha.value.toFixed(3), '0.743');
  });

  const rows = fc.array(
    fc.record({
      unit: fc.integer({ min: 0, max: 8 }),
      reviewer: fc.integer({ min: 1, max: 3 }),
      labels: fc.subarray([1, 2, 3]),
    }),
    { minLength: 4, maxLength: 27 },
  );
  const once = (all: readonly Omit<Rating, 'group'>[]) => [
    ...new Map(all.map((one) => [`${one.unit} ${one.reviewer}`, one])).values(),
  ];

  it('hangs neither on the order of ratings nor on what reviewers and messages are numbered', () => {
    const values = (ratings: readonly Rating[]) => {
      const { messages, same, alpha, labels } = agreementFigures(ratings, [1, 2, 3]);
      return [messages, same.value, alpha.value, ...labels.flatMap((one) => [one.same.value, one.alpha.value])];
    };
    fc.assert(
      fc.property(rows, (all) => {
        const ratings = apart(once(all));
        const others = ratings.map((one) => ({
          ...one,
          unit: 90 - one.unit,
          group: one.unit,
          reviewer: 7 - one.reviewer,
        }));
        const [a, b] = [values(ratings), values(others.toReversed())];
        a.forEach((value, i) => assert.ok(Object.is(value, b[i]) || Math.abs(value - (b[i] ?? NaN)) < 1e-12));
      }),
      { numRuns: 30 },
    );
  });

  it('is whole where all say the same, undefined where there is nothing else, and about 0 at random', () => {
    const all = (of: (unit: number, reviewer: number) => number) =>
      apart(
        Array.from({ length: 800 }, (_, i) => i).flatMap((unit) =>
          [1, 2].map((reviewer) => ({ unit, reviewer, labels: [of(unit, reviewer)] })),
        ),
      );
    const agreed = agreementFigures(
      all((unit) => unit % 3),
      [0, 1, 2],
    );
    assert.deepEqual([agreed.same.value, agreed.alpha.value, agreed.pairs[0]?.kappa.value], [1, 1, 1]);
    const only = agreementFigures(
      all(() => 1),
      [1],
    );
    assert.equal(only.same.value, 1);
    assert.ok(Number.isNaN(only.alpha.value) && Number.isNaN(only.pairs[0]?.kappa.value));
    const draw = seededRandom(3);
    const random = agreementFigures(
      all(() => (draw() < 0.5 ? 0 : 1)),
      [0, 1],
    );
    assert.ok(Math.abs(random.alpha.value) < 0.1);
    assert.ok(random.alpha.low < 0 && random.alpha.high > 0);
    assert.equal(agreementFigures([], [1]).messages, 0);
  });

  it('has wider intervals where the same text came many times', () => {
    const ratings = Array.from({ length: 200 }, (_, unit) => unit).flatMap((unit) =>
      [1, 2].map((reviewer) => ({ unit, reviewer, labels: [unit % 20 < 10 + 4 * reviewer ? 1 : 2] })),
    );
    const width = (group: (unit: number) => number): number => {
      const { same } = agreementFigures(
        ratings.map((one) => ({ ...one, group: group(one.unit) })),
        [1, 2],
      );
      return same.high - same.low;
    };
    assert.ok(width((unit) => unit % 20) > 2 * width((unit) => unit));
  });
});

describe('a share', () => {
  it('has the interval of Wilson, which leaves room where all or none were hit', () => {
    // 7 of 20, as SciPy's binomtest(7, 20).proportion_ci(method="wilson") gives it.
    const { low, high } = proportion(7, 20);
    assert.ok(Math.abs(low - 0.18119182) < 1e-8 && Math.abs(high - 0.56714572) < 1e-8, `${low} ${high}`);
    // A digit above 1 would keep the figures out of what the contract lets pass.
    for (let n = 1; n <= 400; n++)
      for (const hits of [0, 1, n]) {
        const all = proportion(hits, n);
        assert.ok(all.low >= 0 && all.low <= all.value && all.value <= all.high && all.high <= 1, `${hits} of ${n}`);
      }
    assert.ok(proportion(3, 3).low < 0.5 && proportion(0, 3).high > 0.5);
    assert.ok(Number.isNaN(proportion(0, 0).value));
  });
});
