import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { planBatches } from '../../../engine/score/batching.ts';

const lengths = fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 300 });
const budget = fc.integer({ min: 0, max: 2048 });

describe('planBatches', () => {
  it('puts every text into exactly one batch', () => {
    fc.assert(
      fc.property(lengths, budget, (all, tokens) => {
        const members = planBatches(all, tokens).flat();
        assert.deepEqual(
          [...members].sort((a, b) => a - b),
          [...all.keys()],
        );
      }),
    );
  });

  it('keeps to the budget unless a single text is longer', () => {
    fc.assert(
      fc.property(lengths, budget, (all, tokens) => {
        for (const batch of planBatches(all, tokens)) {
          const total = batch.reduce((sum, text) => sum + (all[text] ?? 0), 0);
          assert.ok(batch.length === 1 || total <= tokens);
        }
      }),
    );
  });

  it('goes from long to short, so that memory never grows on the way', () => {
    fc.assert(
      fc.property(lengths, budget, (all, tokens) => {
        const order = planBatches(all, tokens)
          .flat()
          .map((text) => all[text] ?? 0);
        assert.deepEqual(
          order,
          [...order].sort((a, b) => b - a),
        );
      }),
    );
  });

  it('takes texts one by one when there is no budget', () => {
    assert.deepEqual(planBatches([3, 9, 4], 0), [[1], [2], [0]]);
  });
});
