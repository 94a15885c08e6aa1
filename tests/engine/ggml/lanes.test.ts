import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Backend } from '../../../engine/ggml/backend.ts';
import { Graph } from '../../../engine/ggml/graph.ts';
import { laneCount, Lanes, type Lane } from '../../../engine/ggml/lanes.ts';
import { aliveObjects } from '../../../engine/ggml/owner.ts';
import { Weights } from '../../../engine/ggml/weights.ts';

describe('Lanes', () => {
  it('compute side by side with the same weights, each in memory of its own', async () => {
    await using backend = Backend.open('cpu');
    await using weights = new Weights(backend, new Map([['w', { type: 'f32', ne: [64, 64] } as const]]));
    weights.get('w').upload(Float32Array.from({ length: 64 * 64 }, (_, i) => (i % 65 === 0 ? 2 : 0)));
    await using lanes = await Lanes.open(backend, 3);
    const found = new Array<number>(30);
    let atOnce = 0;
    let most = 0;
    await lanes.each(found.keys(), async (job, { backend: own, memory }) => {
      most = Math.max(most, ++atOnce);
      await using graph = new Graph(own, 16, memory);
      const x = graph.input('f32', 64, 1 + job);
      const y = graph.mulMat(weights.get('w'), graph.mulMat(weights.get('w'), x));
      graph.finish([y]);
      x.upload(new Float32Array(64 * (1 + job)).fill(job));
      await graph.compute();
      const [first = NaN, ...others] = y.download();
      assert.ok(others.every((other) => other === first));
      found[job] = first;
      atOnce--;
    });
    assert.deepEqual(
      found,
      Array.from(found, (_, job) => 4 * job),
    );
    assert.equal(most, 3);
  });

  it('after a failure begin nothing more, and throw it when all are quiet', async () => {
    await using backend = Backend.open('cpu');
    await using lanes = await Lanes.open(backend, 2);
    const begun: number[] = [];
    let ended = 0;
    const failing = lanes.each([0, 1, 2, 3], async (job) => {
      begun.push(job);
      if (job === 0) throw new Error('job 0 failed');
      await wait(20);
      ended++;
    });
    await assert.rejects(failing, /job 0 failed/);
    assert.deepEqual(begun, [0, 1]);
    assert.equal(ended, 1);
  });

  it('give a job to the lane that is free first', async () => {
    await using backend = Backend.open('cpu');
    await using lanes = await Lanes.open(backend, 2);
    const jobsOf = new Map<Lane, number[]>();
    await lanes.each([0, 1, 2, 3], async (job, lane) => {
      jobsOf.set(lane, [...(jobsOf.get(lane) ?? []), job]);
      await wait(job === 0 ? 200 : 1);
    });
    assert.deepEqual([...jobsOf.values()], [[0], [1, 2, 3]]);
  });

  it('leave nothing behind, and the backend they were opened beside alone', async () => {
    await using backend = Backend.open('cpu');
    const before = aliveObjects();
    {
      await using lanes = await Lanes.open(backend, 4);
      assert.equal(lanes.count, 4);
    }
    assert.deepEqual(aliveObjects(), before);
    backend.assertIdle();
  });

  it('are never more than the system grants, and one fewer while a window is in front', () => {
    const granted = availableParallelism();
    assert.ok(laneCount() >= 1 && laneCount() <= granted);
    assert.ok(laneCount({ foreground: true }) <= Math.max(1, granted - 1));
    assert.ok(laneCount({ foreground: true }) >= 1);
  });
});
