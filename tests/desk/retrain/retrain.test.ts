import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { after, describe, it } from 'node:test';
import type { Job } from '../../../desk/contract/jobs.ts';
import type { Comparison } from '../../../desk/contract/revisions.ts';
import type { RetrainReport } from '../../../desk/retrain/retrain-job.ts';
import { Bench } from '../../cli/moderato.ts';
import { refused } from '../door/fixtures.ts';
import { WithEngine } from '../door/with-engine.ts';
import { sentencesOf, table } from './community.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());
const second = bench.writeAdapter('second.adapter.gguf', bench.sha256, ['en'], 8);

const tiny = { kind: 'score', adapter: bench.adapter, model: bench.model, deterministic: true } as const;
const retrain = { kind: 'retrain', model: bench.model, name: 'ours' } as const;
const MESSAGES = 160;

/** A workspace with a scored community, of which `decided` messages are decided. */
async function community(
  name: string,
  decided: number,
  { messages = MESSAGES, auditEvery = 15 } = {},
): Promise<WithEngine & { readonly reviewer: number }> {
  const s = new WithEngine(bench, 512);
  const { client } = s;
  await client.workspace.open({ path: bench.path(name), create: 'must' });
  await client.settings.set({ auditEvery });
  await s.import(`${name}.csv`, table(sentencesOf(messages)));
  await s.ended((await client.jobs.start(tiny)).id);
  const { id: reviewer } = await client.reviewers.add({ name: 'Ada' });
  const labels = await client.labels.list();
  for (const [place, label] of labels.entries()) {
    const seen = Array.from({ length: decided / 2 }, (_, i) => ({ item: 1 + 2 * i + place, version: 1 }));
    if (seen.length > 0) await client.review.decide({ reviewer, seen, labels: [label.id] });
  }
  return Object.assign(s, { reviewer });
}

const reportOf = ({ report }: { readonly report: unknown }): RetrainReport => report as RetrainReport;

describe('what there is to learn from', () => {
  it('is counted by label, without audit items, and what the model of the queue has learned is not fresh', async () => {
    await using s = await community('learnable.moderato', 80);
    const { client, reviewer } = s;
    const audit = await client.queue.count({ order: 'audit', filter: { statuses: ['decided'] } });
    const { labels, ready, least, leastPerLabel } = await client.revisions.learnable();
    assert.deepEqual(
      labels.map(({ name, decided }) => [name, decided]),
      [
        ['fine', 40],
        ['abusive', 40],
      ],
    );
    const sum = (of: 'audit' | 'fresh'): number => labels.reduce((all, label) => all + label[of], 0);
    assert.deepEqual([sum('audit'), sum('fresh')], [audit.total, 80 - audit.total]);
    assert.ok(ready && least > leastPerLabel);
    const { revision, comparison } = reportOf(
      await s.ended((await client.jobs.start({ ...retrain, preset: 'fast' })).id),
    );
    await client.revisions.promote({ reviewer, revision, override: comparison.recommendation });
    const after = await client.revisions.learnable();
    assert.ok(after.labels.every(({ fresh }) => fresh === 0));
    // A decision without a label says that it is all right.
    await client.review.decide({ reviewer, seen: [{ item: 2, version: 1 }], labels: [] });
    assert.deepEqual(
      (await client.revisions.learnable()).labels.map(({ decided }) => decided),
      [41, 39],
    );
  });

  it('is not enough with few decisions, or with one label', async () => {
    await using s = await community('learnable-few.moderato', 20);
    assert.equal((await s.client.revisions.learnable()).ready, false);
  });
});

