/** A made-up community that was imported, read, partly decided and learned from: every view has something to show. */
import { writeFileSync } from 'node:fs';
import type { Shown } from '../browser.ts';
import { isRude, madeUp, madeUpSuite } from './community.ts';

/** @param messages up to 500; @param decided of them, those of the audit first */
export async function fillRiverbank(shown: Shown, messages: number, decided: number): Promise<void> {
  const { client } = shown;
  const table = shown.file('community.csv');
  writeFileSync(table, madeUp(messages));
  await shown.import(table);
  await client.settings.set({ auditEvery: 5 });
  const reading = await client.jobs.start({ kind: 'score' });
  await shown.ended(reading.id);
  const { id: reviewer } = await client.reviewers.add({ name: 'Ada' });
  const labels = await client.labels.list();
  for (const order of ['audit', 'newest'] as const) {
    const { entries } = await client.queue.page({ order, size: decided, filter: { statuses: ['open'] } });
    for (const { message } of entries) {
      const label = labels.find(({ severity }) => severity > 0 === isRude(message.messageId ?? 'm1'));
      if (label === undefined) throw new Error('the workspace has no labels');
      await client.review.decide({ reviewer, seen: [{ item: message.id, version: 1 }], labels: [label.id] });
    }
  }
  const learning = await client.jobs.start({ kind: 'retrain', preset: 'fast' });
  await shown.ended(learning.id);
  const suite = shown.file('made-up-suite.csv');
  writeFileSync(suite, madeUpSuite());
  const audit = await client.jobs.start({ kind: 'functional', path: suite });
  await shown.ended(audit.id);
}
