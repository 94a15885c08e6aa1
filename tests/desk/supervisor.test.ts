import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { EngineCallError, EngineDied, EngineFailed } from '../../desk/engine/errors.ts';
import { EngineLife, LIMITS } from '../../desk/engine/life.ts';
import { nodeEngine } from '../../desk/engine/process.ts';
import { cleanedEnvironment } from '../../engine/ggml/environment.ts';
import type { EngineProcess } from '../../desk/engine/process.ts';
import { Supervisor } from '../../desk/supervisor.ts';
import type { BackendMemory, Notice, SupervisorOptions } from '../../desk/supervisor.ts';
import { CONTRACT } from '../../engine/contract.ts';
import type { CallInput, Item, ToEngine } from '../../engine/contract.ts';

const entry = new URL('../engine/process/trick-engine.ts', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'moderato-supervisor-'));
after(() => rmSync(folder, { recursive: true }));

const model = (over: Partial<CallInput<'open'>> = {}): CallInput<'open'> => ({
  base: 'trick.gguf',
  backend: 'cpu',
  deterministic: false,
  ...over,
});

const training: CallInput<'train'>['options'] = {
  name: 'trick',
  neutralLabel: null,
  method: { kind: 'probe', classWeights: 'none' },
  ngrams: false,
  languages: [],
  source: {},
};

/** Items whose score is their text's length, so that a result tells which text it belongs to. */
const plain = (count: number, from = 0): Item[] =>
  Array.from({ length: count }, (_, i) => ({ key: `k${from + i}`, text: 'a'.repeat(1 + ((from + i) % 900)) }));