describe('retraining', () => {
  it('says what is missing, with numbers', async () => {
    await using s = await community('few.moderato', 20);
    const job = await s.ended((await s.client.jobs.start(retrain)).id);
    assert.equal(job.state, 'failed');
    assert.match(job.problem?.message ?? '', /too few decisions.* of 40 \((fine|abusive) \d+, (fine|abusive) \d+\)/);
    assert.match(job.problem?.remedy ?? '', /Decide \d+ more/);
  });

  it('learns from what is no audit item, compares with rows that were not learned, and leaves the queue alone', async () => {
    await using s = await community('learned.moderato', 120, { auditEvery: 8 });
    const { client, reviewer } = s;
    const audit = await client.queue.count({ order: 'audit', filter: { statuses: ['decided'] } });
    assert.ok(audit.total > 0);
    const before = await client.workspace.state();
    const told: Job[] = [];
    const silence = s.desk.listen((event) => void (event.kind === 'job' && told.push(event.job)));
    const job = await s.ended((await client.jobs.start(retrain)).id);
    silence();
    assert.equal(job.state, 'done', job.problem?.message);
    const live = told.flatMap(({ training }) => training ?? []);
    assert.ok(live.length > 0, 'loss and dev F1 are told while it trains');
    assert.deepEqual(reportOf(job).training, live.at(-1));
    assert.ok(live.at(-1)?.points.some(({ devF1, loss }) => devF1 !== null && Number.isFinite(loss)));
    const { train, dev, replayed, comparison, more, revision, labels } = reportOf(job);
    assert.deepEqual(labels, ['fine', 'abusive']);
    const parts = (more?.points ?? []).map(({ decisions }) => decisions);
    assert.deepEqual(
      parts,
      [1, 2, 3, 4].map((quarters) => Math.round((0.8 * (120 - audit.total) * quarters) / 4)),
      'the hint rests on what is no audit item',
    );
    assert.equal(train + dev, 120 - audit.total);
    assert.ok(replayed > 0 && replayed <= train);
    assert.deepEqual(await client.workspace.state(), before, 'the queue stays with the model that it has');
    assert.deepEqual([comparison.on, comparison.ranking?.rows, comparison.against], ['decisions', 120, 1]);
    assert.ok((comparison.regression?.rows ?? 0) > 1000);
    assert.ok(comparison.flips.read > 120, 'undecided messages are looked at, too');
    const hidden = (await client.queue.page({ order: 'audit', filter: { statuses: ['open'] }, size: 100 })).entries;
    const flipped = new Set(comparison.flips.items.map(({ item }) => item));
    assert.ok(
      hidden.every(({ message }) => !flipped.has(message.id)),
      'nothing is told of audit items before they are decided',
    );
    assert.ok(!existsSync(`${bench.path('learned.moderato')}-training`));
    const { revisions } = await client.revisions.list();
    assert.deepEqual(
      revisions.map(({ id, shown, learnedFrom }) => [id, shown, learnedFrom]),
      [
        [1, true, 0],
        [revision, false, 120 - audit.total],
      ],
    );
    assert.deepEqual(revisions[1]?.comparison, comparison);
    const { tombstones } = s.desk.opened.workspace;
    const item = Array.from({ length: 120 }, (_, i) => i + 1).find((one) =>
      tombstones.trainedOn(one).includes(revision),
    );
    assert.ok(item);
    const erased = await client.audit.erase({ reviewer, items: [item], reason: 'asked to' });
    assert.deepEqual(
      erased.revisions.map(({ name }) => name),
      ['ours'],
      'whoever erases a message is told what learned from it',
    );
  });

  it('compares on audit items alone, once enough of them are decided', async () => {
    await using s = await community('audited.moderato', 360, { messages: 360, auditEvery: 2 });
    const { client } = s;
    const audit = await client.queue.count({ order: 'audit', filter: { statuses: ['decided'] } });
    assert.ok(audit.total >= 150);
    const job = await s.ended((await client.jobs.start({ ...retrain, preset: 'fast' })).id);
    assert.equal(job.state, 'done', job.problem?.message);
    const { comparison, train, dev } = reportOf(job);
    assert.deepEqual([comparison.on, comparison.ranking?.rows, train + dev], ['audit', audit.total, 360 - audit.total]);
  });

  it('goes on from the model of the queue where that is of its kind, and what that has learned from is not compared on', async () => {
    await using s = await community('again.moderato', 80);
    const { client, reviewer } = s;
    const first = reportOf(await s.ended((await client.jobs.start(retrain)).id));
    assert.equal(first.fromChampion, false, 'the tiny adapter has no modules');
    await client.revisions.promote({ reviewer, revision: first.revision, override: first.comparison.recommendation });
    await s.ended((await client.jobs.start({ kind: 'score' })).id);
    const again = reportOf(await s.ended((await client.jobs.start(retrain)).id));
    assert.equal(again.fromChampion, true);
    assert.deepEqual([again.comparison.against, again.comparison.recommendation], [first.revision, 'unknown']);
    assert.match(again.comparison.because, /too few decisions that neither/);
    assert.ok(first.more !== null && again.more === null, 'nor does it say what more decisions would bring');
  });

  it('goes on where the engine died, and ends with the same model', async () => {
    await using s = await community('killed.moderato', 80);
    const { client } = s;
    const { id } = await client.jobs.start(retrain);
    let killed = false;
    for (;;) {
      const job = await client.jobs.get({ job: id });
      if (job.state !== 'waiting' && job.state !== 'running') break;
      if (!killed && /^Training to compare, 2/.test(job.doing)) {
        s.killEngine();
        killed = true;
      }
      await wait(5);
    }
    const ended = await client.jobs.get({ job: id });
    assert.equal(ended.state, 'done', ended.problem?.message);
    assert.ok(killed);
    const uncut = reportOf(await s.ended((await client.jobs.start(retrain)).id));
    const cut = reportOf(ended);
    assert.equal(cut.devMacroF1, uncut.devMacroF1);
    // Scores move by some 1e-5 with the texts beside them, and those of a tiny model lie close together.
    const moved = (cut.comparison.ranking?.value ?? 1) - (uncut.comparison.ranking?.value ?? 0);
    assert.ok(Math.abs(moved) < 0.02, `${moved}`);
  });

  it('can be stopped, and the queue keeps its model', async () => {
    await using s = await community('stopped.moderato', 80);
    const { client } = s;
    const { id } = await client.jobs.start(retrain);
    while (!/^Training/.test((await client.jobs.get({ job: id })).doing)) await wait(5);
    assert.equal((await client.jobs.cancel({ job: id })).state, 'cancelled');
    const { revisions } = await client.revisions.list();
    assert.deepEqual(
      revisions.filter(({ shown }) => shown).map(({ id: shown }) => shown),
      [1],
    );
  });
});

