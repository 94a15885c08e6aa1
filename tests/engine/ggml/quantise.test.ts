import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { Backend } from '../../../engine/ggml/backend.ts';
import { GGML_TYPES, tensorBytes, type GgmlType } from '../../../engine/ggml/gguf/types.ts';
import { dequantise, quantise } from '../../../engine/ggml/quantise.ts';

/**
 * Root mean square error of a round trip of normally distributed values by that of the values, rounded up.
 * Without IQ1 to IQ3, which take seconds to make.
 */
const ERRORS = {
  ...{ f32: 0, f16: 2.5e-4, bf16: 0.0019, q8_0: 0.006, q5_0: 0.047, q5_1: 0.042, q4_0: 0.095, q4_1: 0.086 },
  ...{ iq4_nl: 0.084, iq4_xs: 0.085, q6_K: 0.02, q5_K: 0.04, q4_K: 0.079, q3_K: 0.17, q2_K: 0.33, mxfp4: 0.13 },
  ...{ nvfp4: 0.11, q1_0: 0.67, q2_0: 0.8, tq1_0: 0.9, tq2_0: 0.9 },
} as const satisfies Partial<Record<GgmlType, number>>;

describe('weights in fewer bits', () => {
  let backend: Backend;
  before(() => (backend = Backend.open('cpu')));
  after(() => backend[Symbol.asyncDispose]());

  const roundTrip = (type: GgmlType, values: Float32Array, perRow: number): Float32Array => {
    const bytes = quantise(backend.native, type, values, perRow);
    assert.equal(bytes.byteLength, tensorBytes(type, [perRow, values.length / perRow]));
    return dequantise(backend.native, type, bytes);
  };

  const power = (values: Float32Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));

  it('come back within the known error of their type', (t) => {
    const values = gaussian(16_384);
    for (const [type, bound] of Object.entries(ERRORS) as [GgmlType, number][]) {
      const back = roundTrip(type, values, 256);
      const error = power(back.map((x, i) => x - (values[i] ?? NaN))) / power(values);
      t.diagnostic(`${type}: ${error.toPrecision(3)}`);
      assert.ok(error <= bound, `${type}: ${error} is more than ${bound}`);
      // A bound that is far too wide would hide a broken conversion.
      assert.ok(error >= bound / 2, `${type}: ${error} is less than half of ${bound}`);
    }
  });

  /** Largest error of one value, from the largest of its block. */
  const steps = {
    // Scales are halves: 2⁻¹¹ of the value on top of half a step.
    f16: (x: number) => Math.abs(x) * 2 ** -11 + 2 ** -25,
    bf16: (x: number) => Math.abs(x) * 2 ** -8 + 2 ** -126,
    q8_0: (_: number, most: number) => most * (0.5 / 127 + 2 ** -10) + 1e-5,
    q4_0: (_: number, most: number) => most * (1 / 8 + 2 ** -10) + 1e-5,
    q4_1: (_: number, most: number) => 2 * most * (0.5 / 15 + 2 ** -8) + 1e-5,
  } as const;
  for (const [type, bound] of Object.entries(steps) as [GgmlType, (x: number, most: number) => number][])
    it(`${type}: no value is off by more than a step of its block`, () => {
      const value = fc.float({ min: -1000, max: 1000, noNaN: true });
      fc.assert(
        fc.property(fc.array(value, { minLength: 32, maxLength: 32 }), (block) => {
          const back = roundTrip(type, Float32Array.from(block), 32);
          const most = Math.max(...block.map(Math.abs));
          block.forEach((x, i) =>
            assert.ok(
              Math.abs((back[i] ?? NaN) - x) <= bound(x, most),
              `${x} came back as ${back[i]}, largest ${most}`,
            ),
          );
        }),
      );
    });

  it('types that ggml would end the process over are refused', () => {
    for (const type of ['i8', 'i16', 'i32', 'i64', 'f64', 'q8_1', 'q8_K', 'iq2_xxs', 'iq2_xs', 'iq1_s'] as const)
      assert.throws(() => quantise(backend.native, type, new Float32Array(256), 256), RangeError, type);
    for (const type of ['i8', 'i16', 'i32', 'i64', 'f64', 'q8_1'] as const)
      assert.throws(
        () => dequantise(backend.native, type, new Uint8Array(GGML_TYPES[type].blockBytes)),
        RangeError,
        type,
      );
  });

  it('rows and bytes that are no whole blocks are refused', () => {
    assert.throws(() => quantise(backend.native, 'q8_0', new Float32Array(40), 40), RangeError);
    assert.throws(() => quantise(backend.native, 'q8_0', new Float32Array(96), 64), RangeError);
    assert.throws(() => quantise(backend.native, 'f32', new Float32Array(8), 0), RangeError);
    assert.throws(() => dequantise(backend.native, 'q8_0', new Uint8Array(33)), RangeError);
    assert.throws(() => dequantise(backend.native, 'f32', new Uint8Array(6)), RangeError);
  });
});

function gaussian(count: number): Float32Array {
  let state = 1;
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}