function watched(options: SupervisorOptions = {}, environment: Record<string, string> = {}) {
  const notices: Notice[] = [];
  const supervisor = new Supervisor(nodeEngine(entry, environment), {
    batchItems: 50,
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  return { supervisor, notices, count: (kind: Notice['kind']) => notices.filter((n) => n.kind === kind).length };
}

function assertScored(items: readonly Item[], scored: Awaited<ReturnType<typeof scoreOf>>): void {
  assert.deepEqual(
    scored.map(({ key }) => key),
    items.map(({ key }) => key),
  );
  for (const [row, score] of scored.entries()) {
    if (score.status !== 'scored') continue;
    assert.equal(Math.round((score.probabilities[1] ?? 0) * 1e6), items[row]?.text.length);
  }
}

async function scoreOf(supervisor: Supervisor, items: readonly Item[], over: Partial<CallInput<'open'>> = {}) {
  const session = await supervisor.open(model(over));
  return session.score(items);
}

class Remembered implements BackendMemory {
  readonly refused: string[] = [];
  isRefused(backend: string, driver: string): boolean {
    return this.refused.includes(`${backend} ${driver}`);
  }
  refuse(backend: string, driver: string): void {
    this.refused.push(`${backend} ${driver}`);
  }
}

const code = (expected: string) => (error: unknown) => error instanceof EngineCallError && error.code === expected;

describe('an engine that is killed', () => {
  it('costs one batch: every item is scored once, in order, and answered batches are not read again', async () => {
    const log = join(folder, 'kill.log');
    const { supervisor, count } = watched({}, { TRICK_LOG: log });
    await using _ = supervisor;
    const items = plain(400);
    const session = await supervisor.open(model());
    const killAt = [120, 260];
    const progress: number[] = [];
    const scored = await session.score(items, {
      onProgress: (done) => {
        progress.push(done);
        if (killAt[0] !== undefined && done >= killAt[0] && supervisor.pid !== undefined) {
          killAt.shift();
          process.kill(supervisor.pid, 'SIGKILL');
        }
      },
    });
    assertScored(items, scored);
    assert.ok(scored.every(({ status }) => status === 'scored'));
    assert.equal(count('engine-died'), 2);
    const reads = readFileSync(log, 'utf8').trim().split('\n').length;
    assert.ok(reads <= items.length + 2 * 2 * 50, `${reads} texts were read for ${items.length} items`);
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
      'progress fell back',
    );
    assert.equal(progress.at(-1), items.length);
  });

  it('is started again on the same backend after one death', async () => {
    const { supervisor, count } = watched();
    await using _ = supervisor;
    const items = [...plain(20), { key: 'once', text: `die 1 ${join(folder, 'once')}` }, ...plain(20, 20)];
    const session = await supervisor.open(model({ backend: 'vulkan' }));
    const scored = await session.score(items);
    assertScored(items, scored);
    assert.equal(session.info.backend, 'vulkan');
    assert.deepEqual([count('engine-died'), count('moved-to-cpu')], [1, 0]);
  });

  it('between two calls is replaced at the next', async () => {
    const { supervisor } = watched();
    await using _ = supervisor;
    const session = await supervisor.open(model());
    const { pid } = supervisor;
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    assertScored(plain(3), await session.score(plain(3)));
    assert.notEqual(supervisor.pid, pid);
  });
});

describe('a backend that dies', () => {
  it('twice on one batch is left for the CPU and remembered with its driver', async () => {
    const memory = new Remembered();
    const { supervisor, count } = watched({ memory });
    await using _ = supervisor;
    const items = [...plain(60), { key: 'gpu', text: 'die on gpu' }, ...plain(60, 60)];
    const session = await supervisor.open(model({ backend: 'auto' }));
    assert.equal(session.info.backend, 'vulkan');
    const scored = await session.score(items);
    assertScored(items, scored);
    assert.ok(scored.every(({ status }) => status === 'scored'));
    assert.equal(session.info.backend, 'cpu');
    assert.deepEqual(memory.refused, ['vulkan 1.2.3']);
    assert.equal(count('engine-died'), 2);
  });

  it('before is not tried again', async () => {
    const memory = new Remembered();
    memory.refuse('vulkan', '1.2.3');
    const { supervisor, count } = watched({ memory });
    await using _ = supervisor;
    const session = await supervisor.open(model({ backend: 'auto' }));
    assert.equal(session.info.backend, 'cpu');
    assert.deepEqual([count('engine-died'), count('moved-to-cpu')], [0, 1]);
  });

  it('while the model is opened is left for the CPU', async () => {
    const { supervisor } = watched();
    await using _ = supervisor;
    const session = await supervisor.open(model({ base: 'die on gpu', backend: 'auto' }));
    assert.equal(session.info.backend, 'cpu');
  });
});

describe('a computer on which only the CPU is to be used', () => {
  it('opens there what names no backend, from the moment on that somebody says so', async () => {
    let only = false;
    const { supervisor, count } = watched({ onlyCpu: () => only });
    await using _ = supervisor;
    const before = await supervisor.open(model({ backend: 'auto' }));
    only = true;
    const after = await supervisor.open(model({ backend: 'auto' }));
    const named = await supervisor.open(model({ backend: 'vulkan' }));
    await Promise.all([before, after, named].map(async (session) => session.score(plain(60))));
    assert.deepEqual(
      [before, after, named].map(({ info }) => info.backend),
      ['vulkan', 'cpu', 'vulkan'],
    );
    assert.equal(count('moved-to-cpu'), 0, 'it is what was asked for, and nothing to be said');
  });
});

describe('an item that kills the engine', () => {
  it('is found, left as not read, and the rest of its batch is scored', async () => {
    const { supervisor, notices, count } = watched();
    await using _ = supervisor;
    const items = plain(130);
    items[77] = { key: 'poison', text: 'die' };
    const scored = await scoreOf(supervisor, items);
    assertScored(items, scored);
    assert.deepEqual(
      scored.filter(({ status }) => status === 'not-read'),
      [{ key: 'poison', status: 'not-read', reason: 'engine-failed' }],
    );
    assert.equal(count('item-failed'), 1);
    assert.ok(notices.some(({ message }) => message.includes('poison') && message.includes('SIGKILL')));
  });

  it('does not bring a working backend into disrepute', async () => {
    const memory = new Remembered();
    const { supervisor } = watched({ memory, batchItems: 4 });
    await using _ = supervisor;
    const items = [...plain(5), { key: 'poison', text: 'die' }, ...plain(5, 5)];
    const session = await supervisor.open(model({ backend: 'auto' }));
    const scored = await session.score(items);
    assertScored(items, scored);
    assert.equal(scored.filter(({ status }) => status === 'not-read').length, 1);
    assert.deepEqual(memory.refused, []);
    await session.score(plain(1));
    assert.equal(session.info.backend, 'vulkan');
  });

  it('becomes a row of zeros among pooled states', async () => {
    const { supervisor } = watched({ batchItems: 4 });
    await using _ = supervisor;
    const session = await supervisor.open(model());
    const texts = ['aa', 'aaa', 'die', '', 'aaaa', 'a'];
    const { states, read } = await session.embed(texts.map((text, i) => ({ key: String(i), text })));
    assert.deepEqual(read, [true, true, false, false, true, true]);
    assert.deepEqual([...states], [2, 1, 3, 1, 0, 0, 0, 0, 4, 1, 1, 1]);
  });

  it('is not made up: an engine that always dies ends the job', async () => {
    const { supervisor } = watched({ batchItems: 1000 });
    await using _ = supervisor;
    const items = Array.from({ length: 200 }, (_v, i) => ({ key: `k${i}`, text: 'die' }));
    await assert.rejects(
      scoreOf(supervisor, items),
      (error) => error instanceof EngineFailed && error.message.includes('GGML_ASSERT(trick) failed'),
    );
  });
});

describe('an engine that hangs', () => {
  it('in a busy loop is found by its silence', async () => {
    const { supervisor, notices } = watched({ batchItems: 1, limits: { tickMs: 250, silentTicks: 12 } });
    await using _ = supervisor;
    const items = [...plain(2), { key: 'hang', text: 'hang' }, ...plain(2, 2)];
    const scored = await scoreOf(supervisor, items);
    assertScored(items, scored);
    assert.equal(scored[2]?.status, 'not-read');
    assert.ok(notices.some(({ message }) => message.includes('hung: no sign of life for 3 seconds')));
  });

  it('with a beating heart is found by its standstill', async () => {
    const { supervisor, notices } = watched({ batchItems: 1, limits: { stalledSeconds: 0.5 } });
    await using _ = supervisor;
    const scored = await scoreOf(supervisor, [{ key: 'stall', text: 'stall' }]);
    assert.deepEqual(scored, [{ key: 'stall', status: 'not-read', reason: 'engine-failed' }]);
    assert.ok(notices.some(({ message }) => message.includes('did not get ahead')));
  });

  it('is given up where it outlives being killed, inside a call of a driver: nobody waits for it', async () => {
    const limits = { ...LIMITS, tickMs: 10, silentTicks: 3, stopMs: 30 };
    const stuck = (): EngineLife => {
      let receive: (message: unknown) => void = () => {};
      const engine: EngineProcess = {
        pid: 1,
        send: () => {},
        onMessage: (listener) => void (receive = listener),
        onStderr: () => {},
        onExit: () => {},
        kill: () => {},
      };
      const life = new EngineLife(engine, limits, () => {});
      receive({ kind: 'hello', contract: CONTRACT, pid: 1 });
      return life;
    };
    const [hung, stopped] = [stuck(), stuck()];
    const call = hung.call('score', { session: 1, items: [] }).catch((error: unknown) => error);
    const died = await Promise.race([call, wait(2000)]);
    assert.ok(died instanceof EngineDied && died.blamed && died.how.startsWith('hung'), String(died));
    const ended = stopped.stop().then(() => 'ended');
    assert.equal(await Promise.race([ended, wait(2000)]), 'ended');
  });
});

describe('cancel', () => {
  const inTime = <T>(promise: Promise<T>): Promise<T | 'late'> => Promise.race([promise, wait(1000, 'late' as const)]);

  it('ends a running and a waiting job within a second, and the engine goes on', async () => {
    const { supervisor, count } = watched();
    await using _ = supervisor;
    const session = await supervisor.open(model());
    const stop = new AbortController();
    const jobs = [1, 2].map((n) => session.score([{ key: String(n), text: 'wait 60000' }], { signal: stop.signal }));
    setTimeout(() => stop.abort(), 100);
    const ends = jobs.map((job) => job.catch((error: unknown) => error));
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    for (const end of ends) assert.ok(code('cancelled')(await inTime(end)));
    assertScored(plain(2), await session.score(plain(2)));
    assert.equal(count('engine-died'), 0);
  });

  it('ends a load that does not listen, and its model is closed when it comes', async () => {
    const { supervisor } = watched();
    await using _ = supervisor;
    for (const base of ['slow', 'deaf']) {
      const stop = new AbortController();
      const opening = supervisor.open(model({ base }), { signal: stop.signal });
      setTimeout(() => stop.abort(), 300);
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
      await assert.rejects(inTime(opening), code('cancelled'));
    }
    assertScored(plain(2), await scoreOf(supervisor, plain(2)));
  });

  it('ends a call of an engine that hears nothing any more', async () => {
    const { supervisor } = watched({ limits: { tickMs: 250, silentTicks: 12 } });
    await using _ = supervisor;
    const session = await supervisor.open(model());
    const stop = new AbortController();
    const job = session.score([{ key: 'hang', text: 'hang' }], { signal: stop.signal });
    const end = job.catch((error: unknown) => error);
    setTimeout(() => stop.abort(), 300);
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    assert.ok(code('cancelled')(await inTime(end)));
    assertScored(plain(2), await session.score(plain(2)));
  });

  it('of a load closes the model that comes too late', async () => {
    const sent: ToEngine[] = [];
    let receive: (message: unknown) => void = () => {};
    let exited: (how: string) => void = () => {};
    const engine: EngineProcess = {
      pid: 1,
      send: (message) => sent.push(message),
      onMessage: (listener) => void (receive = listener),
      onStderr: () => {},
      onExit: (listener) => void (exited = listener),
      kill: () => {},
    };
    const life = new EngineLife(engine, { ...LIMITS, cancelMs: 10 }, () => {});
    receive({ kind: 'hello', contract: CONTRACT, pid: 1 });
    const stop = new AbortController();
    const opening = life.call('open', model(), { signal: stop.signal });
    stop.abort();
    await assert.rejects(opening, code('cancelled'));
    const base = { name: 'm', sha256: '', architecture: 'x' };
    const info = {
      backend: 'cpu',
      layout: '',
      threads: 1,
      depth: 1,
      width: 1,
      pooling: '',
      labels: [],
      base,
      maxTokens: 1,
    };
    receive({ kind: 'answer', id: 1, output: { session: 9, info, seconds: 0 } });
    exited('was ended');
    assert.deepEqual(
      sent.map((message) => (message.kind === 'call' ? `${message.name}` : message.kind)),
      ['open', 'cancel', 'close'],
    );
  });

  it('before the start starts nothing', async () => {
    const { supervisor } = watched();
    await using _ = supervisor;
    await assert.rejects(supervisor.open(model(), { signal: AbortSignal.abort() }), code('cancelled'));
  });

  it('comes with closing', async () => {
    const { supervisor } = watched();
    const session = await supervisor.open(model());
    const { pid } = supervisor;
    assert.ok(pid !== undefined);
    const job = session.score([{ key: 'a', text: 'wait 60000' }]);
    await Promise.all([assert.rejects(job, code('cancelled')), wait(50).then(() => supervisor.close())]);
    assert.throws(() => process.kill(pid, 0), 'the engine outlived its supervisor');
    await assert.rejects(session.score(plain(1)), code('cancelled'));
  });
});

describe('a stream of batches', () => {
  it('is read at most two calls ahead and given back array by array', async () => {
    const { supervisor } = watched({ batchItems: 10 });
    await using _ = supervisor;
    const session = await supervisor.open(model());
    let read = 0;
    async function* source() {
      for (const size of [3, 0, 25, 10, 1, 40, 5, 5]) {
        read += size;
        yield plain(size, read - size);
      }
    }
    let given = 0;
    for await (const scored of session.scoreAll(source())) {
      assertScored(plain(scored.length, given), scored);
      given += scored.length;
      assert.ok(read - given <= 50, `${read - given} items were read ahead`);
      await wait(5);
    }
    assert.deepEqual([read, given], [89, 89]);
  });

  it('gives what is ready while its source is slow', async () => {
    const { supervisor } = watched();
    await using _ = supervisor;
    const session = await supervisor.open(model());
    const goOn = Promise.withResolvers<void>();
    async function* source() {
      yield plain(3);
      await goOn.promise;
      yield plain(3, 3);
    }
    const stream = session.scoreAll(source());
    assert.equal((await stream.next()).value?.length, 3);
    goOn.resolve();
    assert.equal((await stream.next()).value?.length, 3);
    assert.equal((await stream.next()).done, true);
  });

  it('passes on what its source throws, and closes a source that is left early', async () => {
    const { supervisor } = watched();
    await using _ = supervisor;
    const session = await supervisor.open(model());
    let closed = false;
    async function* source(fail: boolean) {
      try {
        for (let i = 0; ; i++) {
          if (fail && i === 3) throw new Error('row 4 cannot be read');
          yield plain(2, i * 2);
        }
      } finally {
        closed = true;
      }
    }
    await assert.rejects(async () => {
      for await (const _scored of session.scoreAll(source(true)));
    }, /row 4 cannot be read/);
    assert.ok(closed);
    closed = false;
    for await (const _scored of session.scoreAll(source(false))) break;
    assert.ok(closed);
    assertScored(plain(2), await session.score(plain(2)));
  });

  it('with a text beyond any limit is refused, not cut', async () => {
    const { supervisor } = watched();
    await using _ = supervisor;
    const session = await supervisor.open(model());
    await assert.rejects(session.score([{ key: 'k', text: 'a'.repeat(16 * 1024 * 1024 + 1) }]), code('bad-message'));
    const long = { key: 'k', text: 'a'.repeat(10 * 1024 * 1024) };
    assert.equal((await session.score([long, ...plain(2), long])).length, 4);
  });
});

describe('an answer that is wrong', () => {
  it('ends the engine that gave it', async () => {
    for (const [text, what] of [
      ['nonsense', 'a probability outside'],
      ['short', '0 results for 1 items'],
    ] as const) {
      const { supervisor, notices } = watched({ batchItems: 1 });
      await using _ = supervisor;
      const scored = await scoreOf(supervisor, [{ key: 'bad', text }, ...plain(2)]);
      assert.deepEqual(
        scored.map(({ status }) => status),
        ['not-read', 'scored', 'scored'],
      );
      assert.ok(
        notices.some(({ message }) => message.includes(what)),
        what,
      );
    }
  });

  it('of any shape never reaches the caller', async () => {
    const hostile: unknown[] = [
      undefined,
      null,
      'hello',
      { kind: 'answer', id: 1, output: {} },
      { kind: 'hello', contract: 1 },
      { kind: 'hello', contract: 999, pid: 1 },
      { kind: 'heartbeat', rss: -1, busy: null, phase: 'idle', stalled: 0 },
    ];
    for (const message of hostile) {
      const { supervisor, count } = withEngine(() => [message]);
      await assert.rejects(supervisor.open(model()), EngineFailed);
      assert.equal(count('engine-died'), 2);
    }
  });

  it('of any content at all does not bring the desk down', async () => {
    const kind = fc.constantFrom('hello', 'answer', 'error', 'progress', 'heartbeat', 'log');
    const field = fc.oneof(fc.nat(3), fc.string(), fc.anything({ withTypedArray: true, withMap: true }));
    const likely = fc.record({
      kind,
      id: field,
      output: field,
      error: field,
      rss: field,
      line: field,
      contract: field,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(likely, fc.anything({ withTypedArray: true }))), async (messages) => {
        let receive: (message: unknown) => void = () => {};
        let exited: (how: string) => void = () => {};
        const engine: EngineProcess = {
          pid: 1,
          send: () => {},
          onMessage: (listener) => void (receive = listener),
          onStderr: () => {},
          onExit: (listener) => void (exited = listener),
          kill: () => {},
        };
        const life = new EngineLife(engine, LIMITS, () => {});
        const call = life.call('score', { session: 1, items: [] }).catch(() => {});
        receive({ kind: 'hello', contract: CONTRACT, pid: 1 });
        for (const message of messages) receive(message);
        exited('was ended');
        await call;
      }),
      { numRuns: 500 },
    );
  });

  it('to a question that nobody asked is passed over', async () => {
    const { supervisor } = withEngine(() => [
      { kind: 'hello', contract: CONTRACT, pid: 1 },
      { kind: 'answer', id: 77, output: { session: 1 } },
      { kind: 'error', id: 78, error: { code: 'x', message: 'y', remedy: 'z' } },
      { kind: 'progress', id: 79, done: 1, total: 1, unit: 'items', rate: 1, secondsLeft: 0 },
      { kind: 'error', id: 1, error: { code: 'done', message: 'enough', remedy: '' } },
    ]);
    await assert.rejects(supervisor.open(model()), code('done'));
  });

  /** A supervisor over an engine inside this process that says `lines` when it is started. */
  function withEngine(lines: () => unknown[]) {
    const notices: Notice[] = [];
    const spawn = (): EngineProcess => {
      let exited: (how: string) => void = () => {};
      return {
        pid: 1,
        send: (_message: ToEngine) => {},
        onMessage: (receive) => setImmediate(() => lines().forEach((line) => receive(line))),
        onStderr: () => {},
        onExit: (tell) => void (exited = tell),
        kill: () => setImmediate(() => exited('was ended')),
      };
    };
    const supervisor = new Supervisor(spawn, { onNotice: (notice) => notices.push(notice) });
    return { supervisor, count: (kind: Notice['kind']) => notices.filter((n) => n.kind === kind).length };
  }
});

