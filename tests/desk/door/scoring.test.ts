import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { after, describe, it } from 'node:test';
import type { ScoreReport } from '../../../desk/triage/score-job.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { Bench } from '../../cli/moderato.ts';
import { rows } from './fixtures.ts';
import { sentencesOf, table } from '../retrain/community.ts';
import { WithEngine } from './with-engine.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());
const second = bench.writeAdapter('second.adapter.gguf', bench.sha256, ['en'], 8);

const tiny = { kind: 'score', adapter: bench.adapter, model: bench.model, deterministic: true } as const;

describe('scoring', () => {
  it('scores every message once, though the engine is killed twenty times on the way', async () => {
    await using s = new WithEngine(bench, 32);
    const { client } = s;
    await client.workspace.open({ path: bench.path('killed.moderato'), create: 'must' });
    await s.import('many.csv', rows(1, 4_000));
    const { id } = await client.jobs.start(tiny);
    const random = seededRandom(1);
    let kills = 0;
    while (kills < 20 && (await client.jobs.get({ job: id })).state === 'running') {
      const before = (await client.jobs.get({ job: id })).done;
      // Only an engine that has got ahead: one that never does is a broken one, and the job says so.
      for (let n = 0; n < 12_000 && (await client.jobs.get({ job: id })).done === before; n++) await wait(5);
      await wait(random() * 30);
      s.killEngine();
      kills++;
    }
    const job = await s.ended(id);
    assert.equal(job.state, 'done', job.problem?.message);
    assert.equal(kills, 20);
    const state = await client.workspace.state();
    assert.ok(state.open);
    assert.deepEqual([state.counts.scored, state.counts.waiting, state.counts.notRead], [4_000, 0, {}]);
    assert.equal((job.report as { scored: number }).scored, 4_000);
    assert.equal((await client.queue.count({})).total, 4_000);
  });

  it('lists nothing on the way whose score nobody may see before deciding it', async () => {
    await using s = new WithEngine(bench, 32);
    const { client } = s;
    await client.workspace.open({ path: bench.path('listed.moderato'), create: 'must' });
    await client.settings.set({ auditEvery: 2 });
    await s.import('listed.csv', rows(1, 600));
    const listed = new Set<number>();
    const end = s.desk.listen((event) => {
      if (event.kind === 'provisional') for (const { item } of event.leaders) listed.add(item);
    });
    await s.ended((await client.jobs.start(tiny)).id);
    end();
    const audit = await client.queue.page({ order: 'audit', size: 500 });
    assert.ok(listed.size >= 10 && audit.total > 200, `${listed.size} listed, ${audit.total} drawn`);
    for (const { message } of audit.entries) assert.ok(!listed.has(message.id), `item ${message.id}`);
  });

  it('with another model shows the scores of the one before, until it has read a message', async () => {
    await using s = new WithEngine(bench, 32);
    const { client } = s;
    await client.workspace.open({ path: bench.path('two.moderato'), create: 'must' });
    await s.import('few.csv', rows(1, 600));
    await s.ended((await client.jobs.start(tiny)).id);
    const before = await client.queue.page({ size: 500, blind: false });
    assert.equal(before.total, 600);
    const { id } = await client.jobs.start({ ...tiny, adapter: second, reviewer: 'Ada' });
    const page = async () => await client.queue.page({ size: 500, blind: false });
    const isMixed = async (): Promise<boolean> => {
      const kinds = new Set((await page()).entries.map(({ model }) => model?.stale));
      return kinds.has(true) && kinds.has(false);
    };
    while (!(await isMixed())) await wait(2);
    await client.jobs.pause({ job: id });
    const between = await page();
    assert.equal(between.total, 600, 'nothing leaves the queue');
    const stale = between.entries.filter(({ model }) => model?.stale === true);
    const fresh = between.entries.filter(({ model }) => model?.stale === false);
    assert.ok(stale.length > 0 && fresh.length > 0, `${stale.length} and ${fresh.length}`);
    const old = new Map(before.entries.map(({ message, model }) => [message.id, model?.score]));
    for (const { message, model } of stale) if (old.has(message.id)) assert.equal(model?.score, old.get(message.id));
    await client.jobs.resume({ job: id });
    await s.ended(id);
    const done = await client.queue.page({ size: 500, blind: false });
    assert.ok(done.entries.every(({ model }) => model?.stale === false));
  });

  it('pins the weight layout of a revision, for all that is scored and explained later', async () => {
    await using s = new WithEngine(bench, 32);
    const { client } = s;
    await client.workspace.open({ path: bench.path('pinned.moderato'), create: 'must' });
    const layouts: (string | undefined)[] = [];
    for (const [name, from] of [
      ['first.csv', 1],
      ['second.csv', 101],
    ] as const) {
      await s.import(name, rows(from, 100));
      const job = await s.ended((await client.jobs.start({ ...tiny, deterministic: false })).id);
      const { engine, revision } = job.report as unknown as ScoreReport;
      layouts.push(engine?.layout, s.desk.opened.workspace.revisions.layout(revision) ?? undefined);
    }
    assert.match(layouts[0] ?? '', /^(file|f32|bf16|q8_0)/);
    // An explanation compares scores with that of the queue: read from another layout they differ by what it rounds.
    const { open } = s.supervisor;
    s.supervisor.open = async (model, hooks) => {
      layouts.push(model.pinnedLayout);
      return await open.call(s.supervisor, model, hooks);
    };
    const [entry] = (await client.queue.page({ size: 1, blind: false })).entries;
    await client.queue.explain({ item: entry?.message.id ?? 0 });
    assert.equal(layouts.length, 5);
    assert.equal(new Set(layouts).size, 1, layouts.join());
  });

  it('reads a hidden word in both spellings where that is asked for, and the higher score counts', async () => {
    const plain = sentencesOf(40);
    const hidden = plain.map((text) => text.replace(/^The (\w+)/, (_, word: string) => `The ${[...word].join(' ')}`));
    const scoresOf = async (name: string, spellings: boolean): Promise<readonly number[]> => {
      await using s = new WithEngine(bench, 512);
      const { client } = s;
      await client.workspace.open({ path: bench.path(name), create: 'must' });
      await s.import(`${name}.csv`, table([...plain, ...hidden]));
      const job = await s.ended((await client.jobs.start({ ...tiny, spellings })).id);
      assert.equal(job.state, 'done', job.problem?.message);
      assert.equal((job.report as unknown as ScoreReport).scored, 80);
      const { entries } = await client.queue.page({ size: 100, blind: false });
      const scores = new Map(entries.map(({ message, model }) => [message.messageId, model?.score ?? NaN]));
      return Array.from({ length: 80 }, (_, i) => scores.get(String(i + 1)) ?? NaN);
    };
    const [once, both] = [await scoresOf('once.moderato', false), await scoresOf('both.moderato', true)];
    const near = (a = NaN, b = NaN): boolean => Math.abs(a - b) < 1e-5;
    let raised = 0;
    for (let i = 0; i < 40; i++) {
      assert.ok(near(both[i], once[i]), 'what hides nothing reads the same');
      assert.ok(near(both[40 + i], Math.max(once[i] ?? NaN, once[40 + i] ?? NaN)), `hidden ${i}`);
      if (!near(both[40 + i], once[40 + i])) raised++;
    }
    assert.ok(raised > 0 && raised < 40, `${raised} of 40 were raised`);
  });

  it('says of an import that reads otherwise than those before, once, when it was read', async () => {
    await using s = new WithEngine(bench, 512);
    const { client } = s;
    await client.workspace.open({ path: bench.path('drift.moderato'), create: 'must' });
    await s.import('before.csv', table(sentencesOf(300)));
    const told: string[] = [];
    s.desk.listen((event) => void (event.kind === 'notice' && told.push(event.message)));
    const notices = async (): Promise<readonly string[]> => {
      const job = await s.ended((await client.jobs.start(tiny)).id);
      return (job.report as unknown as ScoreReport).notices;
    };
    assert.deepEqual(await notices(), [], 'there is nothing to compare the first one with');
    const { entries } = await client.queue.page({ size: 60, blind: false });
    // The same texts read the same: of the highest alone a second import is made.
    await s.import('after.csv', table(entries.map(({ message }) => message.text)).replaceAll(/^(\d)/gm, '9$1'));
    const [notice, ...others] = await notices();
    assert.match(notice ?? '', /The scores of .*after\.csv are very different from those of the imports before/);
    assert.deepEqual([others, told], [[], [notice]]);
    await s.import('same.csv', table(sentencesOf(80)).replaceAll(/^(\d)/gm, '8$1'));
    assert.ok(
      (await notices()).every((line) => !line.includes('after.csv')),
      'it is not said again',
    );
  });

  it('draws the audit sample, which stands without score until it is decided', async () => {
    await using s = new WithEngine(bench, 512);
    const { client } = s;
    await client.workspace.open({ path: bench.path('audit.moderato'), create: 'must' });
    await s.import('audited.csv', rows(1, 300));
    await s.ended((await client.jobs.start(tiny)).id);
    const audit = await client.queue.page({ order: 'audit', size: 100 });
    assert.ok(audit.total >= 2 && audit.total <= 50, `${audit.total} of 300`);
    for (const { model } of audit.entries) assert.equal(model, null);
    assert.ok((await client.queue.page({ order: 'audit', blind: false })).entries.every(({ model }) => model !== null));
    const [first] = audit.entries;
    assert.ok(first);
    const seen = [{ item: first.message.id, version: first.message.version }];
    await assert.rejects(client.queue.explain({ item: first.message.id }), /audit item/);
    const { id: reviewer } = await client.reviewers.add({ name: 'Ada' });
    const [label] = await client.labels.list();
    assert.equal(label?.name, 'fine', 'the first labels are those of the model');
    await client.review.decide({ reviewer, seen, labels: [label.id] });
    assert.notEqual((await client.queue.item({ item: first.message.id })).model, null);
    const why = await client.queue.explain({ item: first.message.id });
    assert.ok(why.words.length > 3);
  });
});
