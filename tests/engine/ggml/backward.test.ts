/**
 * The operations of a backward pass: against their closed forms, and against slopes of the forward ones, which know
 * nothing of any backward pass. Those that Metal lacks are tested in both forms, their own kernel and what they are
 * composed of there: each keeps to the same numbers, so that one can take the other's place.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { Backend } from '../../../engine/ggml/backend.ts';
import { Graph } from '../../../engine/ggml/graph.ts';
import * as slow from '../../../engine/ggml/trial/plain.ts';
import type { Plain } from '../../../engine/ggml/trial/plain.ts';
import { property, sizes, values, type Described } from './agreement.ts';
import { openLikeMetal } from './like-metal.ts';

/** Gradients are differences of numbers that are larger than they are. */
const CANCELLED = 1e-4;

/** `inputs` has dy and x; `fast` and `slow` give the gradient of Σ dy · forward(x) by x. */
interface Backward extends Described {
  readonly forward: (x: Plain, of: (name: string) => Plain) => Plain;
}

/** Central differences of Σ dy · f(x), in double precision: exact to about 1e-9. */
function slopes(dy: Plain, x: Plain, f: (x: Plain) => Plain): Plain {
  const by = 1e-5;
  const lossAt = (i: number, value: number): number =>
    slow.mul(dy, f({ ne: x.ne, values: x.values.with(i, value) })).values.reduce((sum, term) => sum + term, 0);
  return { ne: x.ne, values: x.values.map((value, i) => (lossAt(i, value + by) - lossAt(i, value - by)) / (2 * by)) };
}

/** Adds an operand to the result: kernels compute in the memory of operands that nobody reads any more, so one is read again. */
const readAgain = ({ fast, slow: exact, ...check }: Described, operand: string): Described => ({
  ...check,
  fast: (g, of) => g.add(fast(g, of), of(operand)),
  slow: (of) => slow.add(exact(of), of(operand)),
});

