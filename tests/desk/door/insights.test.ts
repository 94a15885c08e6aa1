import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { seededRandom } from '../../../engine/train/random.ts';
import { queueModelOf } from '../../../desk/triage/queue-model.ts';
import { Knocking, refused, rows, type Ids } from './fixtures.ts';

const MESSAGES = 600;
const LATER = 200;

/** Scores as a model would have stored them; the later import reads otherwise. Abuse is what scores above .7. */
const scoreOf = (item: number): number => {
  const draw = seededRandom(item * 7919)();
  return item <= MESSAGES ? draw ** 2 : 0.5 + draw / 2;
};

describe('insights, through the door', () => {
  let knocking: Knocking & { readonly ids: Ids };
  before(async () => {
    knocking = await Knocking.withMessages(MESSAGES);
    await knocking.import('later.csv', rows(MESSAGES + 1, LATER));
  });
  after(async () => await knocking[Symbol.asyncDispose]());

  it('are refused while no model has read anything', async () => {
    for (const call of ['thresholds', 'volumes'] as const)
      await refused(knocking.client.insights[call]({}), 'nothing-to-do');
    await refused(knocking.client.insights.calibration(), 'nothing-to-do');
    await refused(knocking.client.insights.drift(), 'nothing-to-do');
  });

  it('count every message once, and give no figure before 30 audit items were decided', async () => {
    await scored(knocking);
    const {
      read,
      audit,
      histogram,
      rows: table,
      threshold,
    } = await knocking.client.insights.thresholds({ threshold: 0.42 });
    assert.equal(read, MESSAGES + LATER);
    assert.ok(audit.drawn >= (MESSAGES + LATER) / 10 && audit.decided === 0);
    assert.equal(
      histogram.reduce((sum, { messages }) => sum + messages, 0),
      read,
    );
    assert.equal(threshold, 0.5);
    assert.ok(table.some((row) => row.threshold === 0.42));
    for (const { precision, recall } of table) assert.deepEqual([precision, recall], [null, null]);
    const { reliability, conformal } = await knocking.client.insights.calibration();
    assert.equal(reliability, null);
    for (const { threshold: promised } of conformal) assert.equal(promised, null);
  });

  it('rest on the audit items that were decided, and on nothing else', async () => {
    const { client, ids } = knocking;
    const all = await client.queue.page({ order: 'audit', size: 500, blind: false });
    for (const { message } of all.entries)
      await client.review.decide({
        reviewer: ids.ada,
        seen: [{ item: message.id, version: 1 }],
        labels: scoreOf(message.id) > 0.7 ? [ids.threat] : [ids.fine],
      });
    const decided = await client.insights.thresholds({});
    assert.equal(decided.audit.decided, all.entries.length);
    const row = decided.rows.find(({ threshold }) => threshold === 0.75);
    assert.equal(row?.precision?.value, 1);
    const low = decided.rows.find(({ threshold }) => threshold === 0.05);
    assert.equal(low?.recall?.value, 1);
    assert.ok(low.precision && low.precision.value < 0.8);
    const { reliability, conformal } = await client.insights.calibration();
    assert.ok(reliability && reliability.calibrated.ece < reliability.asIs.ece);
    assert.ok((conformal[0]?.threshold ?? 0) > 0.7);
    for (const { threshold, flagged } of conformal) {
      if (threshold === null) assert.equal(flagged, null);
      else
        assert.equal(
          flagged,
          (await client.insights.thresholds({ threshold })).rows.find((one) => one.threshold === threshold)?.flagged,
        );
    }
    // What is met in the urgent order changes nothing but what is shown as wrong.
    const urgent = await client.queue.page({ order: 'urgent', size: 50, filter: { audit: false } });
    for (const { message } of urgent.entries)
      await client.review.decide({ reviewer: ids.ada, seen: [{ item: message.id, version: 1 }], labels: [ids.fine] });
    const then = await client.insights.thresholds({});
    assert.deepEqual(then.rows, decided.rows);
    assert.equal(then.urgent.decided, 50);
    assert.equal(then.urgent.rows[0]?.precision, 0);
  });

  it('take a decision that was taken back for none', async () => {
    const { client, ids } = knocking;
    const had = (await client.insights.thresholds({})).audit.decided;
    const [one] = (await client.queue.page({ order: 'audit', size: 1, filter: { statuses: ['decided'] } })).entries;
    assert.ok(one);
    await client.review.reopen({ reviewer: ids.ben, seen: [{ item: one.message.id, version: 1 }], reason: 'mistake' });
    assert.equal((await client.insights.thresholds({})).audit.decided, had - 1);
  });

  it('go on counting a decision that was drawn for a second opinion, until somebody appeals against it', async () => {
    const { client, ids } = knocking;
    const had = (await client.insights.thresholds({})).audit.decided;
    const { items } = await client.review.doubleReview({ reviewer: ids.ada, share: 1 });
    assert.ok(items.length > had);
    assert.equal((await client.insights.thresholds({})).audit.decided, had);
    const again = await client.queue.page({ order: 'audit', size: 2, filter: { statuses: ['reopened'] } });
    const one = again.entries.find(({ message }) => items.includes(message.id)) ?? assert.fail();
    await client.review.reopen({ reviewer: ids.ben, seen: [{ item: one.message.id, version: 1 }], reason: 'appeal' });
    assert.equal((await client.insights.thresholds({})).audit.decided, had - 1);
    await client.review.undo({ reviewer: ids.ben });
    assert.equal((await client.insights.thresholds({})).audit.decided, had);
    await client.review.undo({ reviewer: ids.ada });
  });

  it('say that the later import reads otherwise, by its name', async () => {
    const drift = await knocking.client.insights.drift();
    assert.equal(drift.length, 1);
    assert.equal(drift[0]?.verdict, 'moved much');
    assert.deepEqual([drift[0].before, drift[0].now], [MESSAGES, LATER]);
    assert.match(drift[0].notice ?? '', /later\.csv are very different/);
    // The bars are those of the threshold, import by import.
    const { histogram } = await knocking.client.insights.thresholds({});
    assert.deepEqual(
      drift[0].bars.map(({ from, before: was, now }) => [from, was + now]),
      histogram.map(({ from, messages }) => [from, messages]),
    );
    assert.equal(
      drift[0].bars.reduce((sum, { now }) => sum + now, 0),
      LATER,
    );
    for (const { from, now } of drift[0].bars) assert.ok(from >= 0.5 || now === 0);
  });

  it('count messages by channel and day', async () => {
    const { channels } = await knocking.client.insights.volumes({ threshold: 0.5 });
    assert.deepEqual(channels.map(({ name, messages }) => [name, messages]).sort(), [
      ['games', 400],
      ['general', 400],
    ]);
    for (const { messages, flagged, days } of channels) {
      assert.equal(days.length, 1);
      assert.equal(days[0]?.start, Date.UTC(2026, 2, 1));
      assert.deepEqual([days[0].messages, days[0].flagged], [messages, flagged]);
    }
    const { read, rows: table } = await knocking.client.insights.thresholds({});
    const flagged = table.find(({ threshold }) => threshold === 0.5)?.flagged;
    assert.equal(
      channels.reduce((sum, channel) => sum + channel.flagged, 0),
      flagged,
    );
    assert.equal(read, MESSAGES + LATER);
  });
});

