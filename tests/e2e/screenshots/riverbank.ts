/** A made-up community that was imported, read, partly decided and learned from: every view has something to show. */
import { writeFileSync } from 'node:fs';
import type { Shown } from '../browser.ts';
import { isRude, madeUp, madeUpSuite } from './community.ts';

const EVERY_NTH_IS_OTHERWISE = 12;

/** @param messages up to 500; @param decided of them, those of the audit first */
export async function fillRiverbank(shown: Shown, messages: number, decided: number): Promise<void> {
  await reviewRiverbank(shown, messages, decided);
  const { client } = shown;
  const learning = await client.jobs.start({ kind: 'retrain', preset: 'fast', name: 'Adapter 2' });
  await shown.ended(learning.id);
  const suite = shown.file('made-up-suite.csv');
  writeFileSync(suite, madeUpSuite());
  const audit = await client.jobs.start({ kind: 'functional', path: suite });
  await shown.ended(audit.id);
  const tested = await client.jobs.start({ kind: 'explanations' });
  await shown.ended(tested.id);
}

/** As far as it goes without learning. */
export async function reviewRiverbank(shown: Shown, messages: number, decided: number): Promise<void> {
  const { client } = shown;
  // In two exports, so that there is something to compare the later one with.
  const [head = '', ...rows] = madeUp(messages).split('\n');
  const half = Math.ceil(rows.length / 2);
  for (const [name, part] of [
    ['community.csv', rows.slice(0, half)],
    ['community-later.csv', rows.slice(half)],
  ] as const) {
    writeFileSync(shown.file(name), [head, ...part].join('\n'));
    await shown.import(shown.file(name));
  }
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
  await reviewedTwice(shown, reviewer);
}

/** Somebody else decides a part of it again, now and then otherwise: how far they agree can be shown. */
async function reviewedTwice({ client }: Shown, first: number): Promise<void> {
  const { id: reviewer } = await client.reviewers.add({ name: 'Ben' });
  const labels = await client.labels.list();
  const fine = labels.filter(({ severity }) => severity === 0);
  const rude = labels.filter(({ severity }) => severity > 0);
  await client.review.doubleReview({ reviewer: first, share: 0.3 });
  const { entries } = await client.queue.page({
    ...{ order: 'newest', size: 500, reviewer },
    filter: { statuses: ['reopened'] },
  });
  for (const [i, { message }] of entries.entries()) {
    // Nobody takes what is rude for fine: it would stand in the pictures as what was decided about the like of it.
    const isOtherwise = i % EVERY_NTH_IS_OTHERWISE === 0;
    const fitting = isRude(message.messageId ?? 'm1') || isOtherwise ? rude : fine;
    // Two who both see something wrong may have another word for it.
    const label = fitting[i % 3 === 0 ? fitting.length - 1 : 0];
    if (label === undefined) throw new Error('the workspace has no labels');
    await client.review.decide({ reviewer, seen: [{ item: message.id, version: 1 }], labels: [label.id] });
  }
}
