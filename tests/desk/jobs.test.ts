import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Job, Start } from '../../desk/contract/jobs.ts';
import { Tempo } from '../../desk/jobs/progress.ts';
import { type JobKinds, JobRunner, type RunHooks } from '../../desk/jobs/runner.ts';
import { Workspace } from '../../desk/store/workspace.ts';
import { WriterClient } from '../../desk/writer/client.ts';
import type { Reply, Request } from '../../desk/writer/protocol.ts';
import { perform } from '../../desk/writer/writes.ts';
import { Folder } from './store/fixtures.ts';

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

/** A writer whose disk is full while `isFull`: then it refuses every write, as the thread that writes does. */
function writerOf(workspace: Workspace): { readonly writer: WriterClient; isFull: boolean } {
  const answer = (request: Request): Reply => {
    assert.ok(request.kind === 'write');
    const { id, name, input } = request;
    if (!held.isFull) return { kind: 'done', id, output: perform(workspace, name, input, 0) };
    const error = {
      of: 'workspace',
      problem: 'disk-full',
      message: 'no room left',
      remedy: 'free some space',
    } as const;
    return { kind: 'failed', id, error };
  };
  const port = {
    postMessage: (request: Request) => queueMicrotask(() => held.writer.receive(answer(request))),
  };
  const held = { writer: new WriterClient(workspace.path, { ordinary: port, urgent: port }), isFull: false };
  return held;
}

describe('a job whose end the full disk does not take', () => {
  const start: Start = { kind: 'import', paths: ['export.csv'] };

  it('is told as over all the same, and goes on when the workspace is opened again', async () => {
    using folder = new Folder();
    const path = folder.file('w.moderato');
    const run = async (work: () => Promise<unknown>, restarted: boolean): Promise<Job> => {
      using workspace = restarted ? Workspace.open(path) : Workspace.create(path);
      const held = writerOf(workspace);
      const told = Promise.withResolvers<Job>();
      const reading = {
        lane: 'reading',
        run: async () => {
          held.isFull = !restarted;
          return await work();
        },
      } as const;
      await using runner = new JobRunner(workspace, held.writer, { import: reading } as unknown as JobKinds, (job) => {
        if (job.state !== 'waiting' && job.state !== 'running') told.resolve(job);
      });
      if (restarted) runner.goOn(() => start);
      else await runner.start(start);
      const nobodyHears = setImmediate(undefined).then(async () => {
        // Longer than anything here takes, which waits for no clock.
        for (let turn = 0; turn < 1000; turn++) await setImmediate();
        throw new Error('the job was never told as over');
      });
      const job = await Promise.race([told.promise, nobodyHears]);
      nobodyHears.catch(() => {});
      assert.deepEqual(runner.list(), [job]);
      return job;
    };
    const failed = await run(() => Promise.reject(new Error('no room left')), false);
    assert.equal(failed.state, 'failed');
    assert.deepEqual(failed.problem, { message: 'no room left', remedy: '' });
    const done = await run(() => Promise.resolve({ rows: 3 }), true);
    assert.equal(done.id, failed.id);
    assert.equal(done.state, 'done');
    assert.deepEqual(done.report, { rows: 3 });
  });
});

describe('a job that is being ended when the workspace is closed', () => {
  it('does not go on when that is opened again: it was cancelled, or paused', async () => {
    for (const how of ['cancel', 'pause'] as const) {
      using folder = new Folder();
      using workspace = Workspace.create(folder.file('w.moderato'));
      const begun = Promise.withResolvers<unknown>();
      const reading = {
        lane: 'reading',
        run: async (_start: Start, { signal }: RunHooks) => {
          begun.resolve(null);
          while (!signal.aborted) await setImmediate();
          // What is done is kept first.
          for (let turn = 0; turn < 10; turn++) await setImmediate();
          signal.throwIfAborted();
        },
      } as const;
      const kinds = { import: reading } as unknown as JobKinds;
      const runner = new JobRunner(workspace, writerOf(workspace).writer, kinds, () => {});
      const { id } = await runner.start({ kind: 'import', paths: ['export.csv'] });
      await begun.promise;
      const ended = runner[how](id);
      await runner[Symbol.asyncDispose]();
      assert.equal((await ended).state, how === 'cancel' ? 'cancelled' : 'paused');
      assert.deepEqual(
        workspace.jobs.open().map(({ state }) => state),
        how === 'cancel' ? [] : ['paused'],
      );
    }
  });
});
