import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PageInput } from '../../../desk/contract/queue.ts';
import { type Asked, NOTHING_ASKED, askedBy, filterOf, wantedOf } from '../../../renderer/review/wanted.ts';

const USUAL: Asked = { order: 'urgent', state: 'to-do', ...NOTHING_ASKED };

describe('what an address asks for', () => {
  it('is what the desk takes, whatever stands in it', () => {
    const names = ['order', 'state', 'text', 'channel', 'author', 'source', 'min', 'max', 'from', 'to', 'item'];
    const value = fc.oneof(fc.constantFrom('newest', '3', '0.5', '-1', '1e99', 'NaN', '', '1,2'), fc.string());
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (address) => {
        const { order, filter } = wantedOf(askedBy(new URLSearchParams(address), USUAL), []);
        const { success, error } = PageInput.safeParse({ order, filter });
        assert.ok(success, error?.message);
      }),
    );
  });

  it('is taken over where it can be', () => {
    const asked = askedBy(new URLSearchParams('order=newest&channel=3&min=0.5&state=any'), USUAL);
    assert.deepEqual(
      [asked.order, asked.channel, asked.minScore, asked.state, asked.only],
      ['newest', 3, 0.5, 'any', null],
    );
    assert.deepEqual(askedBy(new URLSearchParams('item=4,9'), USUAL).only, [4, 9]);
    assert.deepEqual(askedBy(new URLSearchParams('item=x'), USUAL), USUAL);
  });
});

describe('a filter', () => {
  it('by what the model says leaves audit items out: being there would be their score', () => {
    assert.equal(filterOf({ ...USUAL, minScore: 0 }, []).audit, false);
    assert.equal(filterOf({ ...USUAL, predicted: 'abusive' }, []).audit, false);
    assert.equal(filterOf({ ...USUAL, channel: 1, text: 'word' }, []).audit, undefined);
  });

  it('leaves topics to others', () => {
    assert.deepEqual(filterOf(USUAL, ['topic']).without, ['topic']);
    assert.equal('without' in filterOf(USUAL, []), false);
  });
});
