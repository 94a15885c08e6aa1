import './runes.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Job } from '../../desk/contract/jobs.ts';

const { Jobs } = await import('../../renderer/state/jobs.svelte.ts');

const job = (id: number, state: Job['state'], done: number): Job => ({
  ...{ id, state, done, kind: 'functional', doing: 'reading', unit: 'cases', total: 9, rate: 0, secondsLeft: null },
  ...{ training: null, report: null, problem: null, createdAt: 1, updatedAt: 1 },
});

describe('what is being worked on', () => {
  it('stays over when the word that it began comes after the word that it ended', () => {
    for (const end of ['done', 'failed', 'cancelled'] as const) {
      const jobs = new Jobs();
      jobs.take(job(1, end, 9));
      jobs.take(job(1, 'waiting', 0));
      assert.equal(jobs.get(1)?.state, end);
      assert.deepEqual(jobs.running, []);
    }
  });

  it('goes on as it is told, is held and goes on again', () => {
    const jobs = new Jobs();
    for (const [state, done] of [
      ['running', 2],
      ['paused', 4],
      ['waiting', 4],
      ['running', 5],
    ] as const) {
      jobs.take(job(1, state, done));
      jobs.take(job(2, 'waiting', 0));
      assert.deepEqual([jobs.get(1)?.state, jobs.get(1)?.done], [state, done]);
      assert.equal(jobs.latest('functional')?.id, 2);
    }
    jobs.take(job(1, 'done', 9));
    assert.deepEqual(
      jobs.running.map(({ id }) => id),
      [2],
    );
  });
});
