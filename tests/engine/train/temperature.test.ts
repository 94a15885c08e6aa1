import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitTemperature } from '../../../engine/train/temperature.ts';

describe('fitTemperature', () => {
  it('finds the factor by which logits are too sure', () => {
    const rows = 20_000;
    const truth = (x: number) => 1 / (1 + Math.exp(-x));
    const values = Float32Array.from({ length: rows }, (_, i) => 4 * ((i / rows) * 2 - 1));
    // Rows are drawn so that the true probability of class 1 is σ(x); low-discrepancy draws instead of chance.
    const labels = Int32Array.from(values, (x, i) => (((i + 1) * 0.618033988749895) % 1 < truth(x) ? 1 : 0));
    const logits = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 ? 1.5 : -1.5) * (values[i >> 1] as number));
    // They differ by 3x where they should differ by x.
    const found = fitTemperature(logits, labels, 2);
    assert.ok(Math.abs(found - 3) < 0.1, `found ${found}`);
  });

  it('does not mind a constant that is added to a row', () => {
    const labels = [0, 1, 1, 0, 1, 0];
    const logits = Float32Array.from([2, 1, 0, 3, 1, 2, 1, 0, 2, 1, 0, 1]);
    const moved = logits.map((z, i) => z + 50 * (i >> 1));
    assert.ok(Math.abs(fitTemperature(logits, labels, 2) - fitTemperature(moved, labels, 2)) < 1e-2);
  });
});
