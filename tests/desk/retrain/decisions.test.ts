import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeskError } from '../../../desk/errors.ts';
import { dealt, decisionsOf, withDev } from '../../../desk/retrain/decisions.ts';
import { decide, reopen } from '../../../desk/review/deeds.ts';
import { drawDoubleReview } from '../../../desk/review/double-review.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { as, first, NOW } from '../review/fixtures.ts';
import { Folder, importFiles, message, writeRows } from '../store/fixtures.ts';
import { sentencesOf } from './community.ts';

/** A workspace in which the first `count` messages are decided, every other one as an insult. */
async function decided(texts: readonly string[], audits: readonly number[] = [], count = texts.length) {
  const folder = new Folder();
  const workspace = Workspace.create(folder.file('w.moderato'));
  const records = texts.map((text, i) => message({ id: String(i + 1), text }));
  await importFiles(workspace, writeRows(folder.file('rows'), records));
  const label = (name: string, severity: number): number =>
    workspace.policies.putLabel({ policy: null, name, key: null, guidance: '', severity, retired: false });
  const labels = [label('fine', 0), label('insult', 1)];
  const ada = workspace.reviewers.add('Ada', NOW);
  for (const item of audits) workspace.auditItems.add({ item, stratum: 0, probability: 0.25, place: item / 1000 }, NOW);
  texts.slice(0, count).forEach((_, i) => decide(workspace, ada, first(i + 1), as(labels[i % 2] ?? 0), NOW));
  return {
    workspace,
    [Symbol.dispose]: () => {
      workspace.close();
      folder[Symbol.dispose]();
    },
  };
}

describe('decisions to learn from', () => {
  it('are no audit items, and nothing nearly the same as one', async () => {
    const texts = [...sentencesOf(60)];
    texts[30] = `${texts[4] ?? ''} Indeed.`;
    using d = await decided(texts, [5, 9]);
    const { learning, all, labels, neutral } = await decisionsOf(d.workspace);
    assert.deepEqual([labels, neutral], [['fine', 'insult'], 'fine']);
    const items = new Set(learning.map(({ item }) => item));
    assert.deepEqual([items.has(5), items.has(9), items.has(31), items.size], [false, false, false, 57]);
    assert.equal(all.length, 60);
    assert.deepEqual(
      all.filter(({ audit }) => audit !== null).map(({ item, audit }) => [item, audit]),
      [
        [5, 0.25],
        [9, 0.25],
      ],
    );
  });

  it('are nothing like an audit item that nobody has decided yet, either', async () => {
    const texts = [...sentencesOf(60)];
    texts[59] = `${texts[4] ?? ''} Indeed.`;
    using d = await decided(texts, [60], 59);
    const { learning, all } = await decisionsOf(d.workspace);
    const items = new Set(learning.map(({ item }) => item));
    assert.deepEqual([all.length, items.size, items.has(5)], [59, 58, false]);
  });

  it('say of each label whether there is something to act on, of a second harmless one too', async () => {
    using d = await decided(sentencesOf(60));
    const { workspace } = d;
    const joke = workspace.policies.putLabel({
      ...{ policy: null, name: 'joke', key: null, guidance: '', severity: 0, retired: false },
    });
    const ada = workspace.reviewers.list()[0] ?? assert.fail();
    for (let item = 1; item <= 20; item += 2) decide(workspace, ada, first(item), as(joke), NOW);
    const { learning, neutral } = await decisionsOf(workspace);
    assert.equal(neutral, 'fine');
    const said = new Map(learning.map(({ label, positive }) => [label, positive]));
    assert.deepEqual(Object.fromEntries(said), { joke: false, fine: false, insult: true });
  });

  it('are those of which somebody wants a second opinion, too, and none that somebody doubts', async () => {
    using d = await decided(sentencesOf(60));
    const { workspace } = d;
    const ben = workspace.reviewers.add('Ben', NOW);
    const { items } = drawDoubleReview(workspace, ben, 0.1, NOW);
    assert.equal(items.length, 6);
    const doubted = items[0] ?? 0;
    reopen(workspace, ben, first(doubted), { reason: 'appeal', note: null }, NOW);
    const { all } = await decisionsOf(workspace);
    assert.deepEqual([all.length, all.some(({ item }) => item === doubted)], [59, false]);
  });

  it('say what is missing', async () => {
    using few = await decided(sentencesOf(30));
    await assert.rejects(
      decisionsOf(few.workspace),
      (error) =>
        error instanceof DeskError &&
        /30 of 40 \(fine 15, insult 15\)/.test(error.message) &&
        /10 more/.test(error.remedy),
    );
    using held = await decided(sentencesOf(41), [1, 2, 3]);
    await assert.rejects(decisionsOf(held.workspace), /38 of 40 .*3 that are held back/);
  });

  it('keep near-duplicates on one side, with every label on both', async () => {
    const own = sentencesOf(50);
    using d = await decided([...own, ...own.map((text) => `${text} Yes.`)]);
    const { learning } = await decisionsOf(d.workspace);
    const { train, dev } = withDev(learning);
    const groups = new Set(dev.map(({ group }) => group));
    assert.ok(train.every(({ group }) => !groups.has(group)));
    assert.equal(train.length + dev.length, 100);
    for (const label of ['fine', 'insult'])
      assert.equal(new Set(dev.filter((row) => row.label === label).map(({ group }) => group)).size, 5);
    const folds = dealt(learning, 5);
    for (let fold = 0; fold < 5; fold++) {
      const out = learning.filter(({ group }) => folds.get(group) === fold);
      assert.deepEqual([out.length, out.filter(({ label }) => label === 'fine').length], [20, 10]);
    }
  });
});
