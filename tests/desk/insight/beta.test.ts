import { describe, it } from 'node:test';
import { betaCdf, betaQuantile } from '../../../desk/insight/beta.ts';
import { near, reference } from './reference.ts';

describe('the beta distribution', () => {
  for (const { a, b, quantiles, below } of reference.beta)
    it(`agrees with SciPy for ${a} and ${b}`, () => {
      for (const [p, x] of quantiles) near(betaQuantile(p, a, b), x, 1e-9, `quantile ${p}`);
      for (const [x, p] of below) near(betaCdf(x, a, b), p, 1e-9, `share below ${x}`);
    });
});
