import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingOf } from '../../../desk/retrain/decisions.ts';

const remedyOf = (counts: Readonly<Record<string, number>>): string | undefined =>
  missingOf(new Map(Object.entries(counts)), 0, 'fine')?.remedy;

describe('what is missing to learn from decisions', () => {
  it('is said by number where there are too few of all, else by label', () => {
    assert.match(remedyOf({}) ?? '', /^Decide 40 more or so\./);
    assert.match(remedyOf({ fine: 20, insult: 9 }) ?? '', /^Decide 11 more or so\./);
    assert.match(remedyOf({ fine: 100, insult: 7, threat: 2 }) ?? '', /^Decide 1 more that are insult\./);
    assert.match(remedyOf({ fine: 100 }) ?? '', /^Decide 8 that have another label\./);
    assert.match(remedyOf({ insult: 50, threat: 30 }) ?? '', /^Decide 8 more that are fine\./);
    assert.equal(remedyOf({ fine: 32, insult: 8 }), undefined);
  });
});
