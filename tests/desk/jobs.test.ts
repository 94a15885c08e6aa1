import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Tempo } from '../../desk/jobs/progress.ts';

describe('the tempo of a job', () => {
  const scoring = (done: number) => ({ doing: 'Scoring', done, total: 1_000, unit: 'messages' });

  it('is that of the last seconds, and says how long it will take', () => {
    const tempo = new Tempo();
    assert.deepEqual(tempo.pace(scoring(0), 0), { ...scoring(0), rate: 0, secondsLeft: null });
    // Ten a second for a long time, then a hundred.
    for (let second = 1; second <= 30; second++) tempo.pace(scoring(10 * second), 1000 * second);
    for (let tenth = 1; tenth <= 100; tenth++) tempo.pace(scoring(300 + tenth * 5), 30_000 + tenth * 100);
    const { rate, secondsLeft } = tempo.pace(scoring(801), 40_100);
    assert.ok(rate > 45 && rate < 55, `${rate}`);
    assert.ok(secondsLeft !== null && Math.abs(secondsLeft - 199 / rate) < 1e-9);
  });

  it('begins anew with another stage, and where something is counted from the start', () => {
    const tempo = new Tempo();
    for (let second = 0; second <= 5; second++) tempo.pace(scoring(100 * second), 1000 * second);
    assert.equal(tempo.pace({ doing: 'Training', done: 7, total: null, unit: 'steps' }, 6000).rate, 0);
    assert.equal(tempo.pace({ doing: 'Training', done: 1, total: null, unit: 'steps' }, 7000).rate, 0);
    assert.equal(tempo.pace({ doing: 'Training', done: 3, total: null, unit: 'steps' }, 8000).rate, 2);
  });
});
