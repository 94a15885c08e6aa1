import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Adapter } from '../../../engine/adapter/adapter.ts';
import { AdapterError } from '../../../engine/adapter/errors.ts';
import { assertFits, decodeAdapter, encodeAdapter } from '../../../engine/adapter/file.ts';
import { MOST_TOKENS, type GateRates } from '../../../engine/adapter/gate-rates.ts';
import { modulesOf, type ModuleSettings } from '../../../engine/adapter/methods.ts';
import { GgufError } from '../../../engine/ggml/gguf/errors.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import type { GgufValue } from '../../../engine/ggml/gguf/values.ts';
import { encodeGguf } from '../../../engine/ggml/gguf/write.ts';
import type { Hyperparameters } from '../../../engine/model/hyperparameters.ts';
import { adapterOn } from '../../reference/adapters.ts';

const SHAPE: Hyperparameters = {
  architecture: 'llama',
  blocks: 4,
  width: 8,
  heads: 2,
  kvHeads: 2,
  headWidth: 4,
  mlpWidth: 16,
  context: 128,
  vocabulary: 100,
  normEpsilon: 1e-5,
  rope: { dims: 2, base: 1e4, scale: 1 },
  window: null,
  attentionScale: 1,
};
const GATED: ModuleSettings = {
  method: 'ds-lora',
  rank: 2,
  alpha: 4,
  targets: ['attn_q'],
  from: 2,
  gate: 4,
  scope: 'token',
};
const RATES: GateRates = {
  overall: Float32Array.of(0.5, 0.75),
  tokens: Int32Array.of(3, 17, 99),
  ofTokens: Float32Array.of(0, 1, 0.25, 0.5, 0.125, 0.0625),
};

/** Two layers with modules, so two bands. */
const adapterWith = (gateRates: GateRates | undefined, settings: ModuleSettings = GATED): Adapter =>
  adapterOn(
    { name: 'tiny', sha256: 'a'.repeat(64), architecture: 'llama' },
    {
      method: settings.method,
      exitDepth: 4,
      head: { weight: new Float32Array(16), bias: new Float32Array(2) },
      modules: {
        settings,
        tensors: new Map(
          modulesOf(settings, SHAPE, 4).parameters.map(({ name, ne }) => [
            name,
            { ne, values: new Float32Array(ne[0] * ne[1]).fill(0.1) },
          ]),
        ),
      },
      ...(gateRates && { gateRates }),
    },
  );

/** A file whose lists a faulty or hostile program wrote. */
function altered(changes: Readonly<Record<string, GgufValue | undefined>>, from = adapterWith(RATES)): Uint8Array {
  const file = readGguf(encodeAdapter(from));
  const metadata = new Map(file.metadata.values);
  for (const [list, value] of Object.entries(changes)) {
    if (value === undefined) metadata.delete(`moderato.gates.${list}`);
    else metadata.set(`moderato.gates.${list}`, value);
  }
  const tensors = [...file.tensors.values()].map((tensor) => ({ ...tensor, data: file.readTensor(tensor) }));
  return encodeGguf({ metadata, tensors });
}

const f32 = (...values: number[]): GgufValue => ({ type: 'arr', of: 'f32', value: Float32Array.from(values) });
const i32 = (...values: number[]): GgufValue => ({ type: 'arr', of: 'i32', value: Int32Array.from(values) });
const decoded = (bytes: Uint8Array): Adapter => decodeAdapter(bytes, { source: 'x.gguf' });

describe('base rates of gates in the adapter file', () => {
  it('come back as they were, also where no token is known', () => {
    assert.deepEqual(decoded(encodeAdapter(adapterWith(RATES))), adapterWith(RATES));
    const none = { ...RATES, tokens: new Int32Array(0), ofTokens: new Float32Array(0) };
    assert.deepEqual(decoded(encodeAdapter(adapterWith(none))).gateRates, none);
    assert.equal(decoded(encodeAdapter(adapterWith(undefined))).gateRates, undefined);
  });

  it('are refused where they are no gates, do not fit each other, or are out of order', () => {
    const wrong: [Readonly<Record<string, GgufValue | undefined>>, RegExp][] = [
      [{ overall: f32(0.5, 1.25) }, /gates\.overall': holds 1\.25/],
      [{ overall: f32(0.5, NaN) }, /gates\.overall': holds NaN/],
      [{ overall: f32(0.5) }, /gates\.overall': holds 1 numbers for 2 layers with gates, 2 are expected/],
      [{ overall: f32(0.1, 0.2, 0.3) }, /gates\.overall': holds 3 numbers/],
      [{ overall: f32() }, /gates\.overall': holds 0 numbers/],
      [{ tokens: i32(3, 17) }, /gates\.of_tokens': holds 6 numbers for 2 tokens/],
      [{ tokens: i32(3, 3, 99) }, /gates\.tokens': is not in order at 1/],
      [{ tokens: i32(-1, 3, 99) }, /gates\.tokens': is not in order at 0/],
      [{ of_tokens: f32(0, 1, 0.25, 0.5, 0.125, -0.5) }, /gates\.of_tokens': holds -0\.5/],
      [{ of_tokens: f32(0, 1, 0.25, 0.5, 0.125, Infinity) }, /gates\.of_tokens': holds Infinity/],
      [{ tokens: i32(...Array(MOST_TOKENS + 1).keys()) }, /gates\.tokens': holds 4001 tokens, more than 4000/],
    ];
    for (const [changes, what] of wrong)
      assert.throws(
        () => decoded(altered(changes)),
        (error) => error instanceof AdapterError && what.test(error.message),
        String(what),
      );
    for (const changes of [{ tokens: undefined }, { of_tokens: undefined }, { overall: i32(1, 1), tokens: undefined }])
      assert.throws(() => decoded(altered(changes)), GgufError);
  });

  it('are refused where the adapter has no gates, and beyond the vocabulary of its base', () => {
    const lists = { overall: f32(0.5, 0.5), tokens: i32(), of_tokens: f32() };
    const { gate: _gate, scope: _scope, ...lowRank } = GATED as Extract<ModuleSettings, { method: 'ds-lora' }>;
    const plain = adapterWith(undefined, { ...lowRank, method: 'lora' });
    assert.throws(() => decoded(altered(lists, plain)), /0 layers with gates/);
    assertFits(adapterWith(RATES), SHAPE);
    assert.throws(
      () => assertFits(adapterWith(RATES), { ...SHAPE, vocabulary: 99 }),
      /gates\.tokens.*holds 99, the model has 99/,
    );
  });

  it('are never written wrong', () => {
    assert.throws(() => encodeAdapter(adapterWith({ ...RATES, overall: Float32Array.of(0.5, NaN) })), AdapterError);
  });
});
