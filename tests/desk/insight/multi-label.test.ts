import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluate } from '../../../desk/insight/evaluation.ts';
import { MetricError } from '../../../desk/insight/metrics.ts';
import { evaluateSets } from '../../../desk/insight/multi-label.ts';
import { seededRandom } from '../../../engine/train/random.ts';

const near = (a: number | undefined, b: number): void => assert.ok(Math.abs((a ?? NaN) - b) < 1e-6, `${a} is not ${b}`);

describe('an evaluation of several labels a row', () => {
  it('gives what is counted by hand', () => {
    const { exact_match, macro_f1, per_label, rows, positives, ece } = evaluateSets({
      labels: ['insult', 'threat'],
      gold: Uint8Array.from([1, 0, 1, 1, 0, 0, 0, 1]),
      // insult: hit, hit, right, false alarm; threat: right, missed, right, hit
      probabilities: Float32Array.from([0.9, 0.1, 0.8, 0.3, 0.2, 0.1, 0.6, 0.7]),
      thresholds: [0.5, 0.5],
    });
    assert.deepEqual([rows, positives], [4, 3]);
    near(exact_match.value, 2 / 4);
    near(per_label['insult']?.precision, 2 / 3);
    near(per_label['insult']?.recall, 1);
    near(per_label['threat']?.precision, 1);
    near(per_label['threat']?.recall, 1 / 2);
    near(macro_f1.value, (4 / 5 + 2 / 3) / 2);
    near(per_label['insult']?.auprc, 1);
    near(per_label['threat']?.auprc, 1);
    assert.equal(per_label['insult']?.support, 2);
    near(ece.value, ((per_label['insult']?.ece ?? NaN) + (per_label['threat']?.ece ?? NaN)) / 2);
  });

  it('counts a label from its own threshold on', () => {
    const gold = Uint8Array.from([1, 1]);
    const f1 = (threshold: number) =>
      evaluateSets({ labels: ['a'], gold, probabilities: Float32Array.from([0.4, 0.6]), thresholds: [threshold] })
        .per_label['a']?.f1;
    near(f1(0.4), 1);
    near(f1(0.5), 2 / 3);
  });

  it('of one label is that of two classes', () => {
    const random = seededRandom(4);
    const gold = Uint8Array.from({ length: 300 }, () => (random() < 0.3 ? 1 : 0));
    const p = Float32Array.from(gold, (label) => 0.3 * label + 0.69 * random());
    const one = evaluateSets({ labels: ['a'], gold, probabilities: p, thresholds: [0.5] }, [50]);
    const pairs = new Float32Array(600);
    p.forEach((x, row) => pairs.set([1 - x, x], 2 * row));
    const two = evaluate({ labels: ['none', 'a'], gold, probabilities: pairs }, [50]);
    near(one.exact_match.value, two.accuracy.value);
    for (const [mine, other] of [
      [one.ece, two.ece],
      [one.auprc, two.auprc],
      [one.auroc, two.auroc],
      [one.recall_in_first[0], two.recall_in_first[0]],
    ] as const)
      for (const end of ['value', 'low', 'high'] as const) near(mine?.[end], other?.[end] ?? NaN);
    near(one.macro_f1.value, two.per_class['a']?.f1 ?? NaN);
    near(one.per_label['a']?.auprc, two.auprc.value);
    assert.deepEqual(one.random_order, two.random_order);
  });

  it('says that a label which no row has cannot be ranked', () => {
    const gold = Uint8Array.from([1, 0, 1, 0]);
    const probabilities = Float32Array.from([0.9, 0.1, 0.8, 0.2]);
    const { per_label } = evaluateSets({ labels: ['a', 'b'], gold, probabilities, thresholds: [0.5, 0.5] });
    assert.ok(Number.isNaN(per_label['b']?.auprc));
    assert.equal(per_label['b']?.support, 0);
  });

  it('refuses rows that do not fit together', () => {
    const refused = (gold: number, probabilities: number) =>
      assert.throws(
        () =>
          evaluateSets({
            labels: ['a', 'b'],
            gold: new Uint8Array(gold),
            probabilities: new Float32Array(probabilities),
            thresholds: [0.5, 0.5],
          }),
        MetricError,
      );
    refused(0, 0);
    refused(3, 3);
    refused(4, 2);
  });
});
