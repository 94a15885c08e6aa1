import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ThreadGovernor } from '../../../engine/score/governor.ts';

/** Runs graphs of 100 tokens on a machine where `cost(threads, graph)` is the time of a token; returns the counts used. */
function simulate(
  governor: ThreadGovernor,
  graphs: number,
  cost: (threads: number, graph: number) => number,
): number[] {
  return Array.from({ length: graphs }, (_, graph) => {
    const { threads } = governor;
    governor.record(100, 100 * cost(threads, graph));
    return threads;
  });
}

const share = (counts: readonly number[], count: number) =>
  counts.filter((used) => used === count).length / counts.length;

describe('ThreadGovernor', () => {
  it('uses all threads on an idle machine, but for a few trials', () => {
    const used = simulate(new ThreadGovernor([1, 2]), 400, (threads) => 1 / threads);
    assert.equal(used[0], 2);
    assert.ok(share(used, 2) > 0.95);
  });

  it('leaves a count that collapses when another program comes, within a few graphs', () => {
    const busy = (threads: number, graph: number) => (graph < 100 ? 1 / threads : threads === 2 ? 20 : 1.5);
    const used = simulate(new ThreadGovernor([1, 2]), 300, busy);
    assert.ok(share(used.slice(105), 1) > 0.95);
  });

  it('comes back when the other program is gone', () => {
    const busy = (threads: number, graph: number) =>
      graph >= 100 && graph < 200 ? (threads === 2 ? 20 : 1.5) : 1 / threads;
    const used = simulate(new ThreadGovernor([1, 2]), 500, busy);
    assert.ok(share(used.slice(300), 2) > 0.9);
  });

  it('finds out about a machine that was busy from the start', () => {
    const used = simulate(new ThreadGovernor([1, 2]), 100, (threads) => (threads === 2 ? 20 : 1));
    assert.ok(share(used.slice(10), 1) > 0.9);
  });

  it('stays where it is told to', () => {
    assert.deepEqual(new Set(simulate(new ThreadGovernor([3]), 200, () => Math.random())), new Set([3]));
  });
});
