/** What tests do in a window: a community's messages, decided and scored, all through the window's own ports. */
import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const WORDS =
  'game link page map team score night music garden river train bread paper window summer winter coffee letter market bridge'.split(
    ' ',
  );

/** Which label a message of `writeExport` deserves, among those that come with the model. */
export const labelOf = (text: string): 'fine' | 'abusive' => (text.startsWith('thanks') ? 'fine' : 'abusive');

/** Harmless messages, no two of them alike: near duplicates share their fate. */
export function writeExport(path: string, messages: number): void {
  const rows = Array.from({ length: messages }, (_, i) => {
    const words = Array.from({ length: 8 }, (_word, k) => WORDS[(i * 7 + k * (i % 19) + k * k) % WORDS.length]).join(
      ' ',
    );
    const text = i % 2 === 0 ? `thanks, that helped: ${words} ${i}` : `you are the worst player: ${words} ${i}`;
    return `m${i},user${i % 7},2024-05-01T10:${String(i % 60).padStart(2, '0')}:00Z,general,"${text}"`;
  });
  writeFileSync(path, ['id,author,date,channel,text', ...rows].join('\n'));
}

/** Opens a new workspace in the window, with two labels and a reviewer, and imports the export. */
export async function openWith(window: Page, workspace: string, table: string, messages: number): Promise<void> {
  await window.evaluate(
    async ({ path, paths, messages }) => {
      const { desk } = globalThis.page;
      await desk.workspace.open({ path, create: 'must' });
      await desk.reviewers.add({ name: 'Ada' });
      await desk.labels.put({ name: 'fine', severity: 0 });
      await desk.labels.put({ name: 'abusive', severity: 2 });
      const { id } = await desk.jobs.start({ kind: 'import', paths });
      let job = await desk.jobs.get({ job: id });
      while (job.state !== 'done') {
        if (job.state === 'failed') throw new Error(job.problem?.message);
        job = await desk.jobs.get({ job: id });
      }
      // The queue takes them over a moment later.
      while ((await desk.queue.page({ order: 'newest' })).total < messages);
    },
    { path: workspace, paths: [table], messages },
  );
}

/** Decides the next `count` messages, one by one. @returns their ids: every one of them was confirmed */
export async function decide(window: Page, count: number): Promise<readonly number[]> {
  return await window.evaluate(async (many) => {
    const { desk } = globalThis.page;
    const [reviewer] = await desk.reviewers.list();
    const [label] = await desk.labels.list();
    const { entries } = await desk.queue.page({ order: 'newest', size: many, filter: { statuses: ['open'] } });
    const confirmed: number[] = [];
    for (const { message } of entries) {
      const seen = [{ item: message.id, version: message.version }];
      const done = await desk.review.decide({ reviewer: reviewer!.id, seen, labels: [label!.id] });
      confirmed.push(...done.items);
    }
    return confirmed;
  }, count);
}

/** Ids of the messages that are decided, as the desk has them now. */
export async function decided(window: Page): Promise<readonly number[]> {
  return await window.evaluate(async () => {
    const { entries } = await globalThis.page.desk.queue.page({
      order: 'newest',
      size: 500,
      filter: { statuses: ['decided'] },
    });
    return entries.map(({ message }) => message.id);
  });
}
