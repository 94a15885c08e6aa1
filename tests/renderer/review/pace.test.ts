import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '../runes.ts';

const { MINUTE_MS, Pace } = await import('../../../renderer/review/pace.svelte.ts');

describe('the time of review', () => {
  it('counts while somebody is there, and not while they are away', () => {
    const pace = new Pace();
    for (let minute = 0; minute <= 10; minute += 0.5) pace.sign(minute * MINUTE_MS);
    assert.equal(pace.session, 10 * MINUTE_MS);
    // Three minutes without a sign count as one; ten are a break.
    pace.sign(13 * MINUTE_MS);
    assert.equal(pace.session, 11 * MINUTE_MS);
    pace.sign(23 * MINUTE_MS);
    assert.equal(pace.session, 11 * MINUTE_MS);
    assert.equal(pace.sinceBreak, 0);
  });

  it('has a break proposed when it is due, and later where somebody puts it off', () => {
    const pace = new Pace();
    for (let minute = 0; minute <= 25; minute++) pace.sign(minute * MINUTE_MS);
    assert.ok(pace.sinceBreak >= pace.breakAt(25));
    pace.putOff();
    assert.ok(pace.sinceBreak < pace.breakAt(25));
    for (let minute = 26; minute <= 30; minute++) pace.sign(minute * MINUTE_MS);
    assert.ok(pace.sinceBreak >= pace.breakAt(25));
    pace.startBreak();
    pace.endBreak();
    assert.equal(pace.sinceBreak, 0);
    assert.equal(pace.breakAt(25), 25 * MINUTE_MS);
  });

  it('tells how long the rest takes by the usual decision, once there were some', () => {
    const pace = new Pace();
    for (let i = 0; i < 5; i++) pace.decide(i * 2000);
    assert.equal(pace.secondsFor(10), null);
    pace.decide(10_000);
    assert.equal(pace.secondsFor(10), 20);
    // One that took long, and many at once, change nothing.
    pace.decide(50_000);
    pace.decide(51_000, 300);
    assert.equal(pace.secondsFor(10), 20);
    assert.equal(pace.decided, 307);
  });
});
