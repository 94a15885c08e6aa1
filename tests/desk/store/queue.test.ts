import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { NewRevision, Revision } from '../../../desk/store/revisions.ts';
import type { ItemResult } from '../../../desk/store/scores.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Folder, importFiles, message, messages, writeRows } from './fixtures.ts';

const BINARY: NewRevision = {
  name: 'two labels',
  base: { name: 'base', sha256: 'ab'.repeat(32) },
  adapter: new Uint8Array([1, 2, 3]),
  depth: 8,
  labels: ['fine', 'abusive'],
  fineLabel: 0,
  languages: ['en'],
};
const THREE: NewRevision = {
  ...BINARY,
  name: 'three',
  adapter: null,
  labels: ['insult', 'fine', 'threat'],
  fineLabel: 1,
};

async function filled(folder: Folder, count: number): Promise<Workspace> {
  const workspace = Workspace.create(folder.file('w.moderato'));
  await importFiles(workspace, writeRows(folder.file('rows'), messages(1, count)));
  return workspace;
}

function score(workspace: Workspace, revision: Revision, probabilities: (id: number) => readonly number[]): void {
  const run = workspace.scores.startRun(revision, { backend: 'cpu', layout: 'Q8_0', threads: 2 });
  const results = workspace.items.unscored(revision.id, 0, 1_000).map(({ id, version }): ItemResult => ({
    item: id,
    version,
    status: 'scored',
    probabilities: new Float32Array(probabilities(id)),
  }));
  assert.equal(workspace.scores.write(run, results), results.length);
}