describe('what the model misses, where a recall target set messages aside', () => {
  it('is said from the audit items that the table of thresholds counts, and of what was set aside, too', async () => {
    await using k = await Knocking.withMessages(MESSAGES);
    const { client, ids } = k;
    const [first, last] = [MESSAGES - 199, MESSAGES];
    await scored(k, first - 1);
    const { writer, queue } = k.desk.opened;
    const revision = queue.model?.revision ?? assert.fail();
    const run = await writer.write('startRun', { revision, backend: 'cpu', layout: 'f32', threads: 1 });
    const asideIds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    // All abuse that was set aside scores low.
    const [drawn, left] = [asideIds.filter((id) => id % 10 === 0), asideIds.filter((id) => id % 10 !== 0)];
    const results = [
      ...drawn.map((item) => ({
        ...{ item, version: 1, status: 'scored' as const },
        probabilities: Float32Array.from([0.9, 0.1]),
      })),
      ...left.map((item) => ({ item, version: 1, status: 'not-read' as const, reason: 'set-aside' as const })),
    ];
    await writer.write('writeScores', { run, results, aside: 1 });
    await writer.write('setSetting', { name: 'guarantee', value: { revision: revision.id, target: 0.95 } });
    await queue.follow(asideIds);
    const said = async () => {
      const state = await client.workspace.state();
      assert.ok(state.open && state.guarantee);
      assert.equal(state.guarantee.setAside, left.length);
      return state.guarantee;
    };
    const decide = async (item: number, labels: number[]) =>
      await client.review.decide({ reviewer: ids.ada, seen: [{ item, version: 1 }], labels });
    const all = await client.queue.page({ order: 'audit', size: 500, blind: false });
    const own = all.entries.map(({ message }) => message.id).filter((id) => id < first);
    // Where none of the labels applies, that is a decision, too.
    for (const id of own) await decide(id, scoreOf(id) > 0.7 ? [ids.threat] : []);
    assert.equal((await said()).model, null, 'nothing is known of what was set aside');
    for (const [i, id] of drawn.entries()) await decide(id, i < 5 ? [ids.threat] : []);
    const { model, sentences } = await said();
    const { audit, aside, read, rows: table } = await client.insights.thresholds({});
    assert.ok(model && model.items === own.length + drawn.length && model.items === audit.decided);
    assert.deepEqual([aside, read], [asideIds.length, first - 1]);
    // A quarter of 200 was abuse that the model scores low; of what was read all abuse scores high.
    const shown = table.find(({ threshold }) => threshold === 0.5);
    const abuse = (shown?.precision?.value ?? 0) * (shown?.flagged ?? 0);
    assert.ok(Math.abs(model.misses - 50 / (50 + abuse)) < 1e-9, `${model.misses}`);
    assert.ok(Math.abs((shown?.recall?.value ?? 0) - (1 - model.misses)) < 1e-9, 'they are two sides of one estimate');
    assert.ok(model.low < model.misses && model.misses < model.high);
    assert.match(
      sentences[1] ?? '',
      /misses about .*% of abuse \(.*% to .*% with 95% confidence, from \d+ audit items\)/,
    );
    const [doubted = 0] = own;
    await client.review.reopen({ reviewer: ids.ben, seen: [{ item: doubted, version: 1 }], reason: 'appeal' });
    assert.equal((await said()).model?.items, model.items - 1, 'what somebody doubts counts as none');
  });
});

