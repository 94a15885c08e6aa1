import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LearningCurve } from '../../../desk/contract/revisions.ts';
import { learningCurveOf, WORTH, type CurveRow } from '../../../desk/retrain/learning-curve.ts';
import { LEAST_FOR_CURVE } from '../../../desk/retrain/recommendations.ts';
import type { Features } from '../../../engine/score/linear-head.ts';
import { seededRandom } from '../../../engine/train/random.ts';

const WIDTH = 48;

interface Decided {
  readonly rows: readonly CurveRow[];
  readonly states: Features;
}

/**
 * Messages whose states say what is wrong, along one direction among many.
 * @param known what the model of the queue knows of it already; 0: nothing, 1: all
 * @param noise what nobody can know
 */
function decided(count: number, { known = 0, noise = 0.5, copies = 1, seed = 1 }): Decided {
  const random = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const direction = Array.from({ length: WIDTH }, normal);
  const length = Math.hypot(...direction);
  const values = new Float32Array(count * copies * WIDTH);
  const rows: CurveRow[] = [];
  for (let group = 0; group < count; group++) {
    const state = Array.from({ length: WIDTH }, normal);
    const truth = state.reduce((sum, x, i) => sum + (x * (direction[i] ?? 0)) / length, 0);
    const positive = truth + noise * normal() > 0;
    const score = 1 / (1 + Math.exp(-4 * known * truth));
    for (let copy = 0; copy < copies; copy++) {
      values.set(state, rows.length * WIDTH);
      rows.push({ group, positive, score });
    }
  }
  return { rows, states: { values, rows: rows.length, columns: WIDTH } };
}

async function curveOf({ rows, states }: Decided): Promise<LearningCurve> {
  const curve = await learningCurveOf(rows, states);
  assert.ok(curve);
  return curve;
}

describe('the hint whether more decisions pay', () => {
  it('says that they pay while the curve rises, and about how much', async () => {
    const { verdict, gain, points } = await curveOf(decided(200, {}));
    assert.equal(verdict, 'pay');
    assert.deepEqual(
      points.map(({ decisions }) => decisions),
      [40, 80, 120, 160],
    );
    const later = await curveOf(decided(300, {}));
    // At 200 decisions a head knows 160 of them, at 300 it knows 240: the same hundred, less a fifth.
    const came = (later.points.at(-1)?.auroc ?? NaN) - (points.at(-1)?.auroc ?? NaN);
    assert.ok(Math.abs(gain.value - came) < 0.02, `promised ${gain.value}, came ${came}`);
  });

  it('says that they hardly pay where the model of the queue knows what there is to know', async () => {
    const { verdict, gain } = await curveOf(decided(400, { known: 1 }));
    assert.equal(verdict, 'hardly-pay', JSON.stringify(gain));
    assert.ok(gain.high < WORTH);
  });

  it('says so as well after many decisions', async () => {
    const { verdict, gain } = await curveOf(decided(2000, {}));
    assert.equal(verdict, 'hardly-pay', JSON.stringify(gain));
  });

  it('does not promise anything of labels that are noise', async () => {
    for (const seed of [1, 2, 3]) {
      const { rows, states } = decided(200, { seed });
      const random = seededRandom(seed);
      const shuffled = rows.map((row) => ({ ...row, positive: random() < 0.5 }));
      assert.notEqual((await learningCurveOf(shuffled, states))?.verdict, 'pay');
    }
  });

  it('does not say that they hardly pay where so few cannot tell', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { rows, states } = decided(60, { seed });
      const random = seededRandom(seed);
      const shuffled = rows.map((row) => ({ ...row, positive: random() < 0.5 }));
      assert.equal((await learningCurveOf(shuffled, states))?.verdict, 'unclear');
    }
  });

  it('reads no message with a head that has learned from nearly the same one', async () => {
    const random = seededRandom(7);
    const { rows, states } = decided(60, { copies: 4 });
    const coins = Array.from({ length: 60 }, () => random() < 0.5);
    const { points } = await curveOf({
      rows: rows.map((row) => ({ ...row, positive: coins[row.group] === true })),
      states,
    });
    assert.ok(
      points.every(({ auroc }) => auroc < 0.65),
      JSON.stringify(points),
    );
  });

  it('refuses to say anything of too few', async () => {
    const { rows, states } = decided(200, {});
    let met = 0;
    const rare = rows.map((row) => ({ ...row, positive: row.positive && ++met < LEAST_FOR_CURVE }));
    assert.equal(await learningCurveOf(rare, states), null);
    assert.equal(await learningCurveOf([], { values: new Float32Array(0), rows: 0, columns: 0 }), null);
  });

  it('gives the same twice', async () => {
    assert.deepEqual(await curveOf(decided(120, {})), await curveOf(decided(120, {})));
  });
});
