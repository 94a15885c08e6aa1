import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { after, describe, it } from 'node:test';
import { createRouterClient } from '@orpc/server';
import { nodeEngine } from '../../../desk/engine/process.ts';
import { Desk } from '../../../desk/desk.ts';
import { router } from '../../../desk/door/router.ts';
import { places } from '../../../desk/models/places.ts';
import type { ScoreReport } from '../../../desk/triage/score-job.ts';
import { Supervisor } from '../../../desk/supervisor.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { Bench } from '../../cli/moderato.ts';
import { rows } from './fixtures.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());
const second = bench.writeAdapter('second.adapter.gguf', bench.sha256, ['en'], 8);
const ENGINE = new URL('../../../engine/main.ts', import.meta.url);

/** A desk with a real engine, whose process a test can kill. */
class Scoring implements AsyncDisposable {
  readonly supervisor: Supervisor;
  readonly desk: Desk;
  readonly client;
  constructor(batchItems: number) {
    this.supervisor = new Supervisor(nodeEngine(ENGINE), { batchItems });
    const own = { ...places(), calibrationFile: bench.path('calibration.json') };
    this.desk = new Desk({ places: own, supervisor: this.supervisor });
    this.client = createRouterClient(router, { context: { desk: this.desk } });
  }

  killEngine(): void {
    const { pid } = this.supervisor;
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }

  async import(name: string, from: number, count: number): Promise<void> {
    const { id } = await this.client.jobs.start({ kind: 'import', paths: [bench.file(name, rows(from, count))] });
    await this.ended(id);
  }

  async ended(job: number) {
    for (;;) {
      const found = await this.client.jobs.get({ job });
      if (found.state === 'done' || found.state === 'failed' || found.state === 'cancelled') return found;
      await wait(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desk[Symbol.asyncDispose]();
    await this.supervisor[Symbol.asyncDispose]();
  }
}

const tiny = { kind: 'score', adapter: bench.adapter, model: bench.model, deterministic: true } as const;

describe('scoring', () => {
  it('scores every message once, though the engine is killed twenty times on the way', async () => {
    await using s = new Scoring(32);
    const { client } = s;
    await client.workspace.open({ path: bench.path('killed.moderato'), create: 'must' });
    await s.import('many.csv', 1, 4_000);
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

  it('with another model shows the scores of the one before, until it has read a message', async () => {
    await using s = new Scoring(32);
    const { client } = s;
    await client.workspace.open({ path: bench.path('two.moderato'), create: 'must' });
    await s.import('few.csv', 1, 600);
    await s.ended((await client.jobs.start(tiny)).id);
    const before = await client.queue.page({ size: 500, blind: false });
    assert.equal(before.total, 600);
    const { id } = await client.jobs.start({ ...tiny, adapter: second });
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

  it('pins the weight layout of a revision, for all that is scored later', async () => {
    await using s = new Scoring(32);
    const { client } = s;
    await client.workspace.open({ path: bench.path('pinned.moderato'), create: 'must' });
    const layouts: (string | undefined)[] = [];
    for (const [name, from] of [
      ['first.csv', 1],
      ['second.csv', 101],
    ] as const) {
      await s.import(name, from, 100);
      const job = await s.ended((await client.jobs.start({ ...tiny, deterministic: false })).id);
      const { engine, revision } = job.report as unknown as ScoreReport;
      layouts.push(engine?.layout, s.desk.opened.workspace.revisions.get(revision)?.layout ?? undefined);
    }
    assert.match(layouts[0] ?? '', /^(file|f32|bf16|q8_0)/);
    assert.equal(new Set(layouts).size, 1, layouts.join());
  });

  it('draws the audit sample, which stands without score until it is decided', async () => {
    await using s = new Scoring(512);
    const { client } = s;
    await client.workspace.open({ path: bench.path('audit.moderato'), create: 'must' });
    await s.import('audited.csv', 1, 300);
    await s.ended((await client.jobs.start(tiny)).id);
    const audit = await client.queue.page({ order: 'audit', size: 100 });
    assert.ok(audit.total >= 20 && audit.total <= 30, `${audit.total} of 300`);
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

describe('training on what was decided', () => {
  it('says what is missing, then learns, leaves audit items out, and changes nothing of the queue', async () => {
    await using s = new Scoring(512);
    const { client } = s;
    await client.workspace.open({ path: bench.path('trained.moderato'), create: 'must' });
    await s.import('trained.csv', 1, 200);
    await s.ended((await client.jobs.start(tiny)).id);
    const early = await s.ended((await client.jobs.start({ kind: 'train', preset: 'fast' })).id);
    assert.equal(early.state, 'failed');
    assert.match(early.problem?.message ?? '', /too few decisions.*none of 40/);
    const labels = await client.labels.list();
    const { id: reviewer } = await client.reviewers.add({ name: 'Ada' });
    for (const [place, label] of labels.entries()) {
      const seen = Array.from({ length: 40 }, (_, i) => ({ item: 1 + 2 * i + place, version: 1 }));
      await client.review.decide({ reviewer, seen, labels: [label.id] });
    }
    const audit = await client.queue.count({ order: 'audit', filter: { statuses: ['decided'] } });
    const before = await client.workspace.state();
    const job = await s.ended((await client.jobs.start({ kind: 'train', preset: 'fast', name: 'ours' })).id);
    assert.equal(job.state, 'done', job.problem?.message);
    const report = job.report as { revision: number; train: number; dev: number; labels: string[] };
    assert.deepEqual(report.labels, ['fine', 'abusive']);
    assert.equal(report.train + report.dev, 80 - audit.total);
    assert.deepEqual(await client.workspace.state(), before, 'the queue stays with the model that it has');
    assert.ok(!existsSync(`${bench.path('trained.moderato')}-training`));
    // Audit items are drawn at random; one that is none was learned from.
    const { entries } = await client.queue.page({ order: 'audit', size: 200 });
    const drawn = new Set(entries.map(({ message }) => message.id));
    const learned = Array.from({ length: 80 }, (_, i) => i + 1).find((item) => !drawn.has(item)) ?? 0;
    const erased = await client.audit.erase({ reviewer, items: [learned], reason: 'asked to' });
    assert.deepEqual(
      erased.revisions.map(({ name }) => name),
      ['ours'],
    );
  });
});
