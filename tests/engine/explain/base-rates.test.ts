import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { baseRates, usualGates } from '../../../engine/explain/base-rates.ts';

/** Token 7 stands in both texts, six times; token 9 once. */
const TEXTS = [Int32Array.of(7, 7, 7, 9), Int32Array.of(7, 7, 7)];
const GATES = [
  { lower: Float32Array.of(0, 0.25, 0.5, 1), middle: Float32Array.of(1, 1, 1, 0) },
  { lower: Float32Array.of(0.25, 0.25, 0.25), middle: Float32Array.of(0, 0, 0) },
];

describe('base rates of gates', () => {
  const rates = baseRates(TEXTS, GATES);

  it('are means over all places, and over those of each token that stands in five', () => {
    assert.deepEqual(Array.from(rates.overall), [Math.fround(2.5 / 7), Math.fround(3 / 7)]);
    assert.deepEqual(Array.from(rates.tokens), [7]);
    assert.deepEqual(Array.from(rates.ofTokens), [0.25, 0.5]);
  });

  it('are those of the token where it is known, else of all tokens', () => {
    const { lower, middle, upper } = usualGates(rates, Int32Array.of(9, 7, 123));
    const [all] = rates.overall;
    assert.deepEqual(Array.from(lower ?? []), [all, 0.25, all]);
    assert.deepEqual(Array.from(middle ?? [])[1], 0.5);
    assert.equal(upper, undefined);
  });

  it('are kept of the most frequent tokens, by id', () => {
    // Tokens 0 … 4,999 stand five times each, the last hundred once more.
    const often = Int32Array.from({ length: 5000 * 5 + 100 }, (_, i) => (i < 25_000 ? i % 5000 : i - 25_000 + 4900));
    const { tokens } = baseRates([often], [{ lower: new Float32Array(often.length) }]);
    assert.equal(tokens.length, 4000);
    assert.deepEqual(Array.from(tokens.subarray(3898, 3902)), [3898, 3899, 4900, 4901]);
  });
});
