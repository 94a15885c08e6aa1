import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { OpineReport } from '../../../desk/opinion/opine-job.ts';
import type { QueueEntry } from '../../../desk/contract.ts';
import { Bench } from '../../cli/moderato.ts';
import { WithEngine } from '../door/with-engine.ts';
import { sentencesOf, table } from '../retrain/community.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const LARGER = fileURLToPath(new URL('../../../native-models/SmolLM2-135M-Instruct.Q4_1.gguf', import.meta.url));
const NAME = 'Smollm2 135M 8k Lc100K Mix1 Ep2';
const tiny = { kind: 'score', adapter: bench.adapter, model: bench.model, deterministic: true } as const;
const opine = { kind: 'opine', model: LARGER } as const;
const LABELS = ['fine', 'abusive', 'threat" / "x'];

async function community(name: string, texts: readonly string[], auditEvery = 0): Promise<WithEngine> {
  const s = new WithEngine(bench, 512);
  after(async () => await s[Symbol.asyncDispose]());
  const { client } = s;
  await client.workspace.open({ path: bench.path(name), create: 'must' });
  await client.settings.set({ auditEvery });
  await s.import(`${name}.csv`, table(texts));
  await s.ended((await client.jobs.start(tiny)).id);
  await client.policies.put({ name: 'House rules', guidance: 'Attack ideas, never people.' });
  await client.labels.put({ name: 'threat" / "x', severity: 3 });
  return s;
}

async function asked(s: WithEngine, start: Partial<{ items: number[]; top: number }> = {}): Promise<OpineReport> {
  const job = await s.ended((await s.client.jobs.start({ ...opine, ...start })).id);
  assert.equal(job.state, 'done', job.problem?.message);
  return job.report as unknown as OpineReport;
}

async function entries(s: WithEngine): Promise<Map<number, QueueEntry>> {
  const { entries: all } = await s.client.queue.page({ order: 'newest', size: 500, blind: false });
  return new Map(all.map((entry) => [entry.message.id, entry as QueueEntry]));
}

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

