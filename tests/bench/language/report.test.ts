import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Community } from '../../../bench/language/communities.ts';
import { figuresOf } from '../../../bench/language/report.ts';
import type { Arm, Run } from '../../../bench/language/runs.ts';
import { seededRandom } from '../../../engine/train/random.ts';

const random = seededRandom(11);
const held = Array.from({ length: 200 }, (_, i) => ({ text: `message ${i}`, label: i % 4 === 0 ? 1 : 0 }) as const);
const community: Community = { name: 'civil', other: 'davidson', held, parts: () => ({ unlabelled: [], decided: [] }) };

/** @param share how much of a score is the label */
function run(arm: Arm, seed: number, share: number): Run {
  return {
    key: `${arm} ${seed}`,
    community: 'civil',
    seed,
    arm,
    adaptation: arm === 'none' ? null : { seconds: 10 + seed, tokens: 1000, others: 0 },
    loss: arm === 'none' ? 20 : 9,
    lossBefore: arm === 'whole' ? 5 : null,
    probabilities: held.map(({ label }) => share * label + (1 - share) * random()),
  };
}

describe('the figures of the language bench', () => {
  const runs = [0, 1].flatMap((seed) => [run('none', seed, 0.4 * seed), run('own', seed, 0), run('other', seed, 0)]);
  const figures = figuresOf([community], [...runs, run('whole', 1, 0.4)], 'a program');
  const figure = (name: string) => {
    const found = figures.find((one) => one.name === `language.${name}`);
    assert.ok(found, name);
    return found;
  };

  it('hold an arm against the seeds that it has in common with the other one', () => {
    const { value, peer_value, unit } = figure('civil.auroc.whole');
    assert.equal(unit, 'AUROC, one seed');
    assert.ok(value > 0.7 && (peer_value ?? 0) > 0.7);
    assert.equal(figure('civil.auroc').unit, 'AUROC, mean of 2 seeds');
    assert.ok((figure('civil.auroc').peer_value ?? 0) < (peer_value ?? 0) - 0.05);
  });

  it('have each loss beside that of the model as it comes, behind the same layer', () => {
    assert.deepEqual([figure('civil.loss').value, figure('civil.loss').peer_value], [9, 20]);
    assert.equal(figure('civil.loss.whole').peer_value, 5);
    assert.equal(figure('civil.seconds').value, 10.5);
  });

  it('say by the rule whether it is kept, each way of adapting on its own', () => {
    assert.ok(figure('civil.auroc.gain').value < 0);
    assert.equal(figure('kept').value, 0);
    const better = figuresOf([community], [run('none', 0, 0), run('own', 0, 0.5)], 'a program');
    assert.equal(better.find(({ name }) => name === 'language.kept')?.value, 1);
    assert.ok(!better.some(({ name }) => name.includes('whole') || name.includes('other')));
  });
});
