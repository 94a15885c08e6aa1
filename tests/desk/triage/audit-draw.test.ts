import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { drawAudit } from '../../../desk/triage/audit-draw.ts';
import { seededRandom } from '../../../engine/train/random.ts';

const scores = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { maxLength: 300 });

describe('the audit sample', () => {
  it('has of every stratum its share, rounded up, each item once, with the chance that it had', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 40 }), (all, every) => {
        const scored = all.map((score, i) => ({ item: i + 1, score }));
        const drawn = drawAudit(scored, every);
        assert.equal(new Set(drawn.map(({ item }) => item)).size, drawn.length);
        for (let stratum = 0; stratum < 10; stratum++) {
          const size = scored.filter(({ score }) => Math.min(9, Math.floor(score * 10)) === stratum).length;
          const own = drawn.filter((one) => one.stratum === stratum);
          assert.equal(own.length, Math.ceil(size / every));
          for (const { probability } of own) assert.equal(probability, own.length / size);
        }
      }),
    );
  });

  it('gives each item of a stratum the same chance', () => {
    const next = seededRandom(5);
    const random = (n: number): number => Math.floor(next() * n);
    const scored = Array.from({ length: 30 }, (_, i) => ({ item: i, score: 0.5 }));
    const times = new Float64Array(30);
    const rounds = 3_000;
    for (let n = 0; n < rounds; n++) for (const { item } of drawAudit(scored, 15, random)) times[item]! += 1;
    // Two of thirty each time; five standard deviations.
    const expected = (rounds * 2) / 30;
    for (const count of times)
      assert.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `${count} of ${expected}`);
  });

  it('is empty where nobody wants one', () => {
    assert.deepEqual(drawAudit([{ item: 1, score: 0.5 }], 0), []);
  });
});