describe('a second opinion', () => {
  it('is asked for about the most uncertain messages, says one of the labels, and stands under the name of its model', async () => {
    await using s = await community('asked.moderato', [...sentencesOf(20), 'the same twice', 'the same twice']);
    const report = await asked(s, { top: 6 });
    assert.deepEqual([report.asked, report.before, report.audit], [6, 0, 0]);
    assert.deepEqual(report.model.name, NAME);
    assert.equal(
      Object.values(report.labels).reduce((sum, n) => sum + n, 0),
      6,
    );
    const { entries: uncertain } = await s.client.queue.page({ order: 'uncertain', size: 50 });
    for (const [place, { opinion }] of uncertain.entries()) {
      assert.equal(opinion !== null, place < 6, `place ${place}`);
      if (opinion === null) continue;
      assert.ok(LABELS.includes(opinion.label));
      assert.deepEqual([opinion.model, opinion.stale], [NAME, false]);
      assert.ok(opinion.probability > 1 / LABELS.length - 1e-6 && opinion.probability <= 1);
    }
    assert.ok(isGone(s.opinionEngines[0] ?? 0), 'its memory is given back');

    const again = await asked(s, { top: 9 });
    assert.deepEqual([again.asked, again.before], [3, 6], 'nothing is asked twice');
    await s.client.policies.put({ name: 'Another', guidance: 'No adverts.' });
    assert.equal((await asked(s, { top: 6 })).asked, 6, 'another policy is another question');
    const twice = await asked(s, { items: [21, 22] });
    assert.equal(twice.asked + twice.before, 2);
    const found = await entries(s);
    assert.deepEqual(found.get(21)?.opinion, found.get(22)?.opinion, 'equal texts are equal');
    assert.equal((await s.client.queue.item({ item: 21 })).opinion?.model, NAME);
  });

  it('is neither asked for nor shown for an audit item, until somebody decided it', async () => {
    await using s = await community('blind.moderato', sentencesOf(30), 3);
    const { client } = s;
    const report = await asked(s, { items: Array.from({ length: 30 }, (_, i) => i + 1) });
    assert.ok(report.audit >= 1 && report.audit + report.asked === 30, `${report.audit} and ${report.asked}`);
    for (const { audit, opinion } of (await entries(s)).values()) assert.equal(opinion === null, audit);
    const [drawn] = (await client.queue.page({ order: 'audit', size: 1 })).entries;
    assert.ok(drawn);
    const { id: item, version } = drawn.message;
    // One that was made before the item was drawn: whoever decides must not know it.
    const { writer } = s.desk.opened;
    const sum = 'ab'.repeat(32);
    const run = await writer.write('startOpinions', { model: 'm', sha256: sum, question: sum });
    await writer.write('writeOpinions', { run, opinions: [{ item, version, label: 1, probability: 0.9 }] });
    for (const blind of [true, false])
      assert.equal((await client.queue.page({ order: 'audit', size: 1, blind })).entries[0]?.opinion, null);
    assert.equal((await client.queue.item({ item })).opinion, null);
    const { id: reviewer } = await client.reviewers.add({ name: 'Ada' });
    await client.review.decide({ reviewer, seen: [{ item, version }], labels: [1] });
    assert.equal((await client.queue.item({ item })).opinion?.model, 'm');
    assert.equal((await asked(s, { items: [item] })).asked, 1);
  });

  it('is of the text that was read: a changed text makes it stale, and an erased one takes it away', async () => {
    await using s = await community('stale.moderato', sentencesOf(6));
    const { client } = s;
    await asked(s, { items: [1, 2, 3] });
    const changed = table(sentencesOf(6).map((text, i) => (i === 1 ? `${text} And more.` : text)));
    await s.import('later.csv', changed);
    const found = await entries(s);
    assert.equal(found.get(2)?.message.version, 2);
    assert.deepEqual(
      [1, 2, 3].map((item) => found.get(item)?.opinion?.stale),
      [false, true, false],
    );
    const { opinions } = s.desk.opened.workspace;
    assert.deepEqual(
      opinions.current().map(({ item }) => item),
      [1, 3],
    );
    assert.equal((await asked(s, { items: [2] })).asked, 1, 'it is asked about anew');
    const { id: reviewer } = await client.reviewers.add({ name: 'Ada' });
    await client.audit.erase({ reviewer, items: [3], reason: 'asked for' });
    const { workspace } = s.desk.opened;
    assert.deepEqual(
      workspace.opinions.current().map(({ item }) => item),
      [1, 2],
    );
    assert.equal(workspace.opinions.get(3), null);
  });

  it('that is cancelled, or whose engine dies, keeps what was said and goes on with the rest', async () => {
    await using s = await community('stopped.moderato', sentencesOf(60));
    const { client } = s;
    const { id } = await client.jobs.start({ ...opine, top: 60 });
    const said = (): number => s.desk.opened.workspace.opinions.current().length;
    while (said() === 0) await wait(5);
    await client.jobs.cancel({ job: id });
    const kept = said();
    assert.ok(kept > 0 && kept < 60, `${kept}`);
    assert.ok(isGone(s.opinionEngines.at(-1) ?? 0));

    const next = (await client.jobs.start({ ...opine, top: 60 })).id;
    while (said() === kept) await wait(5);
    process.kill(s.opinionEngines.at(-1) ?? 0, 'SIGKILL');
    const job = await s.ended(next);
    assert.equal(job.state, 'done', job.problem?.message);
    assert.equal(said(), 60);
    assert.equal((job.report as unknown as OpineReport).before, kept);
    assert.equal(s.opinionEngines.length, 3, 'one more engine than jobs');
  });

  it('is refused in words where it cannot be had', async () => {
    await using s = await community('refused.moderato', sentencesOf(3));
    const problem = async (model: string): Promise<string | undefined> =>
      (await s.ended((await s.client.jobs.start({ ...opine, model })).id)).problem?.message;
    assert.match((await problem(bench.model)) ?? '', /no chat template/);
    assert.match((await problem('no-such.gguf')) ?? '', /no such model/);
    assert.match((await problem(bench.file('damaged.gguf', 'GGUF and then nothing'))) ?? '', /damaged\.gguf/);
  });
});
