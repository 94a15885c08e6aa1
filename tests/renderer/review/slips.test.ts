import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LEAST_MS, Slips } from '../../../renderer/review/slips.ts';

describe('a slip of the hand', () => {
  it('decides nothing before a message was on screen for long enough to be seen', () => {
    const slips = new Slips();
    assert.equal(slips.passes(1000), 'too-soon');
    slips.shown(1000);
    assert.equal(slips.passes(1000 + LEAST_MS - 1), 'too-soon');
    assert.equal(slips.passes(1000 + LEAST_MS), 'yes');
    // Between two messages there is none, however long that takes.
    slips.leave();
    assert.equal(slips.passes(99_000), 'too-soon');
  });

  it('with a key that is held decides once, whatever time passes and whatever the key is on', () => {
    const slips = new Slips();
    slips.shown(0);
    slips.down('Digit1');
    assert.equal(slips.passes(1000), 'yes');
    slips.shown(1100);
    // A system that sends no `repeat`, and a focused button that is clicked by Enter again and again.
    slips.down('Digit1');
    assert.equal(slips.passes(5000), 'held');
    slips.down('Digit2');
    assert.equal(slips.passes(6000), 'held');
    slips.up('Digit1');
    assert.equal(slips.passes(6000), 'yes');
  });

  it('does not keep a key for held whose end the window did not see', () => {
    const slips = new Slips();
    slips.shown(0);
    slips.down('Enter');
    assert.equal(slips.passes(1000), 'yes');
    slips.clear();
    assert.equal(slips.passes(2000), 'yes');
  });

  it('is not seen in a pointer, which is let go by itself', () => {
    const slips = new Slips();
    slips.shown(0);
    assert.equal(slips.passes(1000), 'yes');
    assert.equal(slips.passes(1200), 'yes');
  });
});
