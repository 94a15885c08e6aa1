import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { SALT_BYTES, keyOf } from '../../../desk/store/secret.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { RowWriter } from '../../../desk/tables/writer.ts';
import type { Start } from '../../../desk/contract/jobs.ts';
import { Knocking, type Ids } from '../door/fixtures.ts';

type Writing = Extract<Start, { path: string }>;

/** Every job that writes a file. */
const writing = (path: string, { ada }: Ids): Writing[] => [
  { kind: 'export', path, format: 'csv' },
  { kind: 'export', path, format: 'parquet' },
  { kind: 'sign', path, reviewer: ada },
  { kind: 'report', path, reviewer: ada, texts: true },
  { kind: 'evidence', path, reviewer: ada, items: [1], names: false, before: 1, after: 1 },
];

async function decided(): Promise<Knocking & { readonly ids: Ids }> {
  const k = await Knocking.withMessages(3);
  await k.client.review.decide({ reviewer: k.ids.ada, seen: [{ item: 1, version: 1 }], labels: [k.ids.insult] });
  return k;
}

const sayingOf = async (k: Knocking, start: Writing): Promise<string> => {
  const job = await k.ended((await k.client.jobs.start(start)).id);
  return job.problem?.message ?? job.state;
};

describe('a file that a job writes', () => {
  it('never takes the place of a workspace, of what belongs to one, or of an export that was read', async () => {
    await using k = await decided();
    const { folder, ids, path } = k;
    const other = folder.file('other.moderato');
    Workspace.create(other).close();
    const salt = Buffer.alloc(SALT_BYTES, 7);
    const key = await keyOf({ kind: 'passphrase', passphrase: 'correct horse' }, salt);
    Workspace.create(folder.file('locked.moderato'), { key, salt }).close();
    new Database(folder.file('notes.db')).exec('CREATE TABLE notes (words TEXT)').close();
    symlinkSync(other, folder.file('link.csv'));
    symlinkSync(folder.file('first.csv'), folder.file('again.csv'));
    const cases: readonly (readonly [string, RegExp])[] = [
      [path, /is the workspace that is open/],
      [`${path}-wal`, /belongs to the workspace w\.moderato/],
      [`${path}-lock`, /belongs to the workspace/],
      [`${path}-training`, /belongs to the workspace/],
      [other, /is a workspace or another database/],
      [`${other}-wal`, /belongs to the workspace other\.moderato/],
      [folder.file('locked.moderato'), /is a workspace/],
      [folder.file('notes.db'), /another database/],
      [folder.file('link.csv'), /is a workspace/],
      [folder.file('first.csv'), /is an export that was read/],
      [folder.file('again.csv'), /is an export that was read/],
      [folder.path, /is no ordinary file/],
    ];
    const bytes = (): unknown =>
      readdirSync(folder.path)
        // The log is written while the desk works.
        .filter((name) => !name.startsWith('w.moderato'))
        .map((name) => [name, readFileSync(folder.file(name)).toString('base64')]);
    const before = bytes();
    const links = k.desk.opened.workspace.links.end(ids.ada)?.seq;
    for (const [target, said] of cases)
      for (const start of writing(target, ids)) {
        assert.match(await sayingOf(k, start), said, `${start.kind} to ${basename(target)}`);
        assert.deepEqual(bytes(), before, `${start.kind} to ${basename(target)}`);
      }
    assert.equal(k.desk.opened.workspace.links.end(ids.ada)?.seq, links, 'nothing is said to have left');
    assert.equal((await k.client.workspace.check()).problems.length, 0);
  });

  it('does not go through a link that lies in its way, and takes the place of its own remains', async () => {
    await using k = await decided();
    const { folder, ids } = k;
    writeFileSync(folder.file('mine.txt'), 'mine');
    for (const { kind, ...start } of writing(folder.file('out'), ids)) {
      symlinkSync(folder.file('mine.txt'), folder.file('out.part'));
      assert.equal(await sayingOf(k, { kind, ...start } as Writing), 'done', kind);
      writeFileSync(folder.file('out.part'), 'half a file of a run that was killed');
      assert.equal(await sayingOf(k, { kind, ...start } as Writing), 'done', kind);
    }
    assert.equal(readFileSync(folder.file('mine.txt'), 'utf8'), 'mine');
    assert.ok(!existsSync(folder.file('out.part')));
    new Database(folder.file('out.part')).exec('CREATE TABLE notes (words TEXT)').close();
    for (const start of writing(folder.file('out'), ids)) assert.match(await sayingOf(k, start), /another database/);
    assert.ok(existsSync(folder.file('out.part')));
  });

  it('is read by its owner alone', { skip: process.platform === 'win32' && 'no modes there' }, async () => {
    await using k = await decided();
    const { folder, ids } = k;
    for (const start of writing(folder.file('out'), ids)) {
      writeFileSync(folder.file('out'), 'before');
      chmodSync(folder.file('out'), 0o644);
      assert.equal(await sayingOf(k, start), 'done');
      assert.equal(statSync(folder.file('out')).mode & 0o777, 0o600, start.kind);
    }
  });
});

describe('scored rows', () => {
  it('never take the place of a workspace, nor of the rows that they are made of', async () => {
    await using k = await decided();
    const { folder, path } = k;
    const from = folder.file('first.csv');
    const to = (file: string) => () => new RowWriter({ to: file, format: 'csv', labels: [], from });
    assert.throws(to(path), /workspace/);
    assert.throws(to(from), /is an export that was read/);
    const writer = to(folder.file('scored.csv'))();
    await writer.finish();
    assert.ok(existsSync(folder.file('scored.csv')));
  });
});
