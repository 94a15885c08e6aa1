/** Properties of one kind: a graph's operations give what plain arithmetic gives, in sizes that nobody chose. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { Backend } from '../../../engine/ggml/backend.ts';
import { runCheck, type Check } from '../../../engine/ggml/trial/checks.ts';

/** F32 sums of a hundred products, in another order. */
export const ROUNDING = 1e-5;

export type Described = Pick<Check, 'inputs' | 'fast' | 'slow'> & Partial<Check>;

const size = (max: number) => fc.integer({ min: 1, max });
/** One size for each of the largest ones given. */
export const sizes = <const N extends readonly number[]>(
  ...most: N
): fc.Arbitrary<{ readonly [K in keyof N]: number }> =>
  fc.tuple(...most.map(size)) as fc.Arbitrary<{ readonly [K in keyof N]: number }>;

export const values = (...ne: number[]) => ({ kind: 'values', ne }) as const;

export async function agrees(backend: Backend, check: Described): Promise<void> {
  await using held = new AsyncDisposableStack();
  const difference = await runCheck(backend, { name: '', tolerance: 0, weights: {}, ...check }, held);
  assert.ok(difference <= (check.tolerance ?? ROUNDING), `off by ${difference} of the largest value`);
}

/** @param backend asked for when the test runs, not when it is described */
export const property = <T>(
  name: string,
  backend: () => Backend,
  of: fc.Arbitrary<T>,
  check: (drawn: T) => Described,
): void =>
  void it(name, () =>
    fc.assert(
      fc.asyncProperty(of, (drawn) => agrees(backend(), check(drawn))),
      { numRuns: 25 },
    ),
  );
