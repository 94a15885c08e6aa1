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
    let said = 0;
    for (let run = 0; run < runs; run++) {
      const community = communityOf(random, 4000, (score) => 0.05 + 0.9 * score, 2);
      const [found] = conformalThresholds(weigh(audit(community, random, 25), community.scores), [0.9]);
      if (typeof found?.threshold !== 'number' || found.surely === null) continue;
      said++;
      const { recall } = truth(community, found.threshold);
      mean += recall;
      if (recall >= found.surely) surely++;
    }
    assert.ok(said > 0.9 * runs, `${said}`);
    assert.ok(mean / said >= 0.895 && mean / said < 0.935, `${mean / said}`);
    assert.ok(surely / said >= 0.92, `${surely / said}`);
  });

  it('say what is sure of samples of unequal chances, too, and nothing where those are too unequal', () => {
    const random = seededRandom(23);
    const runs = 400;
    let kept = 0;
    let said = 0;
    for (let run = 0; run < runs; run++) {
      // Of low scores one in ten was drawn, of high ones one in four: with the same n, a count of items would promise too much.
      const scores = Float32Array.from({ length: 1_200 }, () => random() ** 2);
      const drawn = [...scores].filter((score) => random() < (score < 0.4 ? 0.1 : 0.25));
      const items = drawn.map((score) => ({ score, positive: true, weight: score < 0.4 ? 10 : 4 }));
      const [found] = conformalThresholds(items, [0.9]);
      assert.ok(typeof found?.threshold === 'number' && found.surely !== null);
      said++;
      if (scores.filter((score) => score >= (found.threshold ?? 2)).length / scores.length >= found.surely) kept++;
    }
    assert.ok(kept / said >= 0.92, `${kept / said}`);
    const uneven = abuse(60, (i) => i / 60).map((one, i) => ({ ...one, weight: i % 10 === 0 ? 20 : 1 }));
    assert.deepEqual([conformalThresholds(uneven, [0.9])[0]?.surely], [null]);
  });

  it('are there exactly where there are as many items as are said to be needed, however unequal those are', () => {
    const random = seededRandom(24);
    let uneven = 0;
    for (let run = 0; run < 2000; run++) {
      const spread = [1, 3, 30][run % 3] as number;
      const items = abuse(1 + Math.floor(random() * 60), () => random()).map((one) => ({
        ...one,
        weight: 1 + Math.floor(random() * spread),
      }));
      for (const found of conformalThresholds(items)) {
        assert.equal(found.threshold !== null, found.items >= found.needed, JSON.stringify(found));
        if (spread === 1) assert.equal(found.uneven, false);
        if (found.uneven && found.threshold === null && found.items >= 9) uneven++;
      }
    }
    assert.ok(uneven > 100, `${uneven} of them have enough items of equal weight, and no threshold`);
  });

  it('promise nothing where nothing was abuse', () => {
    const fine = abuse(50, (i) => i / 50).map((one) => ({ ...one, positive: false }));
    assert.deepEqual(
      conformalThresholds(fine).map(({ threshold, surely, items, needed }) => [threshold, surely, items, needed]),
      [9, 19, 99].map((needed) => [null, null, 0, needed]),
    );
  });
});
