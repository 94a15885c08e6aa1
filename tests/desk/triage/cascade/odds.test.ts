import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Expected, fitOdds } from '../../../../desk/triage/cascade/odds.ts';
import { seededRandom } from '../../../../engine/train/random.ts';

const odds = { offset: -3, slope: 2 };
const STEP = 500;

/** Places of an order, the highest proxy first, flagged as a logistic curve has it. */
function order(count: number, seed: number): { proxy: Float32Array; flagged: Uint32Array } {
  const random = seededRandom(seed);
  const proxy = Float32Array.from({ length: count }, () => 6 * random() - 4).sort((a, b) => b - a);
  const flagged = Uint32Array.from(proxy, (z) =>
    random() < 1 / (1 + Math.exp(-odds.offset - odds.slope * z)) ? 1 : 0,
  );
  return { proxy, flagged };
}

const sum = (list: Uint32Array): number => list.reduce((a, b) => a + b, 0);

describe('what is expected of the rest', () => {
  it('follows a curve that is found again from what it made', () => {
    const { proxy, flagged } = order(20_000, 1);
    const found = fitOdds(proxy, flagged);
    assert.ok(Math.abs(found.offset - odds.offset) < 0.2 && Math.abs(found.slope - odds.slope) < 0.15);
  });

  it('is right about what no step has reached, whatever the sample said', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { proxy, flagged } = order(10_000, seed);
      // A sample that expects next to nothing.
      const expected = new Expected({ offset: -12, slope: 1 });
      const steps = 4;
      for (let at = 0; at < steps; at++)
        expected.note(proxy.slice(at * STEP, (at + 1) * STEP), flagged.slice(at * STEP, (at + 1) * STEP));
      const truth = sum(flagged.subarray(steps * STEP));
      const [said = 0] = expected.behind(proxy.subarray(steps * STEP));
      assert.ok(said > truth / 2 && said < truth * 2, `seed ${seed}: ${said} expected, ${truth} there`);
    }
  });
});