describe('a call that fails', () => {
  it('says what and where, and leaves the engine running', async () => {
    const { supervisor, count } = watched();
    await using _ = supervisor;
    await assert.rejects(
      supervisor.open(model({ base: 'none.gguf' })),
      (error) => code('ENOENT')(error) && (error as EngineCallError).place === 'none.gguf',
    );
    assertScored(plain(2), await scoreOf(supervisor, plain(2)));
    assert.equal(count('engine-died'), 0);
  });

  it('by two deaths in loading or training tells the last that the engine printed', async () => {
    const { supervisor } = watched();
    await using _ = supervisor;
    const told = (error: unknown): boolean =>
      error instanceof EngineFailed &&
      error.message.includes('SIGKILL') &&
      error.message.includes('GGML_ASSERT(trick)');
    await assert.rejects(supervisor.open(model({ base: 'die' })), told);
    const session = await supervisor.open(model());
    const input = {
      labels: ['fine', 'abusive'],
      task: 'exclusive' as const,
      dev: [{ key: 'd', text: 'a', labels: [0] }],
    };
    const train = (text: string) =>
      session.train({ ...input, options: training, train: [{ key: 't', text, labels: [1] }] });
    await assert.rejects(train('die'), told);
    assert.deepEqual([...(await train('a')).adapter], [1, 2, 3]);
  });

  it('because there is no such entry file is an error, not a wait', async () => {
    await using supervisor = new Supervisor(nodeEngine(new URL('no-such-engine.ts', import.meta.url)));
    await assert.rejects(
      supervisor.open(model()),
      (e) => e instanceof EngineFailed && e.message.includes('no-such-engine'),
    );
  });
});

