import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { WorkspaceError } from '../../../desk/store/errors.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Folder, checkIntegrity, importFiles, message, messages, rejected, snapshot, writeRows } from './fixtures.ts';

const CHILD = new URL('./import-child.ts', import.meta.url).pathname;

/** Starts an import in a process of its own and kills it once it reports so many rows. */
async function importAndKill(workspace: string, file: string, rows: number): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [CHILD, workspace, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  assert.ok(child.stdout);
  for await (const line of createInterface({ input: child.stdout })) {
    if (Number(line) >= rows) {
      child.kill('SIGKILL');
      break;
    }
  }
  await closed;
  assert.equal(child.signalCode, 'SIGKILL', 'the child was to be killed while it was importing');
}

describe('a workspace after a crash', () => {
  it('is complete and without doubles once the same import has run again, wherever the process was killed', async () => {
    using folder = new Folder();
    const rows = [
      ...messages(1, 14_000),
      ...messages(5_000, 100).map((row) => ({
        ...row,
        text: `${row.text} (edited)`,
        edited: { ms: 1, zone: 'utc' as const },
      })),
      ...new Array<typeof equal>(500).fill(equal),
      rejected(1),
    ];
    const file = writeRows(folder.file('rows'), rows);
    const clean = folder.file('clean.moderato');
    {
      using workspace = Workspace.create(clean);
      await importFiles(workspace, file);
    }
    const killed = folder.file('killed.moderato');
    for (const at of [1, 4_100, 9_000, 13_900]) await importAndKill(killed, file, at);
    {
      using workspace = Workspace.open(killed);
      const { total } = await importFiles(workspace, file);
      assert.equal(total.rows, rows.length);
    }
    checkIntegrity(killed);
    assert.deepEqual(snapshot(killed), snapshot(clean));
  });

  it('keeps what was committed when the disk is full, and goes on when there is room', async (t) => {
    using folder = new Folder();
    const mount = folder.file('small');
    mkdirSync(mount);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'none', mount]);
    if (mounted.status !== 0) {
      t.skip('making a small disk needs root: mount -t tmpfs was refused');
      return;
    }
    try {
      const path = `${mount}/w.moderato`;
      const large = Array.from({ length: 40_000 }, (_, i) =>
        message({ id: String(i), text: `${i} ${Math.sin(i)} ${Math.cos(i)}` }),
      );
      const file = writeRows(folder.file('rows'), large);
      const copy = folder.file('copy.moderato');
      {
        using workspace = Workspace.create(path);
        await assert.rejects(importFiles(workspace, file), (error: unknown) => {
          assert.ok(error instanceof WorkspaceError);
          assert.equal(error.kind, 'disk-full');
          assert.match(error.message, /no room left .* w\.moderato\. What was already saved is kept/);
          return true;
        });
        assert.ok(workspace.counts.kinds().message > 0, 'the batches before are there');
      }
      copyFileSync(path, copy);
      if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
      using workspace = Workspace.open(copy);
      const kept = workspace.counts.kinds().message;
      assert.equal((await importFiles(workspace, file)).total.added, 40_000 - kept);
      checkIntegrity(copy);
    } finally {
      spawnSync('umount', [mount]);
    }
  });

  it('says that a place cannot be written', (t) => {
    using folder = new Folder();
    const mount = folder.file('readonly');
    mkdirSync(mount);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'none', mount]).status !== 0) {
      t.skip('making a read-only disk needs root: mount -t tmpfs was refused');
      return;
    }
    try {
      assert.throws(() => Workspace.create(`${mount}/w.moderato`), { name: 'WorkspaceError', kind: 'read-only' });
    } finally {
      spawnSync('umount', [mount]);
    }
  });
});

const equal = message({ id: null, text: 'the same words without an id' });
