import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { Desk } from '../../desk/desk.ts';
import { nodeEngine } from '../../desk/engine/process.ts';
import { places } from '../../desk/models/places.ts';
import { Supervisor } from '../../desk/supervisor.ts';
import { clientOf, ended, p95, timed } from '../door.ts';
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
    const client = clientOf(desk);
    await client.workspace.open({ path: join(folder, 'w.moderato'), create: 'must' });
    const csv = join(folder, 'texts.csv');
    writeFileSync(csv, stringify([['message'], ...texts.map((text) => [text])]));
    await ended(client, (await client.jobs.start({ kind: 'import', paths: [csv] })).id);
    await ended(
      client,
      (await client.jobs.start({ kind: 'score', anyLanguage: true, ...(adapter !== null && { adapter }) })).id,
    );
    const { entries } = await client.queue.page({ size: texts.length });
    const wait = (item: number): Promise<number> => timed(() => client.queue.explain({ item }));
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
