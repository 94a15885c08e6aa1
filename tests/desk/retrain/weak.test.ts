import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { decisionsOf } from '../../../desk/retrain/decisions.ts';
import type { RetrainReport } from '../../../desk/retrain/retrain-job.ts';
import { weakRows } from '../../../desk/retrain/weak.ts';
import { Bench } from '../../cli/moderato.ts';
import { WithEngine } from '../door/with-engine.ts';
import { sentencesOf, table } from './community.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const DECIDED = 60;
const SENTENCES = 240;
/** The first of them: nearly the same as an audit item, as a decided message, and as one another. */
const COPIES = { ofAudit: 241, ofDecided: 242, twins: [243, 244] } as const;
const AUDIT = [100, 101, 102];
const texts = [...sentencesOf(SENTENCES)];
const almost = (item: number): string => `${texts[item - 1] ?? ''}!!`;
const all = [
  ...texts,
  almost(100),
  almost(3),
  'A message that came twice over, word by word.',
  'A message that came twice over, word by word!',
];

/** A community of which the first 60 messages are decided, with opinions about every message. */
async function withOpinions(name: string): Promise<WithEngine & { readonly reviewer: number }> {
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
  const items = AUDIT.map((item) => ({ item, stratum: 0, probability: 0.1, place: item / 1000 }));
  await writer.write('addAuditItems', { items });
  const sum = 'ab'.repeat(32);
  const run = await writer.write('startOpinions', { model: 'Larger', sha256: sum, question: sum });
  const opinions = all.map((_, i) => ({ item: i + 1, version: 1, label: i === 119 ? 3 : 1 + (i % 2), probability: 1 }));
  await writer.write('writeOpinions', { run, opinions });
  return Object.assign(s, { reviewer });
}

describe('what a larger model says, to learn from', () => {
  it('is never of an audit item or of what somebody decided, nor nearly the same as one, and less than the decisions', async () => {
    await using s = await withOpinions('rows.moderato');
    const { workspace, writer } = s.desk.opened;
    const decisions = decisionsOf(workspace);
    const rows = await weakRows(workspace, decisions);
    const taken = new Set(rows.map(({ item }) => item));
    assert.equal(taken.size, decisions.learning.length / 2, 'half as many as were decided');
    for (const item of [...AUDIT, COPIES.ofAudit, COPIES.ofDecided, 120])
      assert.ok(!taken.has(item), `item ${item} is not one to learn from`);
    assert.ok([...taken].every((item) => item > DECIDED));
    assert.ok(!(taken.has(COPIES.twins[0]) && taken.has(COPIES.twins[1])), 'of near-duplicates one');
    assert.ok(rows.every(({ label, model }) => decisions.labels.includes(label) && model === 'Larger'));
    assert.deepEqual(await weakRows(workspace, decisions), rows, 'the same every time');
    // Those of which the model is less sure count for less.
    const sum = 'ab'.repeat(32);
    const run = await writer.write('startOpinions', { model: 'Unsure', sha256: sum, question: sum });
    const opinions = all.map((_, i) => ({ item: i + 1, version: 1, label: 1 + (i % 2), probability: 0.1 }));
    await writer.write('writeOpinions', { run, opinions });
    const unsure = await weakRows(workspace, decisions);
    assert.ok(unsure.length > 0 && unsure.length < rows.length, `${unsure.length} of ${rows.length}`);
  });

  it('is left out unless asked for, and is counted and noted where it is learned from', async () => {
    await using s = await withOpinions('learned.moderato');
    const { client, reviewer } = s;
    const retrained = async (weak: boolean): Promise<RetrainReport> => {
      const job = await s.ended(
        (await client.jobs.start({ kind: 'retrain', model: bench.model, preset: 'fast', weak })).id,
      );
      assert.equal(job.state, 'done', job.problem?.message);
      return job.report as unknown as RetrainReport;
    };
    const plain = await retrained(false);
    assert.deepEqual([plain.weak, plain.weakModels], [0, []]);
    const weak = await retrained(true);
    assert.deepEqual([weak.weak, weak.weakModels], [DECIDED / 2, ['Larger']]);
    assert.deepEqual([weak.train, weak.dev], [plain.train, plain.dev], 'they are nobody\u2019s decisions');
    assert.equal(weak.comparison.ranking?.rows, plain.comparison.ranking?.rows, 'nothing is compared on them');
    const { revisions } = await client.revisions.list();
    const learnedFrom = new Map(revisions.map((one) => [one.id, one.learnedFrom]));
    assert.equal(learnedFrom.get(plain.revision), DECIDED);
    assert.equal(learnedFrom.get(weak.revision), DECIDED + DECIDED / 2);
    const { workspace } = s.desk.opened;
    const [row] = await weakRows(workspace, decisionsOf(workspace));
    assert.ok(row);
    const erased = await client.audit.erase({ reviewer, items: [row.item], reason: 'asked for' });
    assert.deepEqual(
      erased.revisions.map(({ id }) => id),
      [weak.revision],
      'whoever erases one is told what learned from it',
    );
  });
});
