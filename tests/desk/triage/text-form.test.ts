import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formHash } from '../../../desk/triage/text-form.ts';

const areCopies = (a: string, b: string): boolean => formHash(a) === formHash(b);

describe('copies of a text', () => {
  it('differ in case, white space, punctuation, links, handles and drawn-out letters', () => {
    for (const [a, b] of [
      ['Nobody wants you here!', 'nobody  wants\nyou here'],
      ['look at https://example.org/a?b=1 now', 'look at https://example.org/other now'],
      ['@ann_1 go away', '@ben.2 go away'],
      ['sooooo bad', 'soooooooo bad'],
      ['ｆｕｌｌ width', 'full width'],
    ] as const)
      assert.ok(areCopies(a, b), a);
  });

  it('do not differ in words, numbers, negations or signs that mean something', () => {
    for (const [a, b] of [
      ['I like you', 'I like him'],
      ['room 14', 'room 88'],
      ['1000 people', '100 people'],
      ['good 👍', 'good 👎'],
      ['???', '!!!'],
      ['so bad', 'soo bad'],
    ] as const)
      assert.ok(!areCopies(a, b), a);
  });
});
