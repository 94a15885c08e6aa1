import assert from 'node:assert/strict';
import { copyFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { WorkspaceError } from '../../../desk/store/errors.ts';
import { readMigrations } from '../../../desk/store/migrations.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Knocking, refused } from '../door/fixtures.ts';
import { Folder } from './fixtures.ts';

const FIXTURES = new URL('../../fixtures/workspaces/', import.meta.url);
const newest = readMigrations().length;

describe('a workspace of an older schema', () => {
  const released = readdirSync(FIXTURES).filter((name) => name.endsWith('.moderato'));

  it('there is one of each schema but the newest', () => {
    const wanted = Array.from({ length: newest - 1 }, (_, i) => `${String(i + 1).padStart(4, '0')}.moderato`);
    assert.deepEqual(released.sort(), wanted);
  });

  for (const name of released) {
    it(`${name} is brought to the newest, with all that was in it`, () => {
      using folder = new Folder();
      const path = folder.file('w.moderato');
      copyFileSync(new URL(name, FIXTURES), path);
      using workspace = Workspace.open(path);
      assert.deepEqual(workspace.problems(), []);
      assert.equal(workspace.counts.kinds().message, 12);
      assert.equal(workspace.items.versions(3)[0]?.text, 'what message 3 said before');
      assert.equal(workspace.items.raw(5), '{"id":"5","text":"message number 5 about the weather"}');
      assert.deepEqual([...workspace.search.ids('"number 7"')], [7]);
      const [revision] = workspace.revisions.list();
      assert.ok(revision);
      assert.equal(workspace.scores.get(revision.id, 10)?.score, 0.5);
      assert.deepEqual(workspace.counts.revision(revision.id), {
        scored: 10,
        notRead: { 'over-long': 1 },
        waiting: 1,
      });
      assert.deepEqual(workspace.jobs.list(10), []);
    });
  }
});

describe('a workspace of a newer schema', () => {
  const newer = (path: string, sql: string): void => {
    const db = new Database(path);
    db.exec(sql);
    db.pragma(`user_version = ${newest + 1}`);
    db.close();
  };

  it('can be read, says so, and is not changed', async () => {
    await using k = await Knocking.withMessages(5);
    const { client, path, ids } = k;
    await client.workspace.close();
    newer(path, 'CREATE TABLE future (a); ALTER TABLE items ADD COLUMN future TEXT');
    const state = await client.workspace.open({ path });
    assert.ok(state.open && state.readOnly);
    assert.match(state.warnings.join(' '), /newer Moderato.*not changed/);
    assert.equal((await client.queue.count({ order: 'newest' })).total, 5);
    const seen = [{ item: 1, version: 1 }];
    await refused(client.review.decide({ reviewer: ids.ada, seen, labels: [] }), 'newer-version');
    await refused(client.jobs.start({ kind: 'import', paths: ['x'] }), 'newer-version');
    await client.workspace.close();
  });

  it('is refused where it has not what this program reads', async () => {
    await using k = await Knocking.withMessages(1);
    await k.client.workspace.close();
    newer(k.path, 'ALTER TABLE reviews RENAME TO verdicts_of_items');
    await refused(k.client.workspace.open({ path: k.path }), 'newer-version');
    assert.throws(
      () => Workspace.open(k.path),
      (error: unknown) => error instanceof WorkspaceError && error.kind === 'newer-version',
    );
  });
});
