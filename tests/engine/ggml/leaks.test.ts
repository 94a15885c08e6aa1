import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Backend } from '../../../engine/ggml/backend.ts';
import { Graph, GraphMemory } from '../../../engine/ggml/graph.ts';
import { aliveObjects, own } from '../../../engine/ggml/owner.ts';
import { Weights } from '../../../engine/ggml/weights.ts';

const MIB = 2 ** 20;

describe('native objects', () => {
  it('a thousand graphs with weights of their own leave nothing behind', async () => {
    const before = aliveObjects();
    await using backend = Backend.open('cpu');
    const idle = aliveObjects();
    async function round(shared?: GraphMemory): Promise<void> {
      // A quarter of a mebibyte each of weights and activations: a thousand of them would be seen.
      await using weights = new Weights(backend, new Map([['w', { type: 'f32', ne: [256, 256] } as const]]));
      await using graph = new Graph(backend, 32, shared);
      const x = graph.input('f32', 256, 128);
      const y = graph.mulMat(weights.get('w'), graph.mulMat(weights.get('w'), x));
      graph.finish([y]);
      x.upload(new Float32Array(256 * 128));
      weights.get('w').upload(new Float32Array(256 * 256));
      await graph.compute();
      y.download();
    }
    for (let i = 0; i < 100; i++) await round();
    const start = process.memoryUsage().rss;
    for (let i = 0; i < 900; i++) await round();
    await using shared = new GraphMemory(backend);
    for (let i = 0; i < 100; i++) await round(shared);
    const grown = (process.memoryUsage().rss - start) / MIB;
    assert.deepEqual(aliveObjects(), { ...idle, 'graph memory': 1 });
    // The heap of JavaScript itself breathes by tens of mebibytes; a leak of one buffer a round would be 250.
    assert.ok(grown < 120, `memory grew by ${grown.toFixed(0)} MiB`);
    await shared[Symbol.asyncDispose]();
    await backend[Symbol.asyncDispose]();
    assert.deepEqual(aliveObjects(), before);
  });

  it('graphs that were refused or never finished leave nothing behind either', async () => {
    await using backend = Backend.open('cpu');
    const before = aliveObjects();
    for (let i = 0; i < 100; i++) {
      await using graph = new Graph(backend, 8);
      const x = graph.input('f32', 8);
      assert.throws(() => graph.mulMat(x, graph.input('f32', 9)));
      if (i % 2 === 0) assert.throws(() => graph.finish([graph.scale(graph.input('f32', 2 ** 46), 2)]));
      assert.throws(() => new Weights(backend, new Map([['w', { type: 'f32', ne: [2 ** 46] } as const]])));
      assert.throws(() => new Weights(backend, new Map([['w', { type: 'q8_0', ne: [31] } as const]])));
    }
    assert.deepEqual(aliveObjects(), before);
  });

  it('are freed once', () => {
    const end = own('test object');
    assert.equal(aliveObjects()['test object'], 1);
    end();
    assert.equal(aliveObjects()['test object'], undefined);
    assert.throws(end, /freed twice/);
  });
});