describe('the queue', () => {
  it('gives every scored item once, by falling score, however it is cut into pages', async () => {
    using folder = new Folder();
    using workspace = await filled(folder, 40);
    const revision = workspace.revisions.ensure(BINARY);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0.25, 0.5, 0.75, 1), { minLength: 40, maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (scores, size) => {
          workspace.scores.clear(revision.id);
          score(workspace, revision, (id) => [1 - (scores[id - 1] ?? 0), scores[id - 1] ?? 0]);
          const seen: (readonly [number, number])[] = [];
          for (let page = workspace.queue.ranked(revision.id, size); page.length > 0;) {
            seen.push(...page.map(({ score: value, item }) => [value, item.id] as const));
            const [value, item] = seen.at(-1) ?? [0, 0];
            page = workspace.queue.ranked(revision.id, size, { score: value, item });
          }
          const expected = scores.map((value, i) => [value, i + 1] as const).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
          assert.deepEqual(seen, expected);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('has an order of its own for each label but "fine"', async () => {
    using folder = new Folder();
    using workspace = await filled(folder, 3);
    const revision = workspace.revisions.ensure(THREE);
    const probabilities = [
      [0.7, 0.25, 0.05],
      [0.1, 0.5, 0.4],
      [0.3, 0.1, 0.6],
    ];
    score(workspace, revision, (id) => probabilities[id - 1] ?? []);
    const order = (label?: number): number[] =>
      (label === undefined
        ? workspace.queue.ranked(revision.id, 9)
        : workspace.queue.byLabel(revision.id, label, 9)
      ).map(({ item }) => item.id);
    assert.deepEqual(order(), [3, 1, 2]);
    assert.deepEqual(order(0), [1, 3, 2]);
    assert.deepEqual(order(2), [3, 2, 1]);
    assert.deepEqual(order(1), []);
    // Scored once more, nothing stands in a queue twice.
    const run = workspace.scores.startRun(revision, { backend: 'cuda', layout: 'F16', threads: 1 });
    workspace.scores.write(run, [
      { item: 1, version: 1, status: 'scored', probabilities: new Float32Array([0, 1, 0]) },
    ]);
    assert.deepEqual(order(0), [3, 2, 1]);
    assert.equal(workspace.scores.get(revision.id, 1)?.backend, 'cuda');
    workspace.scores.write(run, [{ item: 3, version: 1, status: 'not-read', reason: 'engine-failed' }]);
    assert.deepEqual(
      [order(), order(2)],
      [
        [2, 1],
        [2, 1],
      ],
    );
  });

  it('counts what was read, what was not and why, and what still waits', async () => {
    using folder = new Folder();
    using workspace = await filled(folder, 6);
    const rows = [
      message({ id: 'e', text: ' ' }),
      message({ id: 'm', kind: 'media-only', text: '' }),
      message({ id: 's', kind: 'system', text: 'x' }),
    ];
    await importFiles(workspace, writeRows(folder.file('more'), rows));
    const revision = workspace.revisions.ensure(BINARY);
    const run = workspace.scores.startRun(revision, { backend: 'cpu', layout: 'Q8_0', threads: 2 });
    workspace.scores.write(run, [
      { item: 1, version: 1, status: 'scored', probabilities: new Float32Array([0.5, 0.5]) },
      { item: 2, version: 1, status: 'not-read', reason: 'over-long' },
      { item: 3, version: 1, status: 'not-read', reason: 'language' },
    ]);
    assert.deepEqual(workspace.counts.revision(revision.id), {
      scored: 1,
      notRead: { empty: 1, 'media-only': 1, 'over-long': 1, language: 1 },
      waiting: 3,
    });
    assert.equal(workspace.items.countUnscored(revision.id), 3);
    assert.deepEqual(
      workspace.queue.notRead(revision.id, 'over-long', 9).map(({ id }) => id),
      [2],
    );
    assert.deepEqual(
      workspace.queue.notRead(revision.id, 'empty', 9).map(({ messageId }) => messageId),
      ['e'],
    );
    assert.deepEqual(
      workspace.queue.notRead(revision.id, 'media-only', 9).map(({ messageId }) => messageId),
      ['m'],
    );
    assert.deepEqual(workspace.counts.languages(), [{ language: 'en', messages: 6 }]);
  });

  it('refuses results that are no probabilities of this revision, and keeps none of that batch', async () => {
    using folder = new Folder();
    using workspace = await filled(folder, 2);
    const revision = workspace.revisions.ensure(BINARY);
    const run = workspace.scores.startRun(revision, { backend: 'cpu', layout: 'Q8_0', threads: 2 });
    for (const wrong of [[0.5], [0.5, NaN], [0.2, 0.3, 0.5]]) {
      assert.throws(
        () =>
          workspace.scores.write(run, [
            { item: 1, version: 1, status: 'scored', probabilities: new Float32Array([0.5, 0.5]) },
            { item: 2, version: 1, status: 'scored', probabilities: new Float32Array(wrong) },
          ]),
        RangeError,
      );
    }
    assert.equal(workspace.counts.revision(revision.id).scored, 0);
  });

  it('knows a revision again by base, adapter and depth', async () => {
    using folder = new Folder();
    using workspace = await filled(folder, 1);
    const first = workspace.revisions.ensure(BINARY);
    assert.equal(workspace.revisions.ensure({ ...BINARY, name: 'another name' }).id, first.id);
    assert.notEqual(workspace.revisions.ensure({ ...BINARY, depth: 4 }).id, first.id);
    assert.notEqual(workspace.revisions.ensure({ ...BINARY, adapter: new Uint8Array([9]) }).id, first.id);
    const bare = workspace.revisions.ensure(THREE);
    assert.equal(workspace.revisions.ensure(THREE).id, bare.id);
    assert.deepEqual([...(workspace.revisions.adapter(first.id) ?? [])], [1, 2, 3]);
    workspace.revisions.pinLayout(first.id, 'Q8_0');
    assert.equal(workspace.revisions.get(first.id)?.layout, 'Q8_0');
    assert.equal(workspace.revisions.list().length, 4);
  });

  it('shows an item between its neighbours in time in the same channel', async () => {
    using folder = new Folder();
    using workspace = Workspace.create(folder.file('w.moderato'));
    const rows = messages(1, 9).map((row, i) => (i % 3 === 2 ? { ...row, channel: { id: 'c2', name: 'other' } } : row));
    await importFiles(workspace, writeRows(folder.file('rows'), rows.reverse()));
    const item = workspace.items.byMessage('discord', 'c1', '5');
    const context = workspace.items.context(item?.id ?? 0, 2, 2);
    assert.deepEqual(
      context?.before.map(({ messageId }) => messageId),
      ['2', '4'],
    );
    assert.deepEqual(
      context.after.map(({ messageId }) => messageId),
      ['7', '8'],
    );
  });

  it('keeps jobs that were broken off', async () => {
    using folder = new Folder();
    const workspace = await filled(folder, 1);
    const done = workspace.jobs.start('score', 10, { revision: 1 });
    workspace.jobs.end(done, 'done');
    const open = workspace.jobs.start('score', null, { revision: 2 });
    workspace.jobs.update(open, 4, { revision: 2, after: 17 });
    workspace.close();
    using again = Workspace.open(folder.file('w.moderato'));
    assert.deepEqual(
      again.jobs.running('score').map(({ id, done: n, detail }) => ({ id, n, detail })),
      [{ id: open, n: 4, detail: { revision: 2, after: 17 } }],
    );
  });
});
