import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { decisionsOf } from '../../../desk/retrain/decisions.ts';
import type { RetrainReport } from '../../../desk/retrain/retrain-job.ts';
import { weakRows } from '../../../desk/retrain/weak.ts';
import { Bench } from '../../cli/moderato.ts';
import { WithEngine } from '../door/with-engine.ts';
import { putIntoAudit } from '../store/fixtures.ts';
import { sentencesOf, table } from './community.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const DECIDED = 60;
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const AUDIT = numbers(61, 80);
/** Nobody has decided them; of the latter each has a near-duplicate. */
const PLAIN = numbers(81, 110);
const TWINS = numbers(111, 130);
const SENTENCES = 240;
const texts = sentencesOf(SENTENCES);
/** Nearly the same as audit items, as decided messages, and as those twins, in this order. */
const copied = [...AUDIT, ...numbers(1, 20), ...TWINS];
const all = [...texts, ...copied.map((item) => `${texts[item - 1] ?? ''} Really.`)];
const copies = (of: readonly number[]): number[] => of.map((item) => SENTENCES + 1 + copied.indexOf(item));
const RARE = 81;

/** A community of which the first 60 messages are decided, with opinions about some. */
async function withOpinions(
  name: string,
  about: readonly number[],
): Promise<WithEngine & { readonly reviewer: number }> {
  const s = new WithEngine(bench, 512);
  const { client } = s;
  await client.workspace.open({ path: bench.path(name), create: 'must' });
  await client.settings.set({ auditEvery: 0 });
  await s.import(`${name}.csv`, table(all));
  await s.ended(
    (await client.jobs.start({ kind: 'score', adapter: bench.adapter, model: bench.model, deterministic: true })).id,
  );
  const { id: reviewer } = await client.reviewers.add({ name: 'Ada' });
  for (const place of [0, 1]) {
    const seen = Array.from({ length: DECIDED / 2 }, (_, i) => ({ item: 1 + 2 * i + place, version: 1 }));
    await client.review.decide({ reviewer, seen, labels: [place + 1] });
  }
  await client.labels.put({ name: 'rare', severity: 1 });
  const { writer } = s.desk.opened;
  putIntoAudit(bench.path(name), AUDIT, 0.1);
  const sum = 'ab'.repeat(32);
  const run = await writer.write('startOpinions', { model: 'Larger', sha256: sum, question: sum });
  const opinions = about.map((item) => ({
    item,
    version: 1,
    label: item === RARE ? 3 : 1 + (item % 2),
    probability: 1,
  }));
  await writer.write('writeOpinions', { run, opinions });
  return Object.assign(s, { reviewer });
}

describe('what a larger model says, to learn from', () => {
  it('is never of an audit item or of what somebody decided, nor nearly the same as one, and less than the decisions', async () => {
    const said = [...numbers(1, 130), ...copies(copied)];
    await using s = await withOpinions('rows.moderato', said);
    const { workspace, writer } = s.desk.opened;
    const decisions = await decisionsOf(workspace);
    const rows = await weakRows(workspace, decisions);
    const taken = new Set(rows.map(({ item }) => item));
    const may = new Set([...PLAIN, ...TWINS, ...copies(TWINS)]);
    may.delete(RARE);
    assert.ok(
      [...taken].every((item) => may.has(item)),
      [...taken].join(),
    );
    assert.ok(taken.size >= 15 && taken.size <= decisions.learning.length / 2, `${taken.size}`);
    const pairs = TWINS.map((item) => [item, ...copies([item])]);
    assert.ok(pairs.some((pair) => pair.some((item) => taken.has(item))));
    assert.ok(!pairs.some((pair) => pair.every((item) => taken.has(item))), 'of near-duplicates one');
    assert.ok(rows.every(({ label, model }) => decisions.labels.includes(label) && model === 'Larger'));
    assert.deepEqual(await weakRows(workspace, decisions), rows, 'the same every time');
    // Those of which the model is less sure count for less.
    const sum = 'ab'.repeat(32);
    const run = await writer.write('startOpinions', { model: 'Unsure', sha256: sum, question: sum });
    const opinions = said.map((item) => ({ item, version: 1, label: 1 + (item % 2), probability: 0.2 }));
    await writer.write('writeOpinions', { run, opinions });
    const unsure = await weakRows(workspace, decisions);
    assert.ok(unsure.length > 0 && unsure.length < rows.length, `${unsure.length} of ${rows.length}`);
  });

  it('is left out unless asked for, and is counted and noted where it is learned from', async () => {
    await using s = await withOpinions('learned.moderato', numbers(1, all.length));
    const { client, reviewer } = s;
    const retrained = async (weak: boolean): Promise<RetrainReport> => {
      const job = await s.ended(
        (await client.jobs.start({ kind: 'retrain', model: bench.model, preset: 'fast', weak })).id,
      );
      assert.equal(job.state, 'done', job.problem?.message);
      return job.report as unknown as RetrainReport;
    };
    const plain = await retrained(false);
    assert.deepEqual(plain.comparison.opinions, { messages: 0, models: [] });
    const weak = await retrained(true);
    assert.deepEqual(weak.comparison.opinions, { messages: DECIDED / 2, models: ['Larger'] });
    assert.deepEqual([weak.train, weak.dev], [plain.train, plain.dev], 'they are nobody\u2019s decisions');
    assert.equal(weak.comparison.ranking?.rows, plain.comparison.ranking?.rows, 'nothing is compared on them');
    const { revisions } = await client.revisions.list();
    const learnedFrom = new Map(revisions.map((one) => [one.id, one.learnedFrom]));
    assert.equal(learnedFrom.get(plain.revision), DECIDED);
    assert.equal(learnedFrom.get(weak.revision), DECIDED + DECIDED / 2);
    for (const { revision, comparison } of [plain, weak])
      assert.deepEqual(revisions.find(({ id }) => id === revision)?.comparison?.opinions, comparison.opinions);
    const { workspace } = s.desk.opened;
    const [row] = await weakRows(workspace, await decisionsOf(workspace));
    assert.ok(row);
    const erased = await client.audit.erase({ reviewer, items: [row.item], reason: 'asked for' });
    assert.deepEqual(
      erased.revisions.map(({ id }) => id),
      [weak.revision],
      'whoever erases one is told what learned from it',
    );
  });
});
