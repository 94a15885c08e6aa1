import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differenceOf, recommendationOf, TOLERATED_LOSS, type ComparedRow } from '../../../desk/retrain/comparison.ts';
import { seededRandom } from '../../../engine/train/random.ts';

/** @param champion how much each score says of the row; 0: nothing */
function rows(count: number, champion: number, challenger: number, seed = 1): ComparedRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, group) => {
    const positive = random() < 0.4;
    const score = (knows: number): number => (positive ? knows : 0) + random();
    return { group, positive, weight: 1, part: group % 5, champion: score(champion), challenger: score(challenger) };
  });
}

const recommended = (compared: readonly ComparedRow[]) => recommendationOf(differenceOf(compared), null).recommendation;

describe('a comparison', () => {
  it('recommends what is better, not what is worse, and says where it cannot tell', () => {
    assert.equal(recommended(rows(200, 0, 1)), 'better');
    assert.equal(recommended(rows(200, 1, 0)), 'worse');
    const same = rows(200, 0.5, 0.5).map((row) => ({ ...row, challenger: row.champion }));
    assert.deepEqual(
      [differenceOf(same)?.value, differenceOf(same)?.low, differenceOf(same)?.high, recommended(same)],
      [0, 0, 0, 'no-difference'],
    );
    assert.equal(recommended(rows(200, 0, 1).slice(0, 15)), 'unknown');
    const calm = rows(200, 0, 1).filter(({ positive }) => !positive);
    assert.equal(recommended(calm), 'unknown');
  });

  it('of two that know nothing recommends the one by chance only', () => {
    const better = Array.from({ length: 100 }, (_, seed) => recommended(rows(120, 0, 0, seed + 1))).filter(
      (one) => one === 'better',
    ).length;
    assert.ok(better <= 8, `${better} of 100; 2.5 are expected`);
  });

  it('asks for the order within a part alone: each part was read by another model', () => {
    const compared = rows(200, 0.3, 1);
    const shifted = compared.map((row) => ({ ...row, challenger: row.challenger + 100 * row.part }));
    assert.equal(differenceOf(shifted)?.challenger, differenceOf(compared)?.challenger);
    const one = shifted.map((row) => ({ ...row, part: 0 }));
    assert.notEqual(differenceOf(one)?.challenger, differenceOf(compared)?.challenger);
  });

  it('counts a row of weight 2 as two rows', () => {
    const compared = rows(150, 0.3, 0.6);
    const weighted = compared.map((row, i) => ({ ...row, weight: i % 3 === 0 ? 2 : 1 }));
    const twice = compared.flatMap((row, i) => (i % 3 === 0 ? [row, row] : [row]));
    const [a, b] = [differenceOf(weighted), differenceOf(twice)];
    assert.ok(Math.abs((a?.value ?? 1) - (b?.value ?? 0)) < 1e-12);
  });

  it('is not made surer by copies of a message', () => {
    const compared = rows(100, 0.3, 0.6);
    const copied = compared.flatMap((row) => [row, row, row, row]);
    const width = (all: readonly ComparedRow[]): number =>
      (differenceOf(all)?.high ?? 0) - (differenceOf(all)?.low ?? 0);
    assert.ok(Math.abs(width(copied) - width(compared)) < 1e-9);
    const apart = copied.map((row, group) => ({ ...row, group }));
    assert.ok(width(apart) < 0.7 * width(compared), 'as four rows each they would make it surer');
  });

  it('recommends nothing that has forgotten too much', () => {
    const better = differenceOf(rows(200, 0, 1));
    const lost = differenceOf(rows(400, 1, 0));
    assert.ok(lost && lost.value < -TOLERATED_LOSS);
    assert.equal(recommendationOf(better, lost).recommendation, 'worse');
    assert.equal(recommendationOf(better, { ...lost, value: -TOLERATED_LOSS / 2 }).recommendation, 'better');
    assert.equal(recommendationOf(better, { ...lost, high: 0.01 }).recommendation, 'better');
  });
});
