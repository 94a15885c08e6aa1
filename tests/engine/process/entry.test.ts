import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { cleanedEnvironment } from '../../../engine/ggml/environment.ts';
import { FromEngine } from '../../../engine/contract.ts';

const trick = new URL('trick-engine.ts', import.meta.url);
const entries = { 'the real entry': new URL('../../../engine/main.ts', import.meta.url), 'the trick entry': trick };

/** Any value that a structured clone carries. */
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
});
const id = fc.oneof(fc.nat(50), fc.integer(), fc.double(), anything);
const item = fc.record({ key: fc.oneof(fc.string(), anything), text: fc.oneof(fc.string(), anything) });
const input = fc.oneof(
  anything,
  fc.record({ session: id }),
  fc.record({ session: id, items: fc.oneof(fc.array(item, { maxLength: 5 }), anything) }),
  fc.record(
    {
      base: fc.oneof(fc.string(), anything),
      adapter: fc.oneof(fc.uint8Array(), anything),
      backend: fc.oneof(fc.constantFrom('auto', 'cpu', 'cuda', 'vulkan'), anything),
      depth: id,
      deterministic: fc.oneof(fc.boolean(), anything),
      threads: id,
    },
    { requiredKeys: ['base', 'backend', 'deterministic'] },
  ),
);
const message = fc.oneof(
  { weight: 1, arbitrary: anything },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cancel', 'answer', 'hello', 'heartbeat'), id }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('call', 'call', 'call', 'cancel'),
      id,
      name: fc.oneof(fc.constantFrom('open', 'score', 'embed', 'train', 'close', 'constructor'), anything),
      input,
    }),
  },
);

function started(entry: URL) {
  const env = cleanedEnvironment(process.env);
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const waiting = new Map<number, (message: FromEngine) => void>();
  child.on('message', (raw) => {
    const parsed = FromEngine.parse(raw);
    if ((parsed.kind === 'answer' || parsed.kind === 'error') && parsed.id !== null) waiting.get(parsed.id)?.(parsed);
  });
  /** Sends a call that no fuzz has the id of, and gives what comes back. */
  const ask = (callId: number): Promise<FromEngine> => {
    const { promise, resolve } = Promise.withResolvers<FromEngine>();
    waiting.set(callId, resolve);
    child.send({ kind: 'call', id: callId, name: 'close', input: { session: 1_000_000 } });
    return promise;
  };
  return { child, ask, printed: () => printed };
}

/** A process that ended and was not yet reaped by its parent is gone as well. */
function gone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform === 'linux' && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

for (const [name, entry] of Object.entries(entries)) {
  describe(`${name} of the engine`, () => {
    it('outlives 10,000 messages of any kind and answers the next call', async () => {
      const { child, ask, printed } = started(entry);
      const ended = once(child, 'exit');
      let next = 1_000_000_000;
      try {
        await fc.assert(
          fc.asyncProperty(fc.array(message, { minLength: 100, maxLength: 100, size: 'max' }), async (messages) => {
            for (const each of messages) child.send(sendable(each));
            const answer = await Promise.race([ask(next++), ended.then(() => `it ended: ${printed()}`)]);
            assert.ok(typeof answer === 'object' && answer.kind === 'error', String(answer).slice(0, 2000));
            assert.ok(['no-such-session', 'busy'].includes(answer.error.code), answer.error.code);
          }),
          {
            numRuns: 100,
            endOnFailure: true,
            // A hundred messages of any size are no help in a report; seed and path bring them back.
            reporter: ({ failed, seed, counterexamplePath, errorInstance }) => {
              if (failed) throw new Error(`seed ${seed}, path ${counterexamplePath}`, { cause: errorInstance });
            },
          },
        );
        assert.equal(printed(), '');
      } finally {
        await end(child);
      }
    });

    it('stops when told to, with code 0', async () => {
      const { child } = started(entry);
      await once(child, 'message');
      child.send({ kind: 'stop' });
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    });

    it('ends when its wire is cut', async () => {
      const { child } = started(entry);
      await once(child, 'message');
      child.disconnect();
      assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
    });

    it('says by a sentence that it is no command', async () => {
      const child = spawn(process.execPath, [fileURLToPath(entry)], { stdio: ['ignore', 'ignore', 'pipe'] });
      let printed = '';
      child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      assert.equal(code, 1);
      assert.match(printed, /run `moderato` instead/);
    });

    it('leaves Ctrl-C to its desk', async () => {
      const { child, ask } = started(entry);
      await once(child, 'message');
      child.kill('SIGINT');
      await wait(50);
      assert.equal((await ask(1)).kind, 'error');
      await end(child);
    });
  });
}

describe('an engine whose desk is killed', () => {
  for (const [state, text] of Object.entries({ working: 'wait 600000', 'in a busy loop': 'hang' })) {
    it(`ends while ${state}`, async () => {
      const script = fileURLToPath(new URL('orphan-parent.ts', import.meta.url));
      const parent = spawn(process.execPath, [script, trick.href, text], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const engine = Number(line.toString());
      assert.ok(engine > 0 && !gone(engine));
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      for (let tries = 0; !gone(engine) && tries < 300; tries++) await wait(100);
      const ended = gone(engine);
      if (!ended) process.kill(engine, 'SIGKILL');
      assert.ok(ended, 'the engine is left behind');
    });
  }
});

/** Node sends no `undefined`, functions or symbols as whole messages. */
function sendable(value: unknown): object | string | number | boolean {
  if (typeof value === 'object' && value !== null) return value;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}
