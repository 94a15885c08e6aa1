import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { ExplanationsReport } from '../../../desk/contract/explanations.ts';
import { Bench } from '../../cli/moderato.ts';
import { refused } from './fixtures.ts';
import { WithEngine } from './with-engine.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const INSULTS = ['idiot', 'moron', 'stupid liar', 'pathetic clown', 'filthy rat', 'worthless scum', 'disgusting pig'];
const PLACES = ['harbour committee', 'market hall', 'rowing club', 'old museum', 'night school', 'bus station'];
const rude = INSULTS.flatMap((insult, i) =>
  PLACES.slice(0, 3).map((place, j) => `the man at the ${place} is a ${insult} and talks ${i + j} hours too long`),
);
const plain = PLACES.flatMap((place, i) =>
  [1, 2, 3, 4].map((n) => `we met at the ${place} at ${n} and looked at ${i + n} boats in the sun`),
);
const table = (texts: readonly string[]): string =>
  ['id,text,author,channel,time', ...texts.map((text, i) => `${i},${text},Ann,general,2026-03-01T10:00:00Z`)].join(
    '\n',
  );

describe('the test of the explanations, through the door', () => {
  it('finds that those of the model that comes along are true of messages whose cause is known', async () => {
    await using s = new WithEngine(bench, 512);
    const { client } = s;
    await client.workspace.open({ path: bench.path('known.moderato'), create: 'must' });
    await client.settings.set({ auditEvery: 0 });
    await s.import('known.csv', table([...rude, ...plain]));
    await s.ended((await client.jobs.start({ kind: 'score' })).id);
    const { flagged } = await flaggedBy(s);
    assert.ok(flagged >= 10 && flagged <= 40, `${flagged} are flagged`);

    const job = await s.ended((await client.jobs.start({ kind: 'explanations' })).id);
    assert.equal(job.state, 'done', job.problem?.message);
    const { figures } = ExplanationsReport.parse(job.report);
    assert.equal(figures.messages, flagged);
    assert.equal(figures.verdict, 'sooner', JSON.stringify(figures));
    assert.ok((figures.deletion.sooner.random.share?.value ?? 0) > 0.9);
    assert.ok(figures.deletion.areas.effects < figures.deletion.areas.random - 0.05);
    assert.ok(figures.insertion.areas.effects > figures.insertion.areas.random + 0.05);
    assert.ok(
      (figures.planted?.first.share?.low ?? 0) > (figures.planted?.chance ?? 1),
      JSON.stringify(figures.planted),
    );
    assert.deepEqual(
      figures.gates.map(({ band }) => band),
      ['lower', 'middle', 'upper'],
    );
    // What is kept of it holds no word of a message.
    const kept = JSON.stringify(job.report);
    for (const word of [...INSULTS.flatMap((insult) => insult.split(' ')), 'harbour', 'boats'])
      assert.ok(!kept.includes(word), word);
  });

  it('is kept with its model, marked once the queue has another, and refused where too little is flagged', async () => {
    await using s = new WithEngine(bench, 512);
    const { client } = s;
    await client.workspace.open({ path: bench.path('w.moderato'), create: 'must' });
    assert.equal(await client.insights.explanations(), null);
    const test = async () => await s.ended((await client.jobs.start({ kind: 'explanations' })).id);
    assert.match((await test()).problem?.message ?? '', /No model has read this workspace yet/);

    // Every message is an audit item: until somebody decides them, the test says nothing of any.
    await client.settings.set({ auditEvery: 1 });
    await s.import('audit.csv', table([...plain, ...rude]));
    const tiny = { kind: 'score', adapter: bench.adapter, model: bench.model } as const;
    await s.ended((await client.jobs.start(tiny)).id);
    const flagged = await flaggedBy(s);
    assert.ok(flagged.flagged >= 20, 'the tiny model flags enough for this test');
    const refusal = await test();
    assert.equal(refusal.state, 'failed');
    assert.equal(
      refusal.problem?.message,
      'Flagged messages of four words or more: 0. The test takes at least 10.',
      'undecided audit items are none',
    );
    const { id: reviewer } = await client.reviewers.add({ name: 'Ada' });
    const label = (await client.labels.put({ name: 'nothing here', severity: 0 })).id;
    const decide = async (items: readonly number[]): Promise<void> => {
      for (const item of items) await client.review.decide({ reviewer, seen: [{ item, version: 1 }], labels: [label] });
    };
    await decide(flagged.items.slice(0, 9));
    assert.match((await test()).problem?.message ?? '', /: 9\. The test takes at least 10\./);
    await decide(flagged.items.slice(9, 12));
    const job = await test();
    assert.equal(job.state, 'done', job.problem?.message);
    const report = ExplanationsReport.parse(job.report);
    assert.equal(report.figures.messages, 12);
    assert.deepEqual(report.figures.gates, [], 'the tiny model has none');
    const kept = (await client.insights.explanations()) ?? assert.fail();
    assert.deepEqual([kept.report, kept.outdated, kept.made], [report, false, job.updatedAt]);
    // The same messages in the same orders; what is left is noise of the batches that texts are read in.
    const { deletion } = ExplanationsReport.parse((await test()).report).figures;
    for (const order of ['effects', 'longest', 'random'] as const)
      assert.ok(Math.abs(deletion.areas[order] - report.figures.deletion.areas[order]) < 1e-4, order);
    const latest = (await client.insights.explanations())?.report ?? assert.fail();

    const second = bench.writeAdapter('second.adapter.gguf', bench.sha256, ['en'], 8);
    await s.ended((await client.jobs.start({ ...tiny, adapter: second, reviewer: 'Ada' })).id);
    const later = (await client.insights.explanations()) ?? assert.fail();
    assert.deepEqual([later.report, later.outdated], [latest, true]);
    await client.revisions.rollBack({ reviewer });
    assert.equal((await client.insights.explanations())?.outdated, false);
    await client.workspace.close();
    await refused(client.insights.explanations(), 'no-workspace');
  });

  it('can be stopped on the way, and says nothing then', async () => {
    await using s = new WithEngine(bench, 512);
    const { client } = s;
    await client.workspace.open({ path: bench.path('stopped.moderato'), create: 'must' });
    await client.settings.set({ auditEvery: 0 });
    await s.import('stopped.csv', table([...plain, ...rude]));
    await s.ended((await client.jobs.start({ kind: 'score' })).id);
    const { id } = await client.jobs.start({ kind: 'explanations' });
    for await (const event of await client.events())
      if (event.kind === 'job' && event.job.id === id && event.job.doing === 'Testing the explanations') {
        assert.ok((event.job.total ?? 0) >= 20);
        break;
      }
    assert.equal((await client.jobs.cancel({ job: id })).state, 'cancelled');
    assert.equal(await client.insights.explanations(), null);
  });
});

/** Messages that the model of the queue flags. */
async function flaggedBy({
  client,
}: WithEngine): Promise<{ readonly flagged: number; readonly items: readonly number[] }> {
  const { threshold } = await client.insights.thresholds({});
  const { entries } = await client.queue.page({
    size: 200,
    order: 'newest',
    filter: { minScore: threshold },
    blind: false,
  });
  return { flagged: entries.length, items: entries.map(({ message }) => message.id) };
}