describe('backward operations agree with plain arithmetic and with slopes of the forward ones', () => {
  const opened: Record<string, Backend> = {};
  before(() => Object.assign(opened, { kernel: Backend.open('cpu'), composed: openLikeMetal() }));
  after(() => Promise.all(Object.values(opened).map((backend) => backend[Symbol.asyncDispose]())));

  const form = (name: string) => [name, () => opened[name] as Backend] as const;
  const ONE = [form('kernel')];
  const BOTH = [form('kernel'), form('composed')];

  function backward<T>(name: string, forms: typeof BOTH, of: fc.Arbitrary<T>, describe: (drawn: T) => Backward): void {
    for (const [form, backend] of forms) {
      const title = `${name}, ${form}`;
      const again = fc.tuple(of, fc.constantFrom('x', 'dy'));
      property(title, backend, of, describe);
      property(`${title}, an operand read again`, backend, again, ([drawn, operand]) =>
        readAgain(describe(drawn), operand),
      );
      property(`${title}: slopes`, backend, of, (drawn) => {
        const check = describe(drawn);
        return { ...check, slow: (of) => slopes(of('dy'), of('x'), (x) => check.forward(x, of)) };
      });
    }
  }

  backward('siluBack', ONE, sizes(40, 5, 3), ([n, ...rest]) => ({
    inputs: { dy: values(n, ...rest), x: values(n, ...rest) },
    // f(x) = silu(5 x)
    fast: (g, of) => g.scale(g.siluBack(of('dy'), g.scale(of('x'), 5)), 5),
    slow: (of) => slow.scale(slow.siluBack(of('dy'), slow.scale(of('x'), 5)), 5),
    forward: (x) => slow.silu(slow.scale(x, 5)),
    tolerance: CANCELLED,
  }));
  backward(
    'rmsNormBack',
    BOTH,
    fc.tuple(sizes(30, 4, 3, 2), fc.constantFrom(1e-5, 1e-12, 0.1)),
    ([[n, ...rest], eps]) => ({
      // Several values in a row: where dy and x point the same way, nothing is left.
      inputs: { dy: values(n + 7, ...rest), x: values(n + 7, ...rest) },
      fast: (g, of) => g.rmsNormBack(of('dy'), of('x'), eps),
      slow: (of) => slow.rmsNormBack(of('dy'), of('x'), eps),
      forward: (x) => slow.rmsNorm(x, eps),
      tolerance: CANCELLED,
    }),
  );
  backward(
    'softMaxBack',
    BOTH,
    fc.tuple(sizes(9, 4, 2, 2), fc.constantFrom(1, 0.125, 3), fc.boolean()),
    ([[keys, queries, ...rest], factor, masked]) => {
      // A row of one share, which is always 1, has no gradient.
      const ne = [keys + 3, queries + 3, ...rest];
      return {
        inputs: { dy: values(...ne), x: values(...ne), mask: { kind: 'mask', ne: ne.slice(0, 2) } },
        fast: (g, of) => g.softMaxBack(of('dy'), g.softMax(of('x'), masked ? of('mask') : null, factor), factor),
        slow: (of) => slow.softMaxBack(of('dy'), slow.softMax(of('x'), masked ? of('mask') : null, factor), factor),
        forward: (x, of) => slow.softMax(x, masked ? of('mask') : null, factor),
        tolerance: CANCELLED,
      };
    },
  );
  backward(
    'ropeBack in both modes, part of a head, scaled, with factors',
    ONE,
    fc.tuple(sizes(5, 3, 3, 4, 2), fc.constantFrom('pairs', 'halves'), fc.constantFrom(1, 0.125), fc.boolean()),
    ([[half, rest, ...upper], mode, scale, hasFactors]) => {
      const ne = [2 * half + rest, ...upper];
      const options = { dims: 2 * half, mode, base: 10_000, scale } as const;
      const withFactors = <T>(factors: T) => ({ ...options, factors: hasFactors ? factors : undefined });
      const exact = (of: (name: string) => Plain) => withFactors(slow.exp(of('factors')));
      return {
        inputs: {
          dy: values(...ne),
          x: values(...ne),
          positions: { kind: 'whole', count: ne[2] ?? 1, below: 400 },
          factors: values(half),
        },
        fast: (g, of) => g.ropeBack(of('dy'), of('positions'), withFactors(g.exp(of('factors')))),
        slow: (of) => slow.ropeBack(of('dy'), of('positions'), exact(of)),
        forward: (x, of) => slow.rope(x, of('positions'), exact(of)),
        // Angles are F32 there: 1,000 radians are known to 6e-5.
        tolerance: 1e-3,
      };
    },
  );
  for (const [form, backend] of BOTH)
    for (const turned of [false, true])
      property(
        `outProd${turned ? ' of a turned view' : ''}, ${form}`,
        backend,
        fc.tuple(sizes(120, 20, 60, 3, 2), fc.constantFrom(1, 2)),
        ([[m, p, n, upper, most], group]) => ({
          // More than one result: a lone one may be next to nothing.
          inputs: {
            a: values(m + 3, n, upper, most),
            b: turned ? values(n, p + 3, upper * group, most) : values(p + 3, n, upper * group, most),
          },
          fast: (g, of) => g.outProd(of('a'), turned ? g.turned(of('b')) : of('b')),
          slow: (of) => slow.outProd(of('a'), turned ? slow.permute(of('b'), [1, 0, 2, 3]) : of('b')),
        }),
      );

  it('what is made only to ask a backend with takes its room in the graph: a full one is refused', async () => {
    await using graph = new Graph(opened.composed as Backend, 64);
    const x = graph.input('f32', 8, 2);
    const fill = (): void => {
      for (let i = 0; i < 64; i++) graph.rmsNormBack(x, x, 1e-5);
    };
    // ggml would end the process.
    assert.throws(fill, RangeError);
  });
});
