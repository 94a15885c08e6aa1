import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Database from 'better-sqlite3';
import type { NewRevision } from '../../../desk/store/revisions.ts';
import type { ItemResult } from '../../../desk/store/scores.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Writer } from '../../../desk/writer/writer.ts';
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
const OTHER: NewRevision = { ...BINARY, name: 'another', adapter: null };

async function filled(folder: Folder, count: number): Promise<Workspace> {
  const workspace = Workspace.create(folder.file('w.moderato'));
  await importFiles(workspace, writeRows(folder.file('rows'), messages(1, count)));
  return workspace;
}

describe('scores and jobs', () => {
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
    assert.deepEqual(workspace.counts.languages(), [{ language: 'en', messages: 6 }]);
  });

  it('keeps its counts when texts change, scores are written again, and messages are erased', async () => {
    using folder = new Folder();
    using workspace = await filled(folder, 5);
    const revision = workspace.revisions.ensure(BINARY);
    const run = workspace.scores.startRun(revision, { backend: 'cpu', layout: 'Q8_0', threads: 2 });
    const probabilities = new Float32Array([0.5, 0.5]);
    const scored = [1, 2, 3, 4].map((item) => ({ item, version: 1, status: 'scored', probabilities }) as const);
    workspace.scores.write(run, [...scored, { item: 5, version: 1, status: 'not-read', reason: 'language' }]);
    workspace.scores.write(run, [{ item: 4, version: 1, status: 'not-read', reason: 'over-long' }]);
    workspace.scores.write(run, [{ item: 5, version: 1, status: 'scored', probabilities }]);
    const time = { ms: 1_700_000_000_000 + 60_000, zone: 'utc' } as const;
    const edits = [message({ id: '1', time, edited: { ms: 1_800_000_000_000, zone: 'utc' }, text: ' ' })];
    await importFiles(workspace, writeRows(folder.file('later'), edits, 2_000));
    workspace.erasure.erase([2]);
    assert.deepEqual(workspace.counts.revision(revision.id), {
      scored: 2,
      notRead: { empty: 1, 'over-long': 1 },
      waiting: 0,
    });
    assert.equal(workspace.counts.kinds().deleted, 1);
    assert.deepEqual(workspace.problems(), []);
  });

  it('says so when a count is wrong', async () => {
    using folder = new Folder();
    const path = folder.file('w.moderato');
    (await filled(folder, 2)).close();
    const db = new Database(path);
    db.exec('UPDATE item_counts SET items = items + 1');
    db.close();
    using workspace = Workspace.open(path);
    assert.deepEqual(workspace.problems(), ['the counts of messages are not those of the rows']);
  });

  it('refuses results that are no probabilities of this revision, and keeps none of that batch', async () => {
    using folder = new Folder();
    using workspace = await filled(folder, 2);
    await using writer = Writer.of(workspace);
    const revision = workspace.revisions.ensure(BINARY);
    const run = workspace.scores.startRun(revision, { backend: 'cpu', layout: 'Q8_0', threads: 2 });
    const results = (second: readonly number[]): ItemResult[] => [
      { item: 1, version: 1, status: 'scored', probabilities: new Float32Array([0.5, 0.5]) },
      { item: 2, version: 1, status: 'scored', probabilities: new Float32Array(second) },
    ];
    for (const wrong of [[0.5], [0.5, NaN], [0.2, 0.3, 0.5]])
      await assert.rejects(writer.write('writeScores', { run, results: results(wrong) }), /finite probabilities/);
    assert.equal(workspace.counts.revision(revision.id).scored, 0);
    assert.equal(await writer.write('writeScores', { run, results: results([0.1, 0.9]) }), 2);
    assert.equal(workspace.counts.revision(revision.id).scored, 2);
  });

  it('knows a revision again by base, adapter and depth', async () => {
    using folder = new Folder();
    using workspace = await filled(folder, 1);
    const first = workspace.revisions.ensure(BINARY);
    assert.equal(workspace.revisions.ensure({ ...BINARY, name: 'another name' }).id, first.id);
    assert.notEqual(workspace.revisions.ensure({ ...BINARY, depth: 4 }).id, first.id);
    assert.notEqual(workspace.revisions.ensure({ ...BINARY, adapter: new Uint8Array([9]) }).id, first.id);
    const bare = workspace.revisions.ensure(OTHER);
    assert.equal(workspace.revisions.ensure(OTHER).id, bare.id);
    assert.deepEqual([...(workspace.revisions.adapter(first.id) ?? [])], [1, 2, 3]);
    workspace.revisions.pinLayout(first.id, 'Q8_0');
    assert.equal(workspace.revisions.layout(first.id), 'Q8_0');
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
    const done = workspace.jobs.add({ kind: 'score' }, 1);
    workspace.jobs.change(done, { state: 'done', done: 10, total: 10, report: { scored: 10 } }, 2);
    const open = workspace.jobs.add({ kind: 'import', paths: ['a'] }, 3);
    workspace.jobs.change(open, { state: 'running', done: 0, total: null }, 4);
    workspace.jobs.progress(open, 4, 9, 5);
    workspace.jobs.progress(done, 4, 9, 5);
    workspace.close();
    using again = Workspace.open(folder.file('w.moderato'));
    assert.deepEqual(
      again.jobs.open().map(({ id, input, done: n, total }) => ({ id, input, n, total })),
      [{ id: open, input: { kind: 'import', paths: ['a'] }, n: 4, total: 9 }],
    );
    assert.deepEqual([again.jobs.get(done)?.done, again.jobs.get(done)?.report], [10, { scored: 10 }]);
  });
});
