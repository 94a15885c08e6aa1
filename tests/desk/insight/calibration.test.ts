import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { weigh, type Weighed } from '../../../desk/insight/audit-sample.ts';
import { calibrationOf, crossFitted, fitCurve } from '../../../desk/insight/calibration.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { audit, communityOf } from './communities.ts';
import { near, reference } from './reference.ts';

const sample = (chance: (score: number) => number, seed: number, every = 4): readonly Weighed[] => {
  const random = seededRandom(seed);
  const community = communityOf(random, 4000, chance, 2);
  return weigh(audit(community, random, every), community.scores);
};
/** four times as sure of abuse as it may be */
const boastful = (score: number): number => score / (score + 4 * (1 - score));
const item = (score: number, positive: boolean): Weighed => ({ score, positive, weight: 1, probability: 1 });

describe('calibration', () => {
  it('fits the curve that scikit-learn fits', () => {
    for (const { scores, positive, weights, slope, intercept } of reference.curves) {
      const items = scores.map((score, i) => ({ score, positive: positive[i] === true, weight: weights[i] ?? 0 }));
      const curve = fitCurve(items);
      assert.ok(curve);
      near(curve.slope, slope, 1e-5, 'slope');
      near(curve.intercept, intercept, 1e-5, 'intercept');
    }
  });

  it('makes boastful scores honest, and leaves honest ones', () => {
    const found = calibrationOf(sample(boastful, 5));
    assert.ok(found);
    assert.ok(found.asIs.ece > 0.1, `${found.asIs.ece}`);
    assert.ok(found.asIs.ece > found.asIs.byChance.most);
    assert.ok(found.calibrated.ece <= found.calibrated.byChance.most, JSON.stringify(found.calibrated));
    near(found.calibrated.intercept, -Math.log(4), 0.35, 'intercept');
    const honest = calibrationOf(sample((score) => score, 6));
    assert.ok(honest && honest.asIs.ece <= honest.asIs.byChance.most);
    near(honest.calibrated.slope, 1, 0.2, 'slope');
  });

  it('reads no item with a curve that was fitted on it', () => {
    const items = sample((score) => score, 7, 20);
    const crossed = crossFitted(items, 1);
    assert.ok(crossed);
    // Turning the verdict on one item round changes what all folds but its own say, and nothing that is said of it but by its fold.
    const at = items.findIndex(({ positive }) => positive);
    const turned = crossFitted(
      items.map((one, i) => (i === at ? { ...one, weight: one.weight * 50 } : one)),
      1,
    );
    assert.equal(turned?.[at]?.score, crossed[at]?.score);
    assert.ok(turned?.some(({ score }, i) => score !== crossed[i]?.score));
  });

  it('is finite where scores tell abuse from all else, and refuses what tells nothing', () => {
    const apart = Array.from({ length: 40 }, (_, i) => item(i < 20 ? 0.1 + i / 1000 : 0.9 + i / 1000, i >= 20));
    const curve = fitCurve(apart);
    assert.ok(curve && Number.isFinite(curve.slope) && curve.slope < 5, JSON.stringify(curve));
    assert.equal(fitCurve(apart.map((one) => ({ ...one, positive: !one.positive }))), null);
    assert.equal(fitCurve(apart.map((one) => ({ ...one, positive: false }))), null);
    assert.equal(calibrationOf(apart.slice(0, 29)), null);
  });

  it('shows the share of abuse at each height, with intervals around it', () => {
    const found = calibrationOf(sample((score) => score, 8));
    assert.ok(found);
    const { bins } = found.asIs;
    assert.equal(
      bins.reduce((sum, { items }) => sum + items, 0),
      found.items,
    );
    const holding = bins.filter(({ score, low, high }) => low <= score && score <= high).length;
    assert.ok(holding >= bins.length - 2, `${holding} of ${bins.length}`);
    for (const { from, to, score } of bins) assert.ok(from <= score && score <= to);
  });
});
