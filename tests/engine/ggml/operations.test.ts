/** Every operation of a graph against plain TypeScript, in sizes that nobody chose. */
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { Backend } from '../../../engine/ggml/backend.ts';
import type { GgmlType } from '../../../engine/ggml/gguf/types.ts';
import type { Graph } from '../../../engine/ggml/graph.ts';
import type { Shape, Tensor } from '../../../engine/ggml/tensor.ts';
import { CHECKS } from '../../../engine/ggml/trial/checks.ts';
import * as slow from '../../../engine/ggml/trial/plain.ts';
import * as agreement from './agreement.ts';
import { sizes, values, type Described } from './agreement.ts';

/** The CPU looks GELU up in a table of halves. */
const HALVES = 1e-3;

/** The order of dimensions in which rows stay whole and come to lie apart. */
const APART: Shape = [0, 2, 1, 3];
const placed = (g: Graph, a: Tensor, apart: boolean): Tensor => (apart ? g.permute(a, APART) : a);

describe('operations agree with plain arithmetic', () => {
  let backend: Backend;
  before(() => (backend = Backend.open('cpu')));
  after(() => backend[Symbol.asyncDispose]());

  const property = <T>(name: string, of: fc.Arbitrary<T>, check: (drawn: T) => Described): void =>
    agreement.property(name, () => backend, of, check);

  property(
    'mulMat, upper dimensions of the left repeated',
    sizes(100, 9, 9, 3, 3, 2, 2),
    ([k, m, n, ne2, ne3, r2, r3]) => ({
      inputs: { a: values(k, m, ne2, ne3), b: values(k, n, ne2 * r2, ne3 * r3) },
      fast: (g, of) => g.mulMat(of('a'), of('b')),
      slow: (of) => slow.mulMat(of('a'), of('b')),
    }),
  );
  property('add and mul, the right repeated', sizes(20, 5, 3, 2, 3, 3, 2, 2), ([a, b, c, d, ra, rb, rc, rd]) => ({
    inputs: { x: values(a * ra, b * rb, c * rc, d * rd), y: values(a, b, c, d) },
    fast: (g, of) => g.mul(g.add(of('x'), of('y')), of('y')),
    slow: (of) => slow.mul(slow.add(of('x'), of('y')), of('y')),
  }));
  property(
    'sub and div, the right repeated, rows side by side or apart',
    fc.tuple(sizes(20, 5, 3, 2, 3, 3, 2, 2), fc.boolean()),
    ([[a, b, c, d, ra, rb, rc, rd], apart]) => ({
      inputs: { x: values(a * ra, b * rb, c * rc, d * rd), y: values(a, b, c, d) },
      fast: (g, of) => {
        const [x, y] = [placed(g, of('x'), apart), placed(g, g.exp(of('y')), apart)];
        return g.div(g.sub(x, y), y);
      },
      slow: (of) => {
        const y = slow.exp(of('y'));
        const result = slow.div(slow.sub(of('x'), y), y);
        return apart ? slow.permute(result, APART) : result;
      },
    }),
  );
  property('scale', fc.tuple(sizes(50, 5, 3), fc.float({ min: -10, max: 10, noNaN: true })), ([ne, s]) => ({
    inputs: { x: values(...ne) },
    // Moved by one, so that there is something to compare where s is 0.
    fast: (g, of) => g.add(g.scale(of('x'), s), of('x')),
    slow: (of) => slow.add(slow.scale(of('x'), s), of('x')),
  }));
  const factor = fc.float({ min: -10, max: 10, noNaN: true });
  property('scaleBias', fc.tuple(sizes(50, 5, 3), factor, factor), ([ne, s, b]) => ({
    inputs: { x: values(...ne) },
    fast: (g, of) => g.add(g.scaleBias(of('x'), s, b), of('x')),
    slow: (of) => slow.add(slow.scaleBias(of('x'), s, b), of('x')),
  }));
  for (const name of ['sumRows', 'mean'] as const)
    property(name, sizes(200, 9, 3, 2), (ne) => ({
      inputs: { x: values(...ne) },
      // Numbers above 0: a sum near it would be all rounding.
      fast: (g, of) => g[name](g.exp(of('x'))),
      slow: (of) => slow[name](slow.exp(of('x'))),
    }));
  for (const name of ['norm', 'rmsNorm'] as const)
    property(name, fc.tuple(sizes(200, 5, 3, 2), fc.constantFrom(1e-5, 1e-12, 0.1)), ([ne, eps]) => ({
      // A row of one value has no variance: two at least.
      inputs: { x: values(ne[0] + 1, ...ne.slice(1)) },
      fast: (g, of) => g[name](of('x'), eps),
      slow: (of) => slow[name](of('x'), eps),
      tolerance: 1e-4,
    }));
  for (const name of ['sqr', 'exp', 'tanh', 'sigmoid', 'relu', 'step', 'silu'] as const)
    property(name, sizes(100, 5, 3), ([n, ...rest]) => ({
      // Several values: all of two or three may lie below 0, where there is nothing to compare.
      inputs: { x: values(n + 15, ...rest) },
      fast: (g, of) => g[name](g.scale(of('x'), 5)),
      slow: (of) => slow[name](slow.scale(of('x'), 5)),
    }));
  property('sqrt', sizes(100, 5, 3), (ne) => ({
    inputs: { x: values(...ne) },
    fast: (g, of) => g.sqrt(g.scaleBias(of('x'), 4, 4)),
    slow: (of) => slow.sqrt(slow.scaleBias(of('x'), 4, 4)),
  }));
  property('gelu', sizes(100, 5, 3), ([n, ...rest]) => ({
    // Several values: a lone one may lie where GELU is next to nothing.
    inputs: { x: values(n + 15, ...rest) },
    fast: (g, of) => g.gelu(g.scale(of('x'), 5)),
    slow: (of) => slow.gelu(slow.scale(of('x'), 5)),
    tolerance: HALVES,
  }));
  property(
    'softMax, with and without a mask of either type, shared by heads and texts or not',
    fc.tuple(sizes(40, 9, 4, 3), fc.constantFrom('none', 'mask', 'half mask'), fc.boolean(), fc.boolean()),
    ([[keys, queries, heads, texts], mask, perHead, perText]) => ({
      inputs: {
        x: values(keys, queries, heads, texts),
        mask: {
          kind: mask === 'none' ? 'mask' : mask,
          ne: [keys, queries, perHead ? heads : 1, perText ? texts : 1],
        },
      },
      fast: (g, of) => g.softMax(of('x'), mask === 'none' ? null : of('mask'), 3),
      slow: (of) => slow.softMax(of('x'), mask === 'none' ? null : of('mask'), 3),
    }),
  );
  property(
    'flashAttention equals softMax between two products',
    fc.tuple(sizes(8, 9, 40, 3, 3, 3), fc.boolean()),
    ([[d, queries, keys, groups, each, texts], perText]) => ({
      inputs: {
        q: values(8 * d, queries, groups * each, texts),
        k: values(8 * d, keys, groups, texts),
        v: values(8 * d, keys, groups, texts),
        mask: { kind: 'half mask', ne: [keys, queries, 1, perText ? texts : 1] },
      },
      fast: (g, of) => g.flashAttention(of('q'), of('k'), of('v'), of('mask'), 0.3),
      slow: (of) => slow.flashAttention(of('q'), of('k'), of('v'), of('mask'), 0.3),
    }),
  );
  property(
    'rope in both modes, part of a head, scaled, with factors',
    fc.tuple(
      sizes(16, 16, 4, 20, 3),
      fc.constantFrom('pairs', 'halves'),
      fc.constantFrom(10_000, 500_000),
      fc.constantFrom(1, 0.125),
      fc.boolean(),
    ),
    ([[half, rest, heads, tokens, texts], mode, base, scale, hasFactors]) => {
      const options = { dims: 2 * half, mode, base, scale } as const;
      return {
        inputs: {
          x: values(2 * half + rest, heads, tokens, texts),
          positions: { kind: 'whole', count: tokens, below: 400 },
          factors: values(half),
        },
        fast: (g, of) => {
          const factors = hasFactors ? g.scale(g.softMax(of('factors'), null, 1), half) : undefined;
          return g.rope(of('x'), of('positions'), { ...options, factors });
        },
        // Shares of a softmax as factors: positive, and none so small that its angle has no bounds.
        slow: (of) => {
          const factors = hasFactors ? slow.scale(slow.softMax(of('factors'), null, 1), half) : undefined;
          return slow.rope(of('x'), of('positions'), { ...options, factors });
        },
        // Angles are F32 there: 3,000 radians are known to 2e-4.
        tolerance: 1e-3,
      };
    },
  );
  for (const type of [
    'f32',
    'f16',
    'bf16',
    'q8_0',
    'q4_0',
    'q4_1',
    'iq4_nl',
    'q4_K',
    'q6_K',
  ] as const satisfies GgmlType[])
    property(`getRows of ${type}`, sizes(3, 20, 30), ([blocks, rows, count]) => ({
      weights: { table: { type, ne: [256 * blocks, rows] } },
      inputs: { ids: { kind: 'whole', count, below: rows } },
      fast: (g, of) => g.getRows(of('table'), of('ids')),
      slow: (of) => slow.getRows(of('table'), of('ids')),
    }));
  property('reshape', sizes(30, 5, 4, 3), ([a, b, c, d]) => ({
    inputs: { x: values(a, b, c, d) },
    fast: (g, of) => g.scale(g.reshape(of('x'), b, a * d, c), 2),
    slow: (of) => slow.scale(slow.reshape(of('x'), b, a * d, c), 2),
  }));
  const axes = fc
    .shuffledSubarray([0, 1, 2, 3], { minLength: 4 })
    .map(([a = 0, b = 0, c = 0, d = 0]): Shape => [a, b, c, d]);
  property('permute and cont, in every order', fc.tuple(sizes(12, 5, 4, 3), axes), ([ne, order]) => ({
    inputs: { x: values(...ne) },
    fast: (g, of) => g.cont(g.permute(of('x'), order)),
    slow: (of) => slow.permute(of('x'), order),
  }));
  property('transposed', sizes(40, 20, 3, 2), (ne) => ({
    inputs: { x: values(...ne) },
    fast: (g, of) => g.transposed(of('x')),
    slow: (of) => slow.transposed(of('x')),
  }));
  property(
    'concat, rows side by side or apart',
    fc.tuple(sizes(20, 20, 9, 4, 3), fc.boolean(), fc.boolean()),
    ([[a, b, ...rest], firstApart, secondApart]) => {
      const moved = ([j, k, l]: readonly number[]) => [k ?? 1, j ?? 1, l ?? 1];
      return {
        inputs: {
          x: values(a, ...(firstApart ? moved(rest) : rest)),
          y: values(b, ...(secondApart ? moved(rest) : rest)),
        },
        fast: (g, of) => g.concat(placed(g, of('x'), firstApart), placed(g, of('y'), secondApart)),
        slow: (of) =>
          slow.concat(
            firstApart ? slow.permute(of('x'), APART) : of('x'),
            secondApart ? slow.permute(of('y'), APART) : of('y'),
          ),
        tolerance: 0,
      };
    },
  );
  property('a view, of a permuted tensor too', fc.tuple(sizes(4, 5, 4, 3, 40, 5, 4, 3), axes), ([n, axes]) => {
    const [a, b, c, d, i, j, k, l] = n;
    // Views have dense rows, so that the first dimension stays where it is.
    const [x = 1, y = 2, z = 3] = axes.filter((axis) => axis !== 0);
    const order: Shape = [0, x, y, z];
    const whole: [number, number, number, number] = [1, 1, 1, 1];
    // Rows of whole 256 bytes, since a view starts at such a place.
    const ne = [64 * a, b + j, c + k, d + l];
    order.forEach((to, from) => (whole[to] = ne[from] ?? 1));
    const third = (n: number): number => Math.floor(n / 3);
    const from: Shape = [64 * third(a), third(whole[1]), third(whole[2]), third(whole[3])];
    const window: Shape = [whole[0] - from[0] - i, whole[1] - from[1], whole[2] - from[2], whole[3] - from[3]];
    return {
      inputs: { x: values(...ne) },
      fast: (g, of) => {
        const permuted = g.permute(of('x'), order);
        const offset = from.reduce((sum, at, axis) => sum + at * (permuted.nb[axis] ?? 0), 0);
        return g.cont(g.view(permuted, window, offset));
      },
      slow: (of) => slow.view(slow.permute(of('x'), order), window, from),
    };
  });
  property(
    'cast there and back, of a strided tensor too',
    fc.tuple(sizes(3, 9, 4), fc.constantFrom('f32', 'f16', 'bf16', 'q8_0', 'q5_1', 'q4_0'), fc.boolean()),
    ([[blocks, rows, more], type, strided]) => ({
      inputs: { x: values(32 * blocks, more, rows) },
      fast: (g, of) => {
        const x = strided ? g.permute(of('x'), APART) : of('x');
        return g.cast(g.cast(x, type), 'f32');
      },
      slow: (of) => (strided ? slow.permute(of('x'), APART) : of('x')),
      tolerance: { f32: 0, f16: 5e-4, bf16: 4e-3, q8_0: 5e-3, q5_1: 4e-2, q4_0: 0.14 }[type],
    }),
  );

  for (const check of CHECKS) it(`what every backend is asked: ${check.name}`, () => agreement.agrees(backend, check));
});
