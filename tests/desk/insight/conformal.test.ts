import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conformalThresholds } from '../../../desk/insight/conformal.ts';
import { weigh } from '../../../desk/insight/audit-sample.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { audit, communityOf, truth } from './communities.ts';
import { near } from './reference.ts';

const abuse = (count: number, score: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => ({ score: score(i), positive: true, weight: 1 }));

describe('conformal thresholds', () => {
  it('take the k-th lowest of n, k = ⌊α (n + 1)⌋', () => {
    const items = abuse(59, (i) => (i + 1) / 100);
    const of = (share: number) => conformalThresholds(items, [share])[0];
    assert.equal(of(0.95)?.threshold, 0.03);
    assert.equal(of(0.9)?.threshold, 0.06);
    assert.equal(of(0.99)?.threshold, null);
    assert.equal(of(0.99)?.needed, 99);
    assert.equal(
      conformalThresholds(
        abuse(99, (i) => i / 100),
        [0.99],
      )[0]?.threshold,
      0,
    );
    assert.equal(
      conformalThresholds(
        abuse(98, (i) => i / 100),
        [0.99],
      )[0]?.threshold,
      null,
    );
    assert.equal(
      conformalThresholds(
        abuse(19, (i) => i / 100),
        [0.95],
      )[0]?.threshold,
      0,
    );
  });

  it('keep their promise for the next abusive message, and no more than that', () => {
    const random = seededRandom(21);
    const runs = 4000;
    let kept = 0;
    for (let run = 0; run < runs; run++) {
      const scores = abuse(39, () => random() ** 2);
      const threshold = conformalThresholds(scores, [0.9])[0]?.threshold ?? NaN;
      if (random() ** 2 >= threshold) kept++;
    }
    // Exactly .9 on average: 4 of 40 lie below; four standard deviations.
    near(kept / runs, 0.9, 0.02, 'promise');
  });

  it('keep it from an audit sample of a community, too, and say what is sure', () => {
    const random = seededRandom(22);
    const runs = 200;
    let mean = 0;
    let surely = 0;
    for (let run = 0; run < runs; run++) {
      const community = communityOf(random, 4000, (score) => 0.05 + 0.9 * score, 2);
      const [found] = conformalThresholds(weigh(audit(community, random, 25), community.scores), [0.9]);
      assert.ok(typeof found?.threshold === 'number' && found.surely !== null);
      const { recall } = truth(community, found.threshold);
      mean += recall / runs;
      if (recall >= found.surely) surely += 1 / runs;
    }
    assert.ok(mean >= 0.895 && mean < 0.93, `${mean}`);
    assert.ok(surely >= 0.92, `${surely}`);
  });

  it('promise nothing where nothing was abuse', () => {
    const fine = abuse(50, (i) => i / 50).map((one) => ({ ...one, positive: false }));
    assert.deepEqual(
      conformalThresholds(fine).map(({ threshold, surely, items }) => [threshold, surely, items]),
      [0.9, 0.95, 0.99].map(() => [null, null, 0]),
    );
  });
});
