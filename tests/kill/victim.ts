/**
 * A desk under load in a process of its own, which somebody kills: imports, decides, takes back, trains, copies. What the door
 * confirmed is printed, one line of JSON each, after the answer.
 */
import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import { Desk } from '../../desk/desk.ts';
import { router } from '../../desk/door/router.ts';
import { nodeEngine } from '../../desk/engine/process.ts';
import { places } from '../../desk/models/places.ts';
import { Supervisor } from '../../desk/supervisor.ts';
import { seededRandom } from '../../engine/train/random.ts';
import type { Confirmed } from './confirmed.ts';

const [path = '', exportFile = '', copyTo = '', seed = '0', trains = ''] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const pick = (n: number): number => Math.floor(random() * n);
const say = (line: Confirmed): void => void writeSync(1, `${JSON.stringify(line)}\n`);

const supervisor = new Supervisor(nodeEngine(new URL('../../engine/main.ts', import.meta.url)));
const desk = new Desk({ places: places(), supervisor });
const client = createRouterClient(router, { context: { desk } });
await client.workspace.open({ path, create: 'may' });
const reviewers = await client.reviewers.list();
const reviewer = reviewers[pick(reviewers.length)] ?? (await client.reviewers.add({ name: 'Ada' }));
for (const name of ['fine', 'insult', 'threat'])
  if (!(await client.labels.list()).some((label) => label.name === name))
    await client.labels.put({ name, severity: name === 'fine' ? 0 : 1 });
const labels = (await client.labels.list()).map(({ id }) => id);
say({ kind: 'open' });
/** Whoever decides without a pause takes the cores from a training, which would never end. */
const pause = trains === 'trains' ? 100 : 0;

const review = async (): Promise<void> => {
  for (;;) {
    const { entries } = await client.queue.page({
      order: 'newest',
      size: 250,
      filter: { statuses: ['open', 'decided'] },
    });
    const entry = entries[pick(entries.length)];
    if (entry === undefined) {
      await setTimeout(5);
      continue;
    }
    const seen = [{ item: entry.message.id, version: entry.message.version }];
    const what = pick(10);
    if (what > 7) say({ kind: 'trying' });
    try {
      const { action } =
        what < 7
          ? await client.review.decide({
              reviewer: reviewer.id,
              seen,
              labels: [labels[pick(labels.length)] ?? 1],
              note: 'because',
            })
          : what === 7
            ? await client.review.escalate({ reviewer: reviewer.id, seen, reason: 'legal' })
            : what === 8
              ? await client.review.undo({ reviewer: reviewer.id })
              : await client.review.redo({ reviewer: reviewer.id });
      say({ kind: 'deed', what: what === 8 ? 'undo' : what === 9 ? 'redo' : 'deed', reviewer: reviewer.id, action });
    } catch (error) {
      // Nothing to undo, or the text has just changed.
      if (!(error instanceof Error && 'code' in error && error.code === 'REFUSED')) throw error;
    }
    if (pause > 0) await setTimeout(pause);
  }
};
const importing = async (): Promise<void> => {
  for (;;) {
    const { id } = await client.jobs.start({ kind: 'import', paths: [exportFile] });
    for (;;) {
      const { state } = await client.jobs.get({ job: id });
      if (state === 'done') break;
      await setTimeout(20);
    }
    say({ kind: 'imported' });
    if (pause > 0) await setTimeout(10 * pause);
  }
};
const copying = async (): Promise<void> => {
  for (let n = 0; ; n++) {
    await setTimeout(200);
    await client.workspace.copy({ to: `${copyTo}-${process.pid}-${n}` });
    say({ kind: 'copied', path: `${copyTo}-${process.pid}-${n}` });
  }
};
/** Lets the model read a few messages: a retraining goes on from it. */
const reading = async (): Promise<void> => {
  const { id } = await client.jobs.start({ kind: 'score', anyLanguage: true });
  for (;;) {
    const { state, done } = await client.jobs.get({ job: id });
    if (state === 'done' || state === 'failed' || done > 0) break;
    await setTimeout(50);
  }
  // It may have ended just now.
  await client.jobs.cancel({ job: id }).catch(() => undefined);
};
const training = async (): Promise<void> => {
  const state = await client.workspace.state();
  if (state.open && state.revision === null) await reading();
  for (;;) {
    const { id } = await client.jobs.start({ kind: 'retrain', preset: 'fast' });
    for (;;) {
      const { state, done, total, report, problem } = await client.jobs.get({ job: id });
      if (total !== null && total > 0) say({ kind: 'training', share: done / total });
      if (state === 'done') say({ kind: 'trained', revision: (report as { revision: number }).revision });
      if (state === 'failed' && !/too few/.test(problem?.message ?? '')) throw new Error(problem?.message);
      if (state === 'done' || state === 'failed') break;
      await setTimeout(50);
    }
    await setTimeout(500);
  }
};
await Promise.all([review(), importing(), copying(), trains === 'trains' ? training() : null]);
