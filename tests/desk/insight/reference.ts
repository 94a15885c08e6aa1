/** What SciPy and scikit-learn say (tests/fixtures/make_insights.py). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const pairs = z.array(z.tuple([z.number(), z.number()]));

export const reference = z
  .object({
    beta: z.array(z.object({ a: z.number(), b: z.number(), quantiles: pairs, below: pairs })),
    drift: z.array(
      z.object({
        name: z.string(),
        before: z.array(z.number()),
        now: z.array(z.number()),
        ks: z.number(),
        p: z.number(),
        psi: z.number(),
      }),
    ),
    curves: z.array(
      z.object({
        scores: z.array(z.number()),
        positive: z.array(z.boolean()),
        weights: z.array(z.number()),
        slope: z.number(),
        intercept: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/insights.json'), 'utf8')));

export function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} against ${expected}`);
}
