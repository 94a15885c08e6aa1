/** Weights in buffers that rearrange them (AMX, CPU_REPACK and their like), as far as this machine has them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Backend, type RepackBuffer } from '../../../engine/ggml/backend.ts';
import { GGML_TYPES, type GgmlType } from '../../../engine/ggml/gguf/types.ts';
import { Graph } from '../../../engine/ggml/graph.ts';
import { dequantise, quantise } from '../../../engine/ggml/quantise.ts';
import { ShapeError, type Tensor } from '../../../engine/ggml/tensor.ts';
import { difference } from '../../../engine/ggml/trial/checks.ts';
import { mulMat, plain } from '../../../engine/ggml/trial/plain.ts';
import { canRepack, Weights } from '../../../engine/ggml/weights.ts';

const [WIDTH, ROWS] = [512, 96];
const TURNED = { dims: 8, mode: 'pairs', base: 1e4, scale: 1 } as const;
/** The other operand is rounded to 8 bits, in blocks of 32 or 256: up to 6e-4 was seen. */
const TOLERANCE = 0.005;

describe('rearranged weights', () => {
  let backend: Backend;
  const usable: { readonly buffer: RepackBuffer; readonly type: GgmlType }[] = [];
  before(() => {
    backend = Backend.open('cpu');
    const types = Object.keys(GGML_TYPES) as GgmlType[];
    for (const buffer of backend.repackBuffers)
      for (const type of types)
        if (canRepack(backend, buffer, { type, ne: [WIDTH, ROWS] })) usable.push({ buffer, type });
  });
  after(() => backend[Symbol.asyncDispose]());

  const values = (count: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7) * Math.cos(i * 0.3));

  /** Runs `use` with a rearranged and a plain copy of the same weight, for each buffer and type. */
  async function each(use: (weight: Tensor, bytes: Uint8Array, what: string, type: GgmlType) => Promise<void> | void) {
    for (const { buffer, type } of usable) {
      await using weights = new Weights(backend, new Map([['w', { type, ne: [WIDTH, ROWS] } as const]]), buffer);
      const bytes = quantise(backend.native, type, values(WIDTH * ROWS), WIDTH);
      weights.get('w').upload(bytes);
      await use(weights.get('w'), bytes, `${type} in ${buffer.name}`, type);
    }
  }

  it('this machine has some', () => {
    // Every x86 processor with AVX2 and every ARM one of the last ten years rearranges Q4_0.
    assert.ok(
      usable.some(({ type }) => type === 'q4_0'),
      `found ${usable.map(({ buffer, type }) => `${type} in ${buffer.name}`).join(', ') || 'none'}`,
    );
  });

  it('give the products that plain weights give, for few and many columns', async (t) => {
    await each(async (weight, bytes, what, type) => {
      for (const columns of [1, 3, 37]) {
        await using graph = new Graph(backend, 8);
        const x = graph.input('f32', WIDTH, columns);
        const y = graph.mulMat(weight, x);
        graph.finish([y]);
        const data = values(x.size).map((value) => 3 * value);
        x.upload(data);
        await graph.compute();
        const exact = mulMat(
          plain([WIDTH, ROWS], dequantise(backend.native, type, bytes)),
          plain([WIDTH, columns], data),
        );
        const found = difference(y.download(), exact.values);
        t.diagnostic(`${what}, ${columns} columns: ${found.toPrecision(2)}`);
        assert.ok(found <= TOLERANCE, `${what}, ${columns} columns: off by ${found} of the largest value`);
      }
    });
  });

  it('are left operands of products with dense F32 and nothing else', async () => {
    await each(async (weight, _bytes, what) => {
      await using graph = new Graph(backend, 100);
      const x = graph.input('f32', WIDTH, 8);
      const keys = graph.input('f32', 8, WIDTH);
      const wide = graph.input('f32', WIDTH + 32, 8);
      for (const [how, build] of [
        ['strided rows', () => graph.mulMat(weight, graph.view(wide, [WIDTH, 8], 0))],
        ['three dimensions', () => graph.mulMat(weight, graph.input('f32', WIDTH, 4, 2))],
        ['four dimensions', () => graph.mulMat(weight, graph.input('f32', WIDTH, 4, 1, 2))],
        ['halves', () => graph.mulMat(weight, graph.input('f16', WIDTH, 8))],
        ['the right of a product', () => graph.mulMat(graph.input('f32', WIDTH, 8), weight)],
        ['a table', () => graph.getRows(weight, graph.input('i32', 3))],
        ['a sum', () => graph.add(x, weight)],
        ['a product of elements', () => graph.mul(weight, x)],
        ['a difference', () => graph.sub(x, weight)],
        ['a quotient', () => graph.div(weight, x)],
        ['squares', () => graph.sqr(weight)],
        ['sums', () => graph.sumRows(weight)],
        ['scaled and moved', () => graph.scaleBias(weight, 2, 1)],
        ['a gradient', () => graph.siluBack(weight, weight)],
        ['normed values', () => graph.rmsNormBack(weight, weight, 1e-5)],
        ['shares', () => graph.softMaxBack(weight, weight, 1)],
        ['a mask', () => graph.softMax(graph.input('f32', WIDTH, ROWS), weight, 1)],
        ['a mask in one pass', () => graph.flashAttention(graph.input('f32', 8, ROWS), keys, keys, weight, 1)],
        ['turned back', () => graph.ropeBack(weight, graph.input('i32', 1), TURNED)],
        ['the left of an outer product', () => graph.outProd(weight, graph.input('f32', 8, ROWS))],
        ['the right of an outer product', () => graph.outProd(graph.input('f32', 8, ROWS), weight)],
        ['the end of longer rows', () => graph.concat(graph.input('f32', 8, ROWS), weight)],
        ['a copy', () => graph.cont(weight)],
        ['another type', () => graph.cast(weight, 'f32')],
        ['another shape', () => graph.reshape(weight, WIDTH * ROWS)],
        ['another order', () => graph.permute(weight, [0, 2, 1, 3])],
        ['a transposed copy', () => graph.transposed(weight)],
        ['a view', () => graph.view(weight, [WIDTH, 1], 0)],
        ['scaled', () => graph.scale(weight, 2)],
        ['read back', () => weight.download()],
        ['filled in part', () => weight.uploadPart(new Uint8Array(34), 0)],
      ] as const satisfies readonly (readonly [string, () => unknown])[])
        assert.throws(build, ShapeError, `${what} as ${how}`);
    });
  });

  it('are refused where the buffer does not take them', () => {
    for (const buffer of backend.repackBuffers)
      for (const [type, ne] of [
        ['f32', [64, 64]],
        ['q4_0', [64, 3]],
        ['q4_0', [64, 64, 2]],
        ['q8_1', [64, 64]],
      ] as const) {
        assert.equal(canRepack(backend, buffer, { type, ne }), false);
        assert.throws(() => new Weights(backend, new Map([['w', { type, ne }]]), buffer), ShapeError);
      }
  });
});
