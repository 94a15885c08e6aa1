import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCatalog } from '../../../desk/models/catalog.ts';
import { places } from '../../../desk/models/places.ts';
import { MethodError } from '../../../desk/retrain/errors.ts';
import { wholeMethod } from '../../../desk/retrain/method.ts';
import { PRESETS, presetOf, withPreset } from '../../../desk/retrain/presets.ts';

describe('a preset', () => {
  it('is a whole method on a model that comes with the program', () => {
    const { models } = readCatalog(places());
    for (const name of PRESETS) {
      const { base } = presetOf(name);
      assert.ok(
        models.some(({ id, origin }) => id === base && origin === 'embedded'),
        name,
      );
      const { model: chosen, choice } = withPreset(name, { choice: {} });
      assert.equal(chosen, base);
      assert.equal(wholeMethod(choice).kind, 'gradient');
    }
  });

  it('gives way to what was said', () => {
    const said = withPreset('best', { choice: { rank: 4, alpha: undefined, seed: 3 } });
    assert.deepEqual(said.choice, { ...presetOf('best').choice, rank: 4, seed: 3 });
    assert.equal(withPreset('best', { choice: { method: 'dora' } }).choice.method, 'dora');
    assert.equal(withPreset('best', { depth: 5, choice: {} }).depth, 5);
  });

  it('is for any base model that is said', () => {
    assert.equal(withPreset('best', { model: 'smollm2-135m', choice: {} }).model, 'smollm2-135m');
  });
});

describe('a method', () => {
  it('names the option whose value it cannot take', () => {
    for (const [choice, told] of [
      [{ epochs: 5000 }, /^--epochs cannot be 5000: expected number to be <=1000\.$/],
      [{ lr: 3 }, /^--lr cannot be 3: /],
      [{ gateRate: 5000 }, /^--gate-rate cannot be 5000: /],
      [{ rank: 100_000 }, /^--rank cannot be 100000: /],
    ] as const)
      assert.throws(
        () => wholeMethod({ method: 'ds-lora', ...choice }),
        (error) => error instanceof MethodError && told.test(error.message),
      );
  });

  it('of a probe is for labels that exclude each other', () => {
    assert.throws(() => wholeMethod({ method: 'probe' }, true), MethodError);
    assert.equal(wholeMethod({ method: 'probe' }).kind, 'probe');
  });
});
