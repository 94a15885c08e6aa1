import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { MergeReport } from '../../../desk/review/merge-job.ts';
import { Folder } from '../store/fixtures.ts';
import { Knocking, type Ids, refused, rows } from './fixtures.ts';

type Desk = Knocking & { readonly ids: Ids };

async function signed(k: Desk, reviewer: number, path: string): Promise<string> {
  const { id } = await k.client.jobs.start({ kind: 'sign', path, reviewer });
  assert.equal((await k.ended(id)).state, 'done');
  return path;
}

async function merged(k: Knocking, ...paths: string[]): Promise<MergeReport> {
  const job = await k.ended((await k.client.jobs.start({ kind: 'merge', paths })).id);
  assert.equal(job.state, 'done', job.problem?.message);
  return job.report as unknown as MergeReport;
}

const seen = (...items: number[]) => items.map((item) => ({ item, version: 1 }));

describe('several reviewers, through the door', () => {
  it('merge what each decided, see where they differ, and a third settles it', async () => {
    await using here = await Knocking.withMessages(6);
    await using there = await Knocking.withMessages(6);
    using out = new Folder();
    const { client, ids } = here;
    await there.client.review.decide({ reviewer: there.ids.ada, seen: seen(1, 2, 3), labels: [there.ids.insult] });
    await client.review.decide({ reviewer: ids.ben, seen: seen(1), labels: [ids.fine] });
    await client.review.decide({ reviewer: ids.ben, seen: seen(2), labels: [ids.insult] });
    const file = await signed(there, there.ids.ada, out.file('ada.signed'));
    const report = await merged(here, file, file);
    assert.deepEqual(
      report.files.map(({ added, decisions }) => [added, decisions]),
      [
        [3, 3],
        [0, 0],
      ],
    );
    assert.deepEqual([report.items, report.waiting, report.disagreeing], [3, 0, 1]);

    const differing = async (reviewer: number) =>
      (await client.queue.page({ order: 'disagreement', reviewer })).entries.map(({ message }) => message.id);
    const { id: cleo } = await client.reviewers.add({ name: 'Cleo' });
    assert.deepEqual(await differing(cleo), [1]);
    assert.deepEqual(await differing(ids.ben), [], 'nobody settles what they see differently themselves');
    const { verdicts } = await client.queue.item({ item: 1 });
    assert.deepEqual(verdicts?.map(({ labels }) => labels).toSorted(), [[ids.fine], [ids.insult]]);
    const settle = { seen: seen(1), labels: [ids.insult], settles: true };
    await refused(client.review.decide({ reviewer: ids.ben, ...settle }), 'not-allowed');
    await client.review.decide({ reviewer: cleo, ...settle });
    assert.deepEqual(await differing(cleo), []);
    await refused(client.review.decide({ reviewer: ids.ada, ...settle }), 'nothing-to-do');

    const { all, drawn } = await client.reviewers.agreement();
    assert.deepEqual([all.messages, all.same?.value, drawn.messages], [2, 0.5, 0]);
    assert.ok((await client.audit.verify({})).whole);
    assert.ok((await client.workspace.check()).whole);
  });

  it('let others be answered while it is worked out how far they agree, and while chains are verified', async () => {
    await using k = await Knocking.withMessages(300);
    const { client, ids } = k;
    const all = seen(...Array.from({ length: 300 }, (_, i) => i + 1));
    await client.review.decide({ reviewer: ids.ada, seen: all, labels: [ids.insult] });
    await client.review.decide({ reviewer: ids.ben, seen: all.slice(100), labels: [ids.insult] });
    await client.review.decide({ reviewer: ids.ben, seen: all.slice(0, 100), labels: [ids.fine] });
    for (const long of [() => client.reviewers.agreement(), () => client.audit.verify({})]) {
      const ended: string[] = [];
      const first = long().then(() => ended.push('long'));
      await client.queue.count({ order: 'newest' }).then(() => ended.push('short'));
      await first;
      assert.deepEqual(ended, ['short', 'long']);
    }
  });

  it('take all files in, or, where one does not hold, none', async () => {
    await using here = await Knocking.withMessages(4);
    await using there = await Knocking.withMessages(4);
    using out = new Folder();
    await there.client.review.decide({ reviewer: there.ids.ada, seen: seen(1), labels: [there.ids.insult] });
    await there.client.review.decide({ reviewer: there.ids.ben, seen: seen(2), labels: [there.ids.insult] });
    const good = await signed(there, there.ids.ada, out.file('good'));
    const bad = await signed(there, there.ids.ben, out.file('bad'));
    writeFileSync(bad, readFileSync(bad, 'utf8').replace('insult\\"]', 'threat\\"]'));
    const { id } = await here.client.jobs.start({ kind: 'merge', paths: [good, bad] });
    const job = await here.ended(id);
    assert.equal(job.state, 'failed');
    assert.match(job.problem?.message ?? '', /bad, line 2/);
    assert.deepEqual(
      (await here.client.reviewers.list()).map(({ own }) => own),
      [true, true],
    );
    assert.equal((await merged(here, good)).items, 1);
  });

  it('wait for messages, which count as soon as they are imported', async () => {
    await using here = await Knocking.withMessages(2);
    await using there = await Knocking.withMessages(4);
    using out = new Folder();
    await there.client.review.decide({ reviewer: there.ids.ada, seen: seen(1, 4), labels: [there.ids.threat] });
    const report = await merged(here, await signed(there, there.ids.ada, out.file('ada.signed')));
    assert.deepEqual([report.items, report.waiting], [1, 1]);
    assert.equal((await here.import('all.csv', rows(1, 4))).state, 'done');
    const { entries } = await here.client.queue.page({ order: 'newest', filter: { statuses: ['decided'] } });
    assert.deepEqual(
      entries.map(({ labels }) => labels),
      [[here.ids.threat], [here.ids.threat]],
    );
  });

  it('decide a second time without being shown the first', async () => {
    await using k = await Knocking.withMessages(4);
    const { client, ids } = k;
    await client.review.decide({ reviewer: ids.ada, seen: seen(1, 2), labels: [ids.insult], note: 'rule 3' });
    const { items } = await client.review.doubleReview({ reviewer: ids.ada, share: 0.5 });
    assert.equal(items.length, 1);
    const [item = 0] = items;
    const queue = async (reviewer: number) =>
      (await client.queue.page({ filter: { statuses: ['reopened'] }, reviewer })).entries;
    assert.deepEqual(await queue(ids.ada), []);
    assert.deepEqual(
      (await queue(ids.ben)).map(({ labels }) => labels),
      [null],
    );
    assert.equal((await client.queue.item({ item, reviewer: ids.ben })).verdicts, null);
    const kinds = async (reviewer: number) => (await client.review.history({ item, reviewer })).map(({ kind }) => kind);
    assert.deepEqual(await kinds(ids.ben), ['reopen']);
    assert.deepEqual(await kinds(ids.ada), ['decide', 'reopen']);
    await client.review.decide({ reviewer: ids.ben, seen: seen(item), labels: [ids.threat] });
    assert.deepEqual(await kinds(ids.ben), ['decide', 'reopen', 'decide']);
    const { drawn } = await client.reviewers.agreement();
    assert.deepEqual([drawn.messages, drawn.same?.value], [1, 0]);
  });

  it('go by pseudonyms in what is exported', async () => {
    await using k = await Knocking.withMessages(2);
    const { client, ids } = k;
    await client.review.decide({ reviewer: ids.ada, seen: seen(1), labels: [ids.insult] });
    const path = k.folder.file('decisions.jsonl');
    await k.ended((await client.jobs.start({ kind: 'export', path, format: 'jsonl' })).id);
    const text = readFileSync(path, 'utf8');
    const ada = (await client.reviewers.list()).find(({ id }) => id === ids.ada);
    assert.ok(ada && text.includes(`"reviewer":"${ada.pseudonym}"`) && !text.includes('Ada'));
    const { id } = await client.jobs.start({ kind: 'sign', path: k.folder.file('x'), reviewer: ids.ben });
    assert.match((await k.ended(id)).problem?.message ?? '', /decided nothing/);
  });
});
