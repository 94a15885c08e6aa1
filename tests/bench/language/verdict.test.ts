import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gainOf, isKept, metricOf } from '../../../bench/language/verdict.ts';
import { confusionOf, macroF1 } from '../../../desk/insight/metrics.ts';
import { seededRandom } from '../../../engine/train/random.ts';

const random = seededRandom(3);
const labels = Array.from({ length: 300 }, () => (random() < 0.3 ? 1 : 0));
/** the better, the more of it is the label */
const scores = (share: number): number[] => labels.map((label) => share * label + (1 - share) * random());

describe('what an adaptation is worth', () => {
  it('is nothing, with certainty, where nothing changed', () => {
    const same = [scores(0.2), scores(0.2)];
    const { low, high, before, after } = gainOf('auroc', labels, same, same);
    assert.deepEqual([low, high], [0, 0]);
    assert.equal(before, after);
  });

  it('is beyond doubt where every seed gains much, and the loss is as large the other way round', () => {
    const [before, after] = [
      [scores(0), scores(0)],
      [scores(0.4), scores(0.4)],
    ];
    const gain = gainOf('auroc', labels, before, after);
    assert.ok(gain.low > 0.1 && gain.low < gain.after - gain.before && gain.high > gain.after - gain.before);
    assert.equal(gainOf('auroc', labels, after, before).high, -gain.low);
  });

  it('is in doubt where seeds disagree, however many texts there are', () => {
    const { low, high } = gainOf('auroc', labels, [scores(0), scores(0.4)], [scores(0.4), scores(0)]);
    assert.ok(low < -0.1 && high > 0.1);
  });

  it('has the macro-F1 of the other figures, and counts a text as often as it is drawn', () => {
    const own = scores(0.3);
    const predicted = own.map((score) => (score > 0.5 ? 1 : 0));
    assert.ok(Math.abs(metricOf('macroF1', labels, own) - macroF1(confusionOf(labels, predicted, 2))) < 1e-12);
    const drawn = labels.map((_, i) => i % 3);
    const spelledOut = labels.flatMap((_, i) => Array<number>(i % 3).fill(i));
    const repeated = metricOf(
      'macroF1',
      spelledOut.map((i) => labels[i] ?? 0),
      spelledOut.map((i) => own[i] ?? 0),
    );
    assert.equal(metricOf('macroF1', labels, own, drawn), repeated);
  });
});

describe('the rule by which an adaptation is kept', () => {
  const better = { low: 0.01, high: 0.03 };
  const unclear = { low: -0.01, high: 0.03 };
  const worse = { low: -0.03, high: -0.01 };

  it('asks for most communities, and for harm in none', () => {
    assert.equal(isKept([better, better, unclear]), true);
    assert.equal(isKept([better, unclear, unclear]), false);
    assert.equal(isKept([better, better, worse]), false);
    assert.equal(isKept([better, better, unclear, unclear]), false);
  });
});
