/** AdaLoRA's budget and its penalty, without a model. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addOrthogonality, tripletNames } from '../../../engine/adapter/adalora.ts';
import {
  budgetAt,
  prunedToBudget,
  smoothedImportance,
  tripletScores,
  type Importance,
} from '../../../engine/adapter/rank-budget.ts';
import { paddedSize } from '../../../engine/adapter/padded-size.ts';
import { seededRandom } from '../../../engine/train/random.ts';

describe('the orthogonality penalty', () => {
  const [RANK, INPUTS, OUTPUTS] = [3, 7, 5];
  const PADDED = paddedSize(RANK);
  const { P, Q } = tripletNames('layer');
  /** Where number k of vector i stands. */
  const at = (name: string, i: number, k: number) => (name === P ? k * PADDED + i : i * INPUTS + k);
  const lengthOf = (name: string) => (name === P ? OUTPUTS : INPUTS);

  function valuesOf(value: (i: number, k: number) => number): Map<string, Float32Array> {
    const values = new Map([P, Q].map((name) => [name, new Float32Array(lengthOf(name) * PADDED)]));
    for (const [name, array] of values)
      for (let i = 0; i < RANK; i++) for (let k = 0; k < lengthOf(name); k++) array[at(name, i, k)] = value(i, k);
    return values;
  }

  /** Σ (Vᵢ·Vⱼ − [i = j])² over both factors */
  function penalty(values: ReadonlyMap<string, Float32Array>): number {
    let sum = 0;
    for (const [name, V] of values)
      for (let i = 0; i < RANK; i++)
        for (let j = 0; j < RANK; j++) {
          let apart = i === j ? -1 : 0;
          for (let k = 0; k < lengthOf(name); k++)
            apart += (V[at(name, i, k)] as number) * (V[at(name, j, k)] as number);
          sum += apart ** 2;
        }
    return sum;
  }

  /** Gradients of a module whose step gave ones. */
  function gradientsOf(values: ReadonlyMap<string, Float32Array>, weight: number): Map<string, Float32Array> {
    const gradients = new Map(Array.from(values, ([name, { length }]) => [name, new Float32Array(length).fill(1)]));
    addOrthogonality('layer', values, gradients, { rank: RANK, weight });
    return gradients;
  }

  it('has the gradient of its finite differences, times its weight, on top of what is there', () => {
    const random = seededRandom(3);
    const values = valuesOf(() => 2 * random() - 1);
    const gradients = gradientsOf(values, 0.1);
    const step = 2 ** -7;
    for (const [name, array] of values)
      for (const [place, kept] of array.entries()) {
        const lossAt = (value: number): number => {
          array[place] = value;
          return penalty(values);
        };
        const slope = (lossAt(kept + step) - lossAt(kept - step)) / (2 * step);
        array[place] = kept;
        const found = gradients.get(name)?.[place] ?? NaN;
        // Padding counts in no penalty, so that its slope is zero as well.
        assert.ok(Math.abs(found - (1 + 0.1 * slope)) < 1e-3, `${name} ${place}: ${found}, not 1 + 0.1 · ${slope}`);
      }
  });

  it('adds nothing to orthonormal vectors', () => {
    for (const gradient of gradientsOf(
      valuesOf((i, k) => (i === k ? 1 : 0)),
      10,
    ).values())
      assert.ok(gradient.every((value) => value === 1));
  });
});

describe('importance', () => {
  it('smooths |w · dw| and how far it is from its mean, from zeros on', () => {
    const first = smoothedImportance(null, Float32Array.of(2, -1), Float32Array.of(-3, 0));
    close(first.sensitivity, [0.15 * 6, 0]);
    close(first.uncertainty, [0.15 * (6 - 0.9), 0]);
    const second = smoothedImportance(first, Float32Array.of(1, 1), Float32Array.of(1, 2));
    close(second.sensitivity, [0.85 * 0.9 + 0.15, 0.3]);
    close(second.uncertainty, [0.85 * 0.765 + 0.15 * (1 - 0.915), 0.15 * (2 - 0.3)]);
  });

  it('of a triplet is that of its value and the means of its two vectors', () => {
    // Q: (in 3, r 2)  P: (r 2, out 2)
    const of = (...scores: number[]): Importance => ({
      sensitivity: Float32Array.from(scores),
      uncertainty: new Float32Array(scores.length).fill(1),
    });
    const scores = tripletScores({ Q: of(1, 2, 3, 10, 20, 30), L: of(100, 200), P: of(1, 2, 3, 4) });
    assert.deepEqual(Array.from(scores), [100 + 2 + 2, 200 + 3 + 20]);
  });
});

describe('the budget', () => {
  const schedule = { from: 48, to: 24, steps: 100, before: 10, after: 30 };

  it('is all before it begins to fall, and the last one where the last steps begin', () => {
    for (const t of [0, 9, 10]) assert.equal(budgetAt(t, schedule), 48);
    for (const t of [70, 99, 1000]) assert.equal(budgetAt(t, schedule), 24);
    // half way: 24 + 24 / 8
    assert.equal(budgetAt(40, schedule), 27);
  });

  it('never rises', () =>
    fc.assert(
      fc.property(
        fc.record({
          from: fc.integer({ min: 0, max: 500 }),
          to: fc.integer({ min: 0, max: 500 }),
          before: fc.integer({ min: 0, max: 50 }),
          after: fc.integer({ min: 0, max: 50 }),
          between: fc.integer({ min: 0, max: 100 }),
        }),
        ({ from, to, before, after, between }) => {
          const [high, low] = [Math.max(from, to), Math.min(from, to)];
          const steps = before + between + after;
          const budgets = Array.from({ length: steps + 1 }, (_, t) =>
            budgetAt(t, { from: high, to: low, steps, before, after }),
          );
          assert.ok(budgets.every((b, t) => b >= low && b <= high && b <= (budgets[t - 1] ?? high)));
          assert.equal(budgets.at(-1), low);
        },
      ),
    ));

  it('keeps the best triplets of all modules together', () => {
    const L = Float32Array.of(1, 2, 3);
    const kept = prunedToBudget(
      new Map([
        ['a', { L, scores: Float64Array.of(0.5, 0.1, 0.9) }],
        ['b', { L: Float32Array.of(4, 5), scores: Float64Array.of(0.2, 0.7) }],
      ]),
      3,
    );
    assert.deepEqual(
      [...kept].map(([module, values]) => [module, ...values]),
      [
        ['a', 1, 0, 3],
        ['b', 0, 5],
      ],
    );
    assert.deepEqual([...L], [1, 2, 3], 'what was given stays');
  });

  it('keeps exactly as many where scores are equal', () => {
    const kept = prunedToBudget(new Map([['a', { L: Float32Array.of(1, 1, 1, 1), scores: new Float64Array(4) }]]), 2);
    assert.deepEqual([...(kept.get('a') ?? [])], [1, 1, 0, 0]);
  });
});

function close(found: Float32Array, expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs((found[i] as number) - value) < 1e-6, `number ${i} is ${found[i]}, not ${value}`);
}