describe('the environment of an engine', () => {
  it('holds nothing that turns ggml or Node', async () => {
    const dirty = { GGML_BACKEND_PATH: '/x', ggml_vk_visible_devices: '1', NODE_OPTIONS: '--inspect', PATH: '/bin' };
    assert.deepEqual(cleanedEnvironment(dirty), { PATH: '/bin' });
    process.env['GGML_BACKEND_PATH'] = '/nowhere/evil.so';
    process.env['NODE_OPTIONS'] = '--no-such-flag-anywhere';
    try {
      const { supervisor } = watched();
      await using _ = supervisor;
      const session = await supervisor.open(model());
      const { report } = await session.train({
        labels: ['a', 'b'],
        task: 'exclusive',
        train: [{ key: 't', text: 'a', labels: [0] }],
        dev: [{ key: 'd', text: 'a', labels: [0] }],
        options: training,
      });
      const names = report['environment'] as string[];
      // NODE_CHANNEL_… are the channel itself and are taken out by Node when it has read them.
      assert.deepEqual(
        names.filter((name) => /^(GGML|NODE_OPTIONS)/.test(name)),
        [],
      );
      assert.ok(names.includes('PATH'));
    } finally {
      delete process.env['GGML_BACKEND_PATH'];
      delete process.env['NODE_OPTIONS'];
    }
    assert.ok(!existsSync('/nowhere/evil.so'));
  });
});
