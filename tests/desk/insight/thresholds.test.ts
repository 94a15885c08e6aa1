import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { weigh } from '../../../desk/insight/audit-sample.ts';
import { naiveTable, thresholdTable, type Estimate } from '../../../desk/insight/thresholds.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { audit, communityOf, truth } from './communities.ts';
import { near } from './reference.ts';

const RUNS = 600;
const THRESHOLD = 0.5;
const calibrated = (score: number): number => score;
/** abuse is rare, and much of it scores low */
const hidden = (score: number): number => (score > 0.5 ? 0.4 : 0.01);

/** How often the interval held the truth, and how far the estimates are from it on average, over many samples. */
function simulate(chance: (score: number) => number, every: number) {
  const random = seededRandom(11);
  const held = { precision: 0, recall: 0 };
  const off = { precision: 0, recall: 0 };
  for (let run = 0; run < RUNS; run++) {
    const community = communityOf(random, 3000, chance);
    const [row] = thresholdTable(audit(community, random, every), community.scores, [THRESHOLD]);
    const right = truth(community, THRESHOLD);
    for (const figure of ['precision', 'recall'] as const) {
      const estimate: Estimate | null | undefined = row?.[figure];
      assert.ok(estimate);
      assert.ok(estimate.low <= estimate.value && estimate.value <= estimate.high, JSON.stringify(estimate));
      if (estimate.low <= right[figure] && right[figure] <= estimate.high) held[figure] += 1 / RUNS;
      off[figure] += (estimate.value - right[figure]) / RUNS;
    }
  }
  return { held, off };
}

describe('the threshold table', () => {
  for (const [name, chance, every] of [
    ['scores that are right', calibrated, 15],
    ['abuse that hides at low scores', hidden, 15],
    ['a third of all messages drawn', calibrated, 3],
  ] as const)
    it(`holds the truth in its 95% intervals: ${name}`, () => {
      const { held, off } = simulate(chance, every);
      for (const figure of ['precision', 'recall'] as const) {
        assert.ok(held[figure] >= 0.925, `${figure}: ${held[figure]}`);
        near(off[figure], 0, 0.03, `mean error of ${figure}`);
      }
    });

  it('is exact where every message is an audit item', () => {
    const random = seededRandom(2);
    const community = communityOf(random, 800, calibrated);
    for (const { threshold, precision, recall, flagged } of thresholdTable(
      audit(community, random, 1),
      community.scores,
    )) {
      const right = truth(community, threshold);
      assert.equal(flagged, community.scores.filter((score) => score >= threshold).length);
      assert.ok(precision && recall);
      near(precision.value, right.precision, 1e-9, 'precision');
      near(recall.value, right.recall, 1e-9, 'recall');
      assert.ok(recall.high - recall.low < 0.02 && precision.high - precision.low < 0.02);
    }
  });

  it('lets each audit item stand for its share, also where half of a tenth was not decided', () => {
    const random = seededRandom(3);
    const community = communityOf(random, 2000, calibrated, 2);
    const all = audit(community, random);
    const decided = all.filter(({ score }, i) => score > 0.3 || i % 2 === 0);
    const weighed = weigh(decided, community.scores);
    near(
      weighed.reduce((sum, { weight }) => sum + weight, 0),
      2000,
      1e-6,
      'all messages',
    );
    const low = community.scores.filter((score) => score < 0.1).length;
    near(
      weighed.filter(({ score }) => score < 0.1).reduce((sum, { weight }) => sum + weight, 0),
      low,
      1e-6,
      'messages of the lowest tenth',
    );
  });

  it('says nothing from fewer than 30 audit items, and nothing of recall where none was abuse', () => {
    const scores = Float32Array.from({ length: 300 }, (_, i) => i / 300);
    const fine = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ score: i / count, positive: false, probability: 0.1 }));
    for (const row of thresholdTable(fine(29), scores)) assert.deepEqual([row.precision, row.recall], [null, null]);
    for (const { precision, recall } of thresholdTable(fine(30), scores)) {
      assert.equal(precision?.value, 0);
      assert.equal(recall, null);
    }
  });

  it('does not know a recall where no audit item below the threshold was decided', () => {
    const scores = Float32Array.from({ length: 300 }, (_, i) => i / 300);
    const high = Array.from({ length: 40 }, (_, i) => ({ score: 0.6 + i / 100, positive: i > 20, probability: 0.1 }));
    const [row] = thresholdTable(high, scores, [0.55]);
    assert.ok(row?.precision);
    assert.equal(row.recall, null);
  });

  it('shows by how much decisions in the urgent order mislead', () => {
    const random = seededRandom(4);
    const community = communityOf(random, 4000, hidden);
    const order = [...community.scores.keys()].sort((a, b) => (community.scores[b] ?? 0) - (community.scores[a] ?? 0));
    const urgent = order.slice(0, 800).map((i) => ({
      score: community.scores[i] ?? 0,
      positive: community.positive[i] === true,
    }));
    const right = truth(community, THRESHOLD).recall;
    const naive = naiveTable(urgent, [THRESHOLD])[0]?.recall ?? 0;
    const [row] = thresholdTable(audit(community, random, 5), community.scores, [THRESHOLD]);
    assert.ok(naive > right + 0.05, `${naive} against ${right}`);
    assert.ok(Math.abs((row?.recall?.value ?? 0) - right) < Math.abs(naive - right));
  });
});
