/** A workspace that a model has read, for benches that are not about reading: what a model would say is drawn at random. */
import type { Desk } from '../desk/desk.ts';
import type { Opened } from '../desk/opened.ts';
import type { ItemResult } from '../desk/store/scores.ts';
import type { NewRevision } from '../desk/store/revisions.ts';
import { queueModelOf } from '../desk/triage/queue-model.ts';
import type { Random } from '../engine/train/random.ts';
import { type Client, ended } from './door.ts';

/** Scores are written so many at a time, as a scoring job does. */
const SCORED_TOGETHER = 512;

/** Of a model that is none, and could not read. */
export const NO_MODEL: NewRevision = {
  name: 'random',
  base: { name: 'none', sha256: '0'.repeat(64) },
  adapter: null,
  depth: 1,
  labels: ['fine', 'abusive'],
  fineLabel: 0,
  languages: [],
};

/** Takes an export into the workspace that is open, and gives each of its messages a score. */
export async function fill(
  desk: Desk,
  client: Client,
  path: string,
  random: Random,
  model: NewRevision = NO_MODEL,
): Promise<void> {
  await ended(client, (await client.jobs.start({ kind: 'import', paths: [path] })).id);
  await scoreAll(desk.opened, random, model);
}

/** Closes it as somebody does who has worked with it: the queue's columns are kept. */
export async function closeWorked(desk: Desk, client: Client): Promise<void> {
  await desk.opened.queue.load(queueModelOf(desk.opened.workspace));
  await client.workspace.close();
}

async function scoreAll({ workspace, writer }: Opened, random: Random, model: NewRevision): Promise<void> {
  const revision = await writer.write('ensureRevision', model);
  await writer.write('setSetting', { name: 'queue.revision', value: revision.id });
  const run = await writer.write('startRun', { revision, backend: 'cpu', layout: 'none', threads: 1 });
  for (let after = 0; ;) {
    const items = workspace.items.unscored(revision.id, after, SCORED_TOGETHER);
    const last = items.at(-1);
    if (last === undefined) return;
    after = last.id;
    const results = items.map(({ id, version }): ItemResult => {
      const p = random() ** 3;
      return { item: id, version, status: 'scored', probabilities: new Float32Array([1 - p, p]) };
    });
    await writer.write('writeScores', { run, results }, { urgent: false });
  }
}
