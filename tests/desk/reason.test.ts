import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { reasonOf, sentenceOf, systemProblem } from '../../desk/reason.ts';

const thrownBy = (act: () => void): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return assert.fail('It did not throw.');
};

describe('why something failed', () => {
  it('is said without code, call and path where the system says it', () => {
    const missing = thrownBy(() => readFileSync('/no/such/file'));
    assert.equal(reasonOf(missing), 'no such file or directory');
    assert.equal(sentenceOf(missing), 'No such file or directory.');
    assert.equal(reasonOf(thrownBy(() => readFileSync('.'))), 'illegal operation on a directory');
  });

  it('names the file and says what to do where nobody foresaw it', () => {
    const missing = thrownBy(() => readFileSync('/no/such/file')) as Error;
    assert.deepEqual(systemProblem(missing), {
      message: '/no/such/file: no such file or directory.',
      remedy: 'Check the path.',
    });
    assert.equal(systemProblem(new Error('ours')), null);
    assert.equal(systemProblem(Object.assign(new Error('of an engine'), { code: 'bad-message' })), null);
  });

  it('is otherwise what was thrown', () => {
    assert.equal(reasonOf(new Error('the row is odd')), 'the row is odd');
    assert.equal(reasonOf(Object.assign(new Error('as it says'), { errno: 'E1' })), 'as it says');
    assert.equal(sentenceOf('Why not?'), 'Why not?');
  });
});
