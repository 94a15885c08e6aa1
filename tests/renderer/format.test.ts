import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { difference, score } from '../../renderer/i18n/format.ts';
import { type Locale, localeFrom } from '../../renderer/i18n/locale.ts';

describe('a score', () => {
  let now: Locale = 'en';
  localeFrom(() => now);
  after(() => localeFrom(() => 'en'));

  it('is written as the language writes it: without its nought in English alone', () => {
    const written = () => [score(0.9712), score(0), score(1), difference(-0.2), difference(0.314)];
    assert.deepEqual(written(), ['.97', '.00', '1', '−.20', '+.31']);
    now = 'de';
    assert.deepEqual(written(), ['0,97', '0,00', '1', '−0,20', '+0,31']);
  });

  it('is 1 only where it is', () => {
    now = 'en';
    assert.deepEqual([score(0.9999), score(1)], ['.99', '1']);
  });
});
