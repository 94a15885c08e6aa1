import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ORDERS, ROUNDS, scoresOf, simulate, type Side, type Task } from '../../../bench/labels/simulate.ts';
import type { LinearHead } from '../../../engine/score/linear-head.ts';
import { seededRandom } from '../../../engine/train/random.ts';

const COLUMNS = 8;
const TRUTH: LinearHead = {
  classes: 2,
  columns: COLUMNS,
  weights: Float32Array.from({ length: 2 * COLUMNS }, (_, i) => (i === 0 ? -2 : i === COLUMNS ? 2 : 0)),
  bias: new Float32Array(2),
};

/** The first column says what is wrong. */
function side(rows: number, seed: number): Side {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: rows * COLUMNS }, () => random() - 0.5);
  const positive = Uint8Array.from({ length: rows }, (_, row) => ((values[row * COLUMNS] ?? 0) > 0 ? 1 : 0));
  return { features: { values, rows, columns: COLUMNS }, positive };
}

const pool = side(2400, 1);
const held = side(500, 2);
const task = (start: LinearHead | null): Task => ({ pool, held, start });

describe('a simulated moderator', () => {
  it('decides every message once, as often as it is asked to', async () => {
    for (const order of ORDERS) {
      const { decided, points } = await simulate(task(null), order, 0);
      assert.equal(new Set(decided).size, ROUNDS.at(-1));
      assert.deepEqual(
        points.map(({ decisions }) => decisions),
        [...ROUNDS],
      );
      assert.ok((points.at(-1)?.auroc ?? 0) > 0.95, `${order} learns what is there to learn`);
    }
  });

  it('looks first at what its order says, when there is a model', async () => {
    const scores = scoresOf(TRUTH, pool.features);
    const first = async (order: (typeof ORDERS)[number]): Promise<readonly number[]> =>
      (await simulate(task(TRUTH), order, 0)).decided.slice(0, 20).map((row) => scores[row] as number);
    const sorted = [...scores].sort((a, b) => b - a);
    assert.deepEqual(
      [...(await first('urgent'))].sort((a, b) => b - a),
      sorted.slice(0, 20),
    );
    const unsure = [...scores].sort((a, b) => Math.abs(a - 0.5) - Math.abs(b - 0.5)).slice(0, 20);
    assert.deepEqual(new Set(await first('uncertain')), new Set(unsure));
    assert.ok((await first('diverse')).every((score) => Math.abs(score - 0.5) < 2 / 40));
    assert.ok((await first('random')).some((score) => Math.abs(score - 0.5) > 0.2));
  });

  it('begins where its start is, and at random without one', async () => {
    const { points } = await simulate(task(TRUTH), 'uncertain', 0);
    assert.deepEqual([points[0]?.decisions, points[0]?.macroF1, points[0]?.auroc], [0, 1, 1]);
    const begins = await Promise.all(
      ORDERS.map(async (order) => (await simulate(task(null), order, 3)).decided.slice(0, 20)),
    );
    for (const begin of begins) assert.deepEqual(begin, begins[0]);
    assert.notDeepEqual((await simulate(task(null), 'random', 4)).decided.slice(0, 20), begins[0]);
  });
});
