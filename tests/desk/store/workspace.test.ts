import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { WorkspaceError, type WorkspaceProblem } from '../../../desk/store/errors.ts';
import { locate } from '../../../desk/store/location.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Folder, importFiles, messages, writeRows } from './fixtures.ts';

/** Asserts that the file is refused with this kind, by a sentence that names it and a remedy. */
function refuses(path: string, kind: WorkspaceProblem, sentence: RegExp): void {
  assert.throws(
    () => Workspace.open(path, { busyTimeout: 50 }).close(),
    (error: unknown) => {
      assert.ok(error instanceof WorkspaceError, String(error));
      assert.equal(error.kind, kind, error.message);
      assert.match(error.message, sentence);
      assert.ok(error.remedy.length > 20);
      return true;
    },
  );
}

async function filled(folder: Folder, count = 2_000): Promise<string> {
  const path = folder.file('w.moderato');
  using workspace = Workspace.create(path);
  await importFiles(workspace, writeRows(folder.file('rows'), messages(1, count)));
  return path;
}

describe('a workspace', () => {
  it('is one file once it is closed, and holds what was put into it', async () => {
    using folder = new Folder();
    const path = await filled(folder);
    assert.deepEqual(readdirSync(folder.path).sort(), ['rows', 'w.moderato']);
    using workspace = Workspace.open(path);
    assert.equal(workspace.counts.kinds().message, 2_000);
    workspace.settings.set('threshold', 0.5);
    assert.equal(workspace.settings.get('threshold', z.number()), 0.5);
    assert.equal(workspace.settings.get('threshold', z.string()), undefined);
    assert.equal(workspace.settings.get('nothing', z.string()), undefined);
  });

  it('writes through to the disk and checks foreign keys', async () => {
    using folder = new Folder();
    const path = await filled(folder, 10);
    const db = new Database(path);
    try {
      assert.equal(db.pragma('journal_mode', { simple: true }), 'wal');
      assert.equal(db.pragma('application_id', { simple: true }), 0x4d4f4452);
      assert.equal(db.pragma('user_version', { simple: true }), readdirSync('migrations').length);
      assert.deepEqual(db.pragma('foreign_key_check'), []);
    } finally {
      db.close();
    }
  });

  it('is not made over a file that is there', () => {
    using folder = new Folder();
    writeFileSync(folder.file('w.moderato'), 'mine');
    assert.throws(() => Workspace.create(folder.file('w.moderato')), { kind: 'exists' });
    assert.equal(readFileSync(folder.file('w.moderato'), 'utf8'), 'mine');
  });

  it('is refused, with the reason, when it is no workspace', () => {
    using folder = new Folder();
    refuses(folder.file('gone.moderato'), 'missing', /no workspace gone\.moderato/);
    mkdirSync(folder.file('folder'));
    refuses(folder.file('folder'), 'not-a-workspace', /not a file/);
    for (const [name, content, kind] of [
      ['empty', '', 'not-a-workspace'],
      ['text', 'id,text\n1,hello\n', 'not-a-workspace'],
      ['zip', Buffer.concat([Buffer.from('PK\x03\x04'), randomBytes(8_188)]), 'not-a-workspace'],
      ['cut', 'SQLite format 3\0 and no more', 'not-a-workspace'],
      ['random', randomBytes(8_192), 'not-a-workspace'],
    ] as const) {
      writeFileSync(folder.file(name), content);
      refuses(folder.file(name), kind, new RegExp(name));
      assert.deepEqual(readFileSync(folder.file(name)), Buffer.from(content), 'the file was not touched');
    }
  });

  it('is refused when it is the database of another program, which is not touched', () => {
    using folder = new Folder();
    const path = folder.file('other.db');
    const db = new Database(path);
    db.exec('CREATE TABLE items (id INTEGER); INSERT INTO items VALUES (1)');
    db.close();
    const before = readFileSync(path);
    refuses(path, 'not-a-workspace', /database of another program/);
    assert.deepEqual(readFileSync(path), before);
    assert.deepEqual(readdirSync(folder.path), ['other.db']);
  });

  it('is refused when it is encrypted', async () => {
    using folder = new Folder();
    const path = await filled(folder, 100);
    const db = new Database(path);
    db.pragma('journal_mode = DELETE');
    db.pragma("cipher = 'chacha20'");
    db.pragma("rekey = 'a passphrase'");
    db.close();
    refuses(path, 'encrypted', /is encrypted/);
  });

  it('is refused when a newer program made it, and not touched', async () => {
    using folder = new Folder();
    const path = await filled(folder, 10);
    const db = new Database(path);
    db.pragma('user_version = 7');
    db.pragma('journal_mode = DELETE');
    db.close();
    const before = readFileSync(path);
    refuses(path, 'newer-version', /newer Moderato \(schema 7, this program knows \d\)/);
    assert.deepEqual(readFileSync(path), before);
  });

  it('is refused when the newer version still stands in its log', async () => {
    using folder = new Folder();
    const path = await filled(folder, 10);
    const db = new Database(path);
    db.pragma('user_version = 7');
    refuses(path, 'newer-version', /schema 7/);
    db.close();
  });

  it('is refused when somebody changed its tables', async () => {
    for (const change of [
      'CREATE TRIGGER t AFTER INSERT ON scores BEGIN DELETE FROM items; END',
      'CREATE VIEW v AS SELECT 1',
      'DROP TABLE jobs',
      'ALTER TABLE items ADD COLUMN more TEXT',
      "UPDATE migrations SET checksum = x'00'",
    ]) {
      using folder = new Folder();
      const path = await filled(folder, 10);
      const db = new Database(path);
      db.exec(change);
      db.close();
      refuses(path, 'altered', /changed by another program/);
    }
  });

  it('is refused when it is damaged', async () => {
    using folder = new Folder();
    const path = await filled(folder);
    const whole = readFileSync(path);
    const pages = whole.length / 4096;
    let refused = 0;
    for (let page = 2; page < pages; page += Math.ceil(pages / 12)) {
      const damaged = Buffer.from(whole);
      damaged.fill(0x5a, page * 4096, page * 4096 + 64);
      writeFileSync(path, damaged);
      try {
        Workspace.open(path).close();
      } catch (error) {
        assert.ok(error instanceof WorkspaceError && ['corrupt', 'altered'].includes(error.kind), String(error));
        refused++;
      }
    }
    // A page that holds nothing but the tail of one long value may take any bytes.
    assert.ok(refused >= 9, `${refused} of 12 damaged files were refused`);
    writeFileSync(path, whole);
    truncateSync(path, statSync(path).size - 3 * 4096);
    refuses(path, 'corrupt', /damaged/);
  });

  it('is checked page by page when it is small or comes from elsewhere, else opened at once', async () => {
    using folder = new Folder();
    const path = await filled(folder, 100);
    const [here, elsewhere] = [folder.file('here-key'), folder.file('elsewhere-key')];
    const open = (machineKeyFile: string, small: number): void =>
      Workspace.open(path, { machineKeyFile, small }).close();
    open(here, 0);
    // Damage in a page that opening alone does not read.
    const db = new Database(path);
    const root = Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'items_by_time'").pluck().get());
    db.close();
    const damaged = readFileSync(path);
    damaged.fill(0x5a, (root - 1) * 4096, (root - 1) * 4096 + 64);
    writeFileSync(path, damaged);
    assert.doesNotThrow(() => open(here, 0), 'a large workspace of this computer opens at once');
    for (const check of [() => open(elsewhere, 0), () => open(here, 1 << 30)])
      assert.throws(check, { kind: 'corrupt' });
    assert.throws(() => Workspace.open(path, { machineKeyFile: here, small: 0, check: 'always' }), { kind: 'corrupt' });
    assert.throws(() => open('/dev/null/no-key', 0), { kind: 'corrupt' }, 'without a key everything is foreign');
  });

  it('says so when another program does not let go of it', async () => {
    using folder = new Folder();
    const path = await filled(folder, 10);
    using workspace = Workspace.open(path, { busyTimeout: 50 });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await assert.rejects(importFiles(workspace, writeRows(folder.file('more'), messages(100, 10))), {
      name: 'WorkspaceError',
      kind: 'locked',
    });
    other.exec('ROLLBACK');
    other.close();
    assert.equal((await importFiles(workspace, folder.file('more'))).total.added, 10);
  });

  it('may be opened twice: each sees what the other wrote', async () => {
    using folder = new Folder();
    const path = await filled(folder, 10);
    using one = Workspace.open(path);
    using two = Workspace.open(path);
    await importFiles(one, writeRows(folder.file('more'), messages(100, 10)));
    assert.equal(two.counts.kinds().message, 20);
    await importFiles(two, writeRows(folder.file('still more'), messages(200, 10)));
    assert.equal(one.counts.kinds().message, 30);
  });

  it('warns about folders that are copied or shared over a network, and writes carefully there', async () => {
    assert.equal(locate('/home/ada/w.moderato', 0xef53).kind, 'local');
    assert.equal(locate('/home/ada/Dropbox (Work)/w.moderato', 0xef53).kind, 'synced');
    assert.equal(locate('/Users/ada/Library/Mobile Documents/x/w.moderato', 0xef53).kind, 'synced');
    assert.equal(locate('/mnt/share/w.moderato', 0x6969).kind, 'network');
    assert.equal(locate('/mnt/share/w.moderato', 0xff534d42 | 0).kind, 'network');
    using folder = new Folder();
    mkdirSync(folder.file('OneDrive'));
    using workspace = Workspace.create(folder.file('OneDrive/w.moderato'));
    assert.match(workspace.warnings.join(), /OneDrive/);
    await importFiles(workspace, writeRows(folder.file('rows'), messages(1, 10)));
    assert.deepEqual(readdirSync(folder.file('OneDrive')), ['w.moderato']);
  });
});
