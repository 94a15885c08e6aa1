import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import koffi from 'koffi';
import { Backend, BackendError } from '../../../engine/ggml/backend.ts';
import { Graph, GraphMemory } from '../../../engine/ggml/graph.ts';
import { aliveObjects } from '../../../engine/ggml/owner.ts';
import { Weights } from '../../../engine/ggml/weights.ts';

describe('a computation off the event loop', () => {
  let backend: Backend;
  before(() => (backend = Backend.open('cpu')));
  after(() => backend[Symbol.asyncDispose]());

  /** Products one after the other: some tenths of a second on one thread. */
  function longGraph(memory?: GraphMemory) {
    const graph = new Graph(backend, 64, memory);
    const side = 512;
    const a = graph.input('f32', side, side);
    let x = graph.input('f32', side, side);
    const inputs = [a, x];
    for (let i = 0; i < 12; i++) x = graph.mulMat(a, x);
    graph.finish([x]);
    const fill = (): void => inputs.forEach((input) => input.upload(new Float32Array(side * side).fill(1 / side)));
    fill();
    return { graph, output: x, input: a, fill };
  }

  it('runs 40,000 operations deep on its stack', async () => {
    const depth = 40_000;
    await using graph = new Graph(backend, depth + 2);
    const x = graph.input('f32', 4);
    let y = x;
    // Not expanded on the way: finish() then visits the whole chain in one recursion.
    for (let i = 0; i < depth; i++) y = graph.scale(y, i % 2 === 0 ? 2 : 0.5);
    graph.finish([y]);
    assert.equal(graph.nodes, depth);
    x.upload(Float32Array.of(1, 2, 3, 4));
    await graph.compute();
    assert.deepEqual([...y.download()], [1, 2, 3, 4]);
  });

  it('has as much stack for asynchronous calls', async () => {
    const { native } = backend;
    const depth = 40_000;
    const bytes = (depth + 2) * native.ggml_tensor_overhead() + native.ggml_graph_overhead_custom(depth, false);
    const context = native.ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true });
    const graph = native.ggml_new_graph_custom(context, depth, false);
    let y = native.ggml_new_tensor_4d(context, 0, 4, 1, 1, 1);
    for (let i = 0; i < depth; i++) y = native.ggml_scale(context, y, 2);
    // The recursion that finish() runs on the main thread, on one of koffi's: drivers recurse there.
    const visit = koffi.load(native.files.base).func('void ggml_build_forward_expand(void*, void*)');
    await new Promise<void>((resolve, reject) => {
      visit.async(graph, y, (error: Error | null) => (error ? reject(error) : resolve()));
    });
    assert.equal(native.ggml_graph_n_nodes(graph), depth);
    native.ggml_free(context);
  });

  it('lets timers fire meanwhile', async () => {
    const { graph, output } = longGraph();
    await using _graph = graph;
    let fired = 0;
    const timer = setInterval(() => fired++, 1);
    await graph.compute();
    clearInterval(timer);
    assert.ok(fired > 0, 'no timer fired while the graph was computed');
    assert.ok(Math.abs((output.download()[0] ?? NaN) - 1 / 512) < 1e-6);
  });

  it('is alone on its backend: a second one, a copy and a new graph are refused until it ends', async () => {
    const { graph, output, input, fill } = longGraph();
    await using _graph = graph;
    await using other = new Graph(backend, 4);
    const x = other.input('f32', 1);
    await using weights = new Weights(backend, new Map([['w', { type: 'f32', ne: [4] } as const]]));
    const running = graph.compute();
    await assert.rejects(graph.compute(), BackendError);
    assert.throws(() => input.upload(new Float32Array(512 * 512)), BackendError);
    assert.throws(() => output.download(), BackendError);
    assert.throws(() => weights.get('w').upload(new Float32Array(4)), BackendError);
    assert.throws(() => weights.get('w').download(), BackendError);
    assert.throws(() => other.finish([x]), BackendError);
    await running;
    fill();
    await graph.compute();
    assert.equal(output.download().length, 512 * 512);
  });

  it('outlives a disposal of its graph, its memory, its weights and its backend', async () => {
    const before = aliveObjects();
    const own = Backend.open('cpu');
    const weights = new Weights(own, new Map([['w', { type: 'f32', ne: [512, 512] } as const]]));
    const memory = new GraphMemory(own);
    const graph = new Graph(own, 64, memory);
    let x = graph.input('f32', 512, 512);
    const input = x;
    for (let i = 0; i < 12; i++) x = graph.mulMat(weights.get('w'), x);
    graph.finish([x]);
    input.upload(new Float32Array(512 * 512));
    weights.get('w').upload(new Float32Array(512 * 512));
    const running = graph.compute();
    let ended = false;
    void running.then(() => (ended = true));
    const disposals = [graph, memory, weights, own].map(async (one) => {
      await one[Symbol.asyncDispose]();
      assert.ok(ended, 'freed while the computation was still running');
    });
    await Promise.all(disposals);
    await running;
    assert.deepEqual(aliveObjects(), before);
  });

  it('refuses what is gone, unfinished or without its weights, instead of reading freed memory', async () => {
    const weights = new Weights(backend, new Map([['w', { type: 'f32', ne: [4, 4] } as const]]));
    const graph = new Graph(backend, 8);
    const x = graph.input('f32', 4, 2);
    const y = graph.mulMat(weights.get('w'), x);
    assert.throws(() => x.upload(new Float32Array(8)), BackendError);
    await assert.rejects(graph.compute(), BackendError);
    graph.finish([y]);
    assert.throws(() => y.upload(new Float32Array(8)), BackendError, 'an output is not an input');
    assert.throws(() => x.download(), BackendError, 'an input is not an output');
    await weights[Symbol.asyncDispose]();
    await assert.rejects(graph.compute(), BackendError);
    assert.throws(() => weights.get('w').download(), BackendError);
    assert.throws(() => graph.mulMat(weights.get('w'), x), BackendError);
    await graph[Symbol.asyncDispose]();
    await graph[Symbol.asyncDispose]();
    await assert.rejects(graph.compute(), BackendError);
    assert.throws(() => graph.scale(x, 1), BackendError);
    assert.throws(() => y.download(), BackendError);
  });

  it('keeps every output in shared memory, also where the graph before had the same shape and fewer outputs', async () => {
    await using memory = new GraphMemory(backend);
    /** x, 2 x, 4 x … of which only the last is kept, or all */
    const doubled = async (keepsAll: boolean): Promise<number[][]> => {
      await using graph = new Graph(backend, 16, memory);
      const x = graph.input('f32', 4);
      const steps = [x];
      for (let i = 0; i < 6; i++) steps.push(graph.scale(steps[i] ?? x, 2));
      const outputs = keepsAll ? steps.slice(1) : steps.slice(-1);
      graph.finish(outputs);
      x.upload(Float32Array.of(1, 2, 3, 4));
      await graph.compute();
      return outputs.map((output) => [...output.download()]);
    };
    assert.deepEqual(await doubled(false), [[64, 128, 192, 256]]);
    assert.deepEqual(
      await doubled(true),
      [2, 4, 8, 16, 32, 64].map((factor) => [factor, 2 * factor, 3 * factor, 4 * factor]),
    );
  });

  it('gives shared memory to one graph at a time', async () => {
    await using memory = new GraphMemory(backend);
    const small = longGraph(memory);
    await small.graph.compute();
    await using large = new Graph(backend, 8, memory);
    const x = large.input('f32', 1 << 20);
    const y = large.scale(x, 3);
    large.finish([y]);
    // The memory has grown and moved: the first graph must not be computed or copied any more.
    await assert.rejects(small.graph.compute(), BackendError);
    assert.throws(() => small.output.download(), BackendError);
    x.upload(new Float32Array(1 << 20).fill(2));
    await large.compute();
    assert.equal(y.download()[12_345], 6);
    await small.graph[Symbol.asyncDispose]();
    assert.equal(y.download()[12_345], 6);
  });

  it('leaves shared memory to nobody when there is not enough of it', async () => {
    await using memory = new GraphMemory(backend);
    const small = longGraph(memory);
    await using huge = new Graph(backend, 8, memory);
    const x = huge.input('f32', 2 ** 46);
    assert.throws(
      () => huge.finish([huge.scale(x, 2)]),
      (error) => error instanceof BackendError && /not enough memory/.test(error.message),
    );
    await assert.rejects(small.graph.compute(), BackendError);
    await small.graph[Symbol.asyncDispose]();
  });

  it('keeps outputs, views among them, and gives unused inputs memory', async () => {
    await using graph = new Graph(backend, 64);
    const x = graph.input('f32', 8, 4);
    const unused = graph.input('f32', 100);
    const first = graph.scale(x, 2);
    const seen = graph.reshape(first, 32);
    const doubled = graph.add(seen, seen);
    // Results that live together once nobody needs `seen`: one would take its place if it were not kept.
    const parts = Array.from({ length: 8 }, (_, i) => graph.scale(doubled, i));
    parts.forEach((part) => graph.expand(part));
    const y = parts.reduce((sum, part) => graph.add(sum, part));
    graph.finish([seen, y]);
    for (let run = 1; run <= 2; run++) {
      unused.upload(new Float32Array(100));
      x.upload(new Float32Array(32).fill(run));
      await graph.compute();
      assert.deepEqual([...seen.download()], new Array(32).fill(2 * run));
    }
  });

  it('says when a graph is full, instead of ending the process', async () => {
    await using graph = new Graph(backend, 3);
    const x = graph.input('f32', 4);
    const y = graph.scale(graph.scale(x, 2), 2);
    assert.throws(() => graph.scale(y, 2), RangeError);
    assert.throws(() => graph.input('f32', 4), RangeError);
    await using weights = new Weights(
      backend,
      new Map(Array.from({ length: 4 }, (_, i) => [`w${i}`, { type: 'f32', ne: [4] } as const])),
    );
    await using other = new Graph(backend, 3);
    other.mul(other.mul(weights.get('w0'), weights.get('w1')), weights.get('w2'));
    assert.throws(() => other.scale(weights.get('w3'), 2), RangeError);
    graph.finish([y]);
  });
});