/** Why the queue got each of its models, by a reviewer's chain, and what had been said of it. */
const whysOf = (s: WithEngine, reviewer: number): readonly string[] =>
  s.desk.opened.workspace.links
    .chain(reviewer, 0, 100)
    .map(({ body }) => (JSON.parse(body) as { deed: { why: string; recommendation: string | null } }).deed)
    .map(({ why, recommendation }) => `${why} ${recommendation ?? ''}`.trim());

describe('a promotion', () => {
  const comparison = (recommendation: Comparison['recommendation'], against: number): Comparison => ({
    ...{ recommendation, because: 'x', against, on: 'decisions', ranking: null, regression: null },
    opinions: { messages: 0, models: [] },
    flips: { read: 0, count: 0, items: [] },
  });

  it('is for what is recommended; anything else has to be named, and all of it stands in the chain', async () => {
    await using s = await community('promoted.moderato', 0);
    const { client, reviewer } = s;
    const { writer } = s.desk.opened;
    // A second model that has read everything; then back to the first.
    await s.ended((await client.jobs.start({ ...tiny, adapter: second, reviewer: 'Ada' })).id);
    await client.revisions.rollBack({ reviewer });
    const shown = async () => (await client.revisions.list()).revisions.find((one) => one.shown)?.id;
    assert.equal(await shown(), 1);
    for (const recommendation of ['worse', 'no-difference', 'unknown'] as const) {
      await writer.write('keepComparison', { revision: 2, comparison: comparison(recommendation, 1) });
      await refused(client.revisions.promote({ reviewer, revision: 2 }), 'not-recommended');
      await refused(client.revisions.promote({ reviewer, revision: 2, override: 'better' }), 'not-recommended');
      assert.equal(await shown(), 1);
      await client.revisions.promote({ reviewer, revision: 2, override: recommendation });
      assert.equal(await shown(), 2);
      assert.equal((await client.queue.page({ blind: false })).entries[0]?.model?.revision, 2);
      await client.revisions.rollBack({ reviewer });
      assert.equal((await client.queue.page({ blind: false })).entries[0]?.model?.revision, 1);
    }
    await writer.write('keepComparison', { revision: 2, comparison: comparison('better', 2) });
    await refused(client.revisions.promote({ reviewer, revision: 2 }), 'not-recommended');
    await writer.write('keepComparison', { revision: 2, comparison: comparison('better', 1) });
    await client.revisions.promote({ reviewer, revision: 2 });
    await refused(client.revisions.promote({ reviewer, revision: 2 }), 'nothing-to-do');
    await refused(client.revisions.promote({ reviewer, revision: 9 }), 'not-found');
    await client.revisions.rollBack({ reviewer });
    await refused(client.revisions.rollBack({ reviewer }), 'nothing-to-do');
    const back = 'roll-back';
    assert.deepEqual(whysOf(s, reviewer), [
      ...['named unknown', back, 'override worse', back, 'override no-difference', back, 'override unknown', back],
      ...['recommended better', back],
    ]);
    assert.equal((await client.audit.verify({})).whole, true);
  });

  it('is what a reading with another adapter is, too: somebody stands for it, and the first model is nobody\u2019s', async () => {
    await using s = await community('named.moderato', 0);
    const { client, reviewer } = s;
    const shown = async () => (await client.revisions.list()).revisions.find((one) => one.shown)?.id;
    const nobody = await s.ended((await client.jobs.start({ ...tiny, adapter: second })).id);
    assert.equal(nobody.state, 'failed');
    assert.match(nobody.problem?.message ?? '', /The queue has tiny, and this is another model/);
    assert.match(nobody.problem?.remedy ?? '', /Say who changes it/);
    assert.equal(await shown(), 1);
    assert.deepEqual(whysOf(s, reviewer), []);
    for (const adapter of [second, second, bench.adapter])
      await s.ended((await client.jobs.start({ ...tiny, adapter, reviewer: 'ada' })).id);
    assert.deepEqual(whysOf(s, reviewer), ['named unknown', 'named unknown'], 'the same model again changes nothing');
    await s.desk.opened.writer.write('keepComparison', { revision: 2, comparison: comparison('worse', 1) });
    await s.ended((await client.jobs.start({ ...tiny, adapter: second, reviewer: 'Grace' })).id);
    const grace = (await client.reviewers.list()).find(({ name }) => name === 'Grace') ?? assert.fail();
    assert.deepEqual(whysOf(s, grace.id), ['named worse'], 'whoever did nothing here before has a chain from now on');
    assert.equal((await client.audit.verify({})).whole, true);
    await client.revisions.rollBack({ reviewer });
    assert.equal(await shown(), 1);
  });

  it('stays when the workspace is opened again, and what is scored then is scored by it', async () => {
    await using s = await community('kept.moderato', 0);
    const { client, reviewer } = s;
    await s.ended((await client.jobs.start({ ...tiny, adapter: second, reviewer: 'Ada' })).id);
    const audit = async (): Promise<readonly number[]> =>
      (await client.queue.page({ order: 'audit', size: 200 })).entries.map(({ message }) => message.id);
    const drawn = await audit();
    await client.revisions.rollBack({ reviewer });
    await client.workspace.close();
    await client.workspace.open({ path: bench.path('kept.moderato') });
    await s.import('more.csv', table(sentencesOf(30, 2)).replaceAll(/^(\d)/gm, '9$1'));
    const job = await s.ended((await client.jobs.start({ kind: 'score', deterministic: true })).id);
    assert.equal((job.report as { revision: number }).revision, 1);
    const more = new Set(await audit()).difference(new Set(drawn));
    assert.ok(
      [...more].every((item) => item > MESSAGES),
      'only what was never scored before is drawn from',
    );
  });
});
