import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { stringify } from 'csv-stringify/sync';
import { Desk } from '../../desk/desk.ts';
import { router } from '../../desk/door/router.ts';
import { nodeEngine } from '../../desk/engine/process.ts';
import { places } from '../../desk/models/places.ts';
import { Supervisor } from '../../desk/supervisor.ts';
import { smaller, type Figure } from '../figure.ts';

/**
 * How long a person waits for the explanation of a message of the queue: asked at the door, one message after the other, each for
 * the first time and then once more.
 * @param adapter file; null for the one that comes with the program
 */
export async function waiting(texts: readonly string[], adapter: string | null): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-explain-'));
  try {
    await using supervisor = new Supervisor(nodeEngine(new URL('../../engine/main.ts', import.meta.url)));
    await using desk = new Desk({ places: places(), supervisor });
    const client = createRouterClient(router, { context: { desk } });
    const ended = async (job: number): Promise<void> => {
      for (;;) {
        const { state, problem } = await client.jobs.get({ job });
        if (state === 'done') return;
        if (state === 'failed') throw new Error(problem?.message);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    await client.workspace.open({ path: join(folder, 'w.moderato'), create: 'must' });
    const csv = join(folder, 'texts.csv');
    writeFileSync(csv, stringify([['message'], ...texts.map((text) => [text])]));
    await ended((await client.jobs.start({ kind: 'import', paths: [csv] })).id);
    await ended(
      (await client.jobs.start({ kind: 'score', anyLanguage: true, ...(adapter !== null && { adapter }) })).id,
    );
    const { entries } = await client.queue.page({ size: texts.length });
    const wait = async (item: number): Promise<number> => {
      const began = performance.now();
      await client.queue.explain({ item });
      return performance.now() - began;
    };
    const items = entries.flatMap(({ message, model }) => (model === null ? [] : [message.id]));
    // The first one opens the model.
    for (const item of items.slice(0, 1)) await wait(item);
    const first: number[] = [];
    const again: number[] = [];
    for (const item of items.slice(1)) {
      first.push(await wait(item));
      again.push(await wait(item));
    }
    return [smaller('explain.wait', p95(first), 'ms, p95'), smaller('explain.wait.again', p95(again), 'ms, p95')];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(0.95 * values.length)] ?? NaN;
