import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TailBound, allowedLeft, sampleSize } from '../../../../desk/triage/cascade/bound.ts';
import { drawn, seededRandom } from '../../../../engine/train/random.ts';

const DELTA = 0.05;
const RUNS = 400;
/** Failures in `RUNS` that a bound which fails with DELTA exceeds once in a thousand. */
const MOST = 35;

/** Draws all of a part of which the first `flagged` are flagged, and says whether the bound was ever below the truth. */
function everWrong(size: number, flagged: number, share: number, seed: number): boolean {
  const bound = new TailBound(size, { share }, DELTA);
  const order = drawn(
    Uint32Array.from({ length: size }, (_, i) => i),
    size,
    seededRandom(seed),
  );
  let left = flagged;
  return order.some((i) => {
    bound.note(i < flagged);
    if (i < flagged) left--;
    return bound.left < left;
  });
}

/** Ways to choose k of n. */
function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways *= (n - k + i) / i;
  return ways;
}

describe('the bound on what is left', () => {
  for (const [size, flagged, share] of [
    [120, 1, 0.001],
    [120, 6, 0.001],
    [120, 6, 0.05],
    [120, 6, 0.4],
    [120, 60, 0.01],
    [600, 3, 0.02],
  ] as const) {
    it(`is ever wrong in 5% of all samples at most: ${flagged} of ${size}, guessed ${share}`, () => {
      const wrong = Array.from({ length: RUNS }, (_, seed) => everWrong(size, flagged, share, seed)).filter(Boolean);
      assert.ok(wrong.length <= MOST, `${wrong.length} of ${RUNS}`);
    });
  }

  it('rests on evidence that is 1 in the mean, whatever is guessed: what Ville asks of a martingale', () => {
    const [size, flagged] = [60, 25];
    for (const share of [0.001, 0.2, 0.5])
      for (const n of [1, 7, 20]) {
        let mean = 0;
        for (let x = 0; x <= n; x++) {
          const bound = new TailBound(size, { share }, DELTA);
          for (let i = 0; i < n; i++) bound.note(i < x);
          const chance = (choose(flagged, x) * choose(size - flagged, n - x)) / choose(size, n);
          mean += chance * Math.exp(bound.evidenceAgainst(flagged));
        }
        assert.ok(Math.abs(mean - 1) < 1e-9, `${mean} after ${n} draws, guessed ${share}`);
      }
  });

  it('says all before the first draw, nothing after the last, and never more than there can be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (size, k, share) => {
          const flagged = k % (size + 1);
          const bound = new TailBound(size, { share }, DELTA);
          assert.equal(bound.left, size);
          for (let i = 0; i < size; i++) {
            bound.note(i < flagged);
            assert.ok(bound.left >= 0 && bound.left <= size - bound.drawn);
          }
          assert.equal(bound.left, 0);
        },
      ),
    );
  });

  it('does not depend on the order of what was drawn', () => {
    const [one, other] = [new TailBound(500, { share: 0.01 }, DELTA), new TailBound(500, { share: 0.01 }, DELTA)];
    for (let i = 0; i < 200; i++) {
      one.note(i % 40 === 0);
      other.note(i >= 195);
    }
    assert.equal(one.left, other.left);
  });

  it('takes about as many draws as the exact test that waits for its end, where nothing is flagged', () => {
    const [size, allowed] = [20_000, 40];
    // The fewest draws that miss 41 of 20,000 with a chance of 5%: the product of (1 − 41 / (size − i)) falls below it.
    let exact = 0;
    for (let chance = 1; chance > DELTA; exact++) chance *= 1 - (allowed + 1) / (size - exact);
    const own = sampleSize(size, allowed, 0, DELTA);
    assert.ok(own >= exact && own < 1.03 * exact, `${own} draws, ${exact} at least`);
  });

  it('leaves so many that what was found is the target', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.constantFrom(0.95, 0.99, 0.999), (found, target) => {
        const left = allowedLeft(found, target);
        assert.ok(found === 0 ? left === 0 : found / (found + left) >= target - 1e-12);
        assert.ok(found / (found + left + 1) < target);
      }),
    );
  });
});
