import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineCallError } from '../../../desk/engine/errors.ts';
import { nodeEngine } from '../../../desk/engine/process.ts';
import { Supervisor } from '../../../desk/supervisor.ts';
import type { Notice } from '../../../desk/supervisor.ts';

const base = fileURLToPath(new URL('../../../native-models/all-MiniLM-L6-v2.F16.gguf', import.meta.url));
const entry = new URL('../../../engine/main.ts', import.meta.url);
const items = Array.from({ length: 60 }, (_, i) => ({
  key: `k${i}`,
  text: i % 20 === 7 ? '   ' : `message number ${i} `.repeat(1 + (i % 12)),
}));

function supervised() {
  const notices: Notice[] = [];
  const onNotice = (notice: Notice): void => void notices.push(notice);
  return { notices, supervisor: new Supervisor(nodeEngine(entry), { onNotice, batchItems: 16 }) };
}

describe('the real engine under its supervisor', () => {
  it('gives the same states, bit for bit, when it is killed in the middle', async () => {
    const { supervisor, notices } = supervised();
    await using _ = supervisor;
    const session = await supervisor.open({ base, backend: 'cpu', deterministic: true });
    assert.deepEqual([session.info.width, session.info.depth, session.info.base.architecture], [384, 6, 'bert']);
    const calm = await session.embed(items);
    let killed = false;
    const disturbed = await session.embed(items, {
      onProgress: (done) => {
        if (killed || done < 24 || supervisor.pid === undefined) return;
        killed = true;
        process.kill(supervisor.pid, 'SIGKILL');
      },
    });
    assert.equal(notices.filter(({ kind }) => kind === 'engine-died').length, 1);
    assert.deepEqual(
      calm.read,
      items.map(({ text }) => text.trim() !== ''),
    );
    assert.deepEqual(disturbed, calm);
  });

  it('is cancelled within a second and then goes on', async () => {
    const { supervisor, notices } = supervised();
    await using _ = supervisor;
    const session = await supervisor.open({ base, backend: 'cpu', deterministic: true });
    const stop = new AbortController();
    const many = Array.from({ length: 20_000 }, (_v, i) => ({ key: String(i), text: 'a long message '.repeat(60) }));
    const begun = Promise.withResolvers<void>();
    const job = session.embed(many, { signal: stop.signal, onProgress: () => begun.resolve() });
    const end = job.catch((error: unknown) => error);
    await begun.promise;
    stop.abort();
    const first = await Promise.race([end, wait(1000, 'late')]);
    assert.ok(first instanceof EngineCallError && first.code === 'cancelled');
    assert.equal((await session.embed(items.slice(0, 3))).read.length, 3);
    assert.equal(notices.filter(({ kind }) => kind === 'engine-died').length, 0);
  });

  it('says of a file that is no model what is wrong with it, and lives on', async () => {
    const { supervisor, notices } = supervised();
    await using _ = supervisor;
    for (const bad of [
      fileURLToPath(import.meta.url),
      `${base}.missing`,
      fileURLToPath(new URL('.', import.meta.url)),
    ]) {
      await assert.rejects(
        supervisor.open({ base: bad, backend: 'cpu', deterministic: true }),
        (error) =>
          error instanceof EngineCallError && `${error.message} ${error.place}`.includes(bad) && error.remedy !== '',
      );
    }
    const adapter = new Uint8Array([1, 2, 3]);
    await assert.rejects(supervisor.open({ base, adapter, backend: 'cpu', deterministic: true }), EngineCallError);
    assert.deepEqual(notices, []);
  });
});
