import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Knocking, rows } from './fixtures.ts';

const SUM = 'ab'.repeat(32);

describe('the filter by what a larger model says', () => {
  it('finds what it says of texts as they stand, and no audit item that nobody decided', async () => {
    await using k = await Knocking.withMessages(6);
    const { client, ids } = k;
    const { writer } = k.desk.opened;
    const run = await writer.write('startOpinions', { model: 'Larger', sha256: SUM, question: SUM });
    const said = [ids.insult, ids.threat, ids.insult, ids.insult, ids.insult];
    const opinions = said.map((label, i) => ({ item: i + 1, version: 1, label, probability: 0.6 }));
    await writer.write('writeOpinions', { run, opinions });
    await k.import('later.csv', rows(1, 1).replace('nothing in particular', 'something else'));
    await makeAuditItem(k, 3);
    const found = async (labels: number[]): Promise<number[]> => {
      const { entries } = await client.queue.page({ order: 'newest', filter: { opinions: labels } });
      return entries.map(({ message }) => message.id).sort((a, b) => a - b);
    };
    assert.deepEqual(await found([ids.insult]), [4, 5], '1 has changed, 3 is an audit item');
    assert.deepEqual(await found([ids.insult, ids.threat]), [2, 4, 5]);
    assert.deepEqual(await found([ids.fine]), []);
    assert.equal((await client.queue.count({ order: 'newest', filter: { opinions: [ids.insult] } })).total, 2);

    const all = { reviewer: ids.ada, order: 'newest' as const, filter: { opinions: [ids.insult] }, expected: 2 };
    assert.deepEqual([...(await client.review.decideAll({ ...all, labels: [ids.insult] })).items].sort(), [4, 5]);
    await client.review.decide({ reviewer: ids.ada, seen: [{ item: 3, version: 1 }], labels: [ids.fine] });
    assert.deepEqual(await found([ids.insult]), [3, 4, 5], 'decided without the model, it is shown what that says');
  });
});

/** Scores it alone, while each message that is scored becomes one. */
async function makeAuditItem({ client, desk }: Knocking, item: number): Promise<void> {
  const { writer } = desk.opened;
  const revision = await writer.write('ensureRevision', {
    name: 'made up',
    base: { name: 'none', sha256: SUM },
    adapter: null,
    depth: 1,
    labels: ['fine', 'insult'],
    fineLabel: 0,
    languages: ['en'],
  });
  await client.settings.set({ auditEvery: 1 });
  const run = await writer.write('startRun', { revision, backend: 'cpu', layout: 'f32', threads: 1 });
  const probabilities = Float32Array.of(0.5, 0.5);
  await writer.write('writeScores', { run, results: [{ item, version: 1, status: 'scored', probabilities }] });
}
