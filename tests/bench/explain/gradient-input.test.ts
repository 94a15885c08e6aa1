import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GradientInput } from '../../../bench/explain/gradient-input.ts';

describe('gradient × input', () => {
  it('is what a little more of a token does to the loss', async () => {
    await using gradient = await GradientInput.open(null);
    assert.ok(gradient);
    // [CLS] you are a liar [SEP], as MiniLM's vocabulary has them.
    const ids = Int32Array.of(101, 2017, 2024, 1037, 16374, 102);
    const states = await gradient.entering(ids);
    const width = states.length / ids.length;
    const lossWith = async (token: number, share: number): Promise<number> => {
      const changed = states.map((x, i) => (Math.floor(i / width) === token ? x * (1 + share) : x));
      return (await gradient.lossOf(changed)).loss;
    };
    const values = await gradient.ofTokens(ids);
    const little = 1e-2;
    for (const [token, value] of values.entries()) {
      const measured = ((await lossWith(token, little)) - (await lossWith(token, -little))) / (2 * little);
      assert.ok(Math.abs(measured - value) < 2e-3, `token ${token}: ${value}, measured ${measured}`);
    }
    assert.ok(Math.max(...values.map(Math.abs)) > 0.02);
  });
});
