import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ordered, ratedWords, wordsFor } from '../../renderer/views/insights/functional/rates.ts';

const rated = (name: string, value: number | null) => ({
  ...{ name, cases: value === null ? 0 : 10 },
  share: value === null ? null : { value, low: value / 2, high: (1 + value) / 2 },
});

describe('shares of a functional audit', () => {
  const rows = [rated('b', 0.5), rated('none', null), rated('a', 0.1), rated('c', 0.9)];

  it('stand with the weakest first, whichever end that is, and what has no case last', () => {
    assert.deepEqual(
      ordered(rows, 'low').map(({ name }) => name),
      ['a', 'b', 'c', 'none'],
    );
    assert.deepEqual(
      ordered(rows, 'high').map(({ name }) => name),
      ['c', 'b', 'a', 'none'],
    );
  });

  it('are said with their interval, and not at all of no case', () => {
    assert.equal(ratedWords(rated('b', 0.5)), '50% (25–75)');
    assert.equal(ratedWords(rated('none', null)), '–');
  });

  it('have words for what the suites call their tests, and the name itself for any other', () => {
    assert.equal(wordsFor('threat_dir_h'), 'direct threat');
    for (const name of ['made_up_h', 'toString', '__proto__', '']) assert.equal(wordsFor(name), name);
  });
});