/** Writes what a model would have said of the first messages, and shows its queue. */
async function scored({ desk, client }: Knocking, count = MESSAGES + LATER): Promise<void> {
  const { writer, workspace, queue } = desk.opened;
  const revision = await writer.write('ensureRevision', {
    name: 'made up',
    base: { name: 'none', sha256: 'ab'.repeat(32) },
    adapter: null,
    depth: 1,
    labels: ['fine', 'abusive'],
    fineLabel: 0,
    languages: ['en'],
  });
  // Many enough that every tenth of the scores has its share of the sample, which is drawn anew for each workspace.
  await client.settings.set({ auditEvery: 4 });
  const run = await writer.write('startRun', { revision, backend: 'cpu', layout: 'f32', threads: 1 });
  const page = await client.queue.page({ order: 'newest', size: 500 });
  const rest = await client.queue.page({ order: 'newest', size: 500, after: page.next });
  const items = [...page.entries, ...rest.entries].map(({ message }) => message.id).filter((id) => id <= count);
  const results = items.map((item) => ({
    item,
    version: 1,
    status: 'scored' as const,
    probabilities: Float32Array.from([1 - scoreOf(item), scoreOf(item)]),
  }));
  await writer.write('writeScores', { run, results });
  await writer.write('readWith', { revision: revision.id, base: 'none', by: undefined });
  await queue.load(queueModelOf(workspace));
}
