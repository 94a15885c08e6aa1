import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { ORPCError } from '@orpc/server';
import { Knocking, refused, rows } from './fixtures.ts';

/** A disk of its own for the time of `work`; skips the test where nobody may mount one. */
async function withDisk(t: TestContext, k: Knocking, size: string, work: (place: string) => Promise<void>) {
  const place = k.folder.file('disk');
  mkdirSync(place);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', place]).status !== 0) {
    t.skip('making a small disk needs root: mount -t tmpfs was refused');
    return;
  }
  try {
    await work(place);
  } finally {
    await k.client.workspace.close().catch(() => {});
    spawnSync('umount', [place]);
  }
}

describe('a full disk', () => {
  it('refuses a decision instead of losing it, keeps all that were confirmed, and goes on when there is room', async (t) => {
    await using k = await Knocking.withMessages(20);
    const { client, ids } = k;
    await withDisk(t, k, '2500k', async (place) => {
      const path = `${place}/w.moderato`;
      await client.workspace.copy({ to: path });
      await client.workspace.close();
      await client.workspace.open({ path });
      const confirmed: number[] = [];
      const decide = async (n: number) =>
        await client.review.decide({
          reviewer: ids.ada,
          seen: [{ item: 1 + (n % 20), version: 1 }],
          labels: [ids.insult],
          note: 'because '.repeat(800),
        });
      let full: unknown;
      for (let n = 0; full === undefined && n < 5_000; n++)
        try {
          confirmed.push((await decide(n)).action);
        } catch (error) {
          full = error;
        }
      assert.ok(full instanceof ORPCError);
      assert.equal((full.data as { kind: string }).kind, 'disk-full');
      assert.ok(confirmed.length > 20);
      // What can be read can be read, also when nothing can be written.
      assert.equal((await client.queue.count({ order: 'newest' })).total, 20);
      spawnSync('mount', ['-o', 'remount,size=20m', place]);
      confirmed.push((await decide(0)).action);
      await client.workspace.close();
      await client.workspace.open({ path });
      assert.ok((await client.workspace.check()).whole);
      const verified = await client.audit.verify({});
      assert.ok(verified.whole);
      assert.deepEqual(
        confirmed,
        Array.from({ length: verified.chains[0]?.links ?? 0 }, (_, i) => i + 1),
      );
    });
  });

  it('ends an import with what to do, keeps what is in, and the same import goes on', async (t) => {
    await using k = new Knocking();
    const { client } = k;
    await withDisk(t, k, '4m', async (place) => {
      writeFileSync(k.folder.file('long.csv'), rows(1, 40_000));
      await client.workspace.open({ path: `${place}/w.moderato`, create: 'must' });
      const paths = [k.folder.file('long.csv')];
      const failed = await k.ended((await client.jobs.start({ kind: 'import', paths })).id);
      assert.equal(failed.state, 'failed');
      assert.match(failed.problem?.message ?? '', /no room left/);
      assert.notEqual(failed.problem?.remedy, '');
      spawnSync('mount', ['-o', 'remount,size=100m', place]);
      assert.equal((await k.ended((await client.jobs.start({ kind: 'import', paths })).id)).state, 'done');
      const state = await client.workspace.state();
      assert.ok(state.open && state.counts.kinds.message === 40_000);
      assert.ok((await client.workspace.check()).whole);
    });
  });
});

describe('a disk that cannot be written', () => {
  it('says so, and nothing is made', async (t) => {
    await using k = await Knocking.withMessages(3);
    const { client } = k;
    await withDisk(t, k, '10m', async (place) => {
      const path = `${place}/w.moderato`;
      await client.workspace.copy({ to: path });
      await client.workspace.close();
      spawnSync('mount', ['-o', 'remount,ro', place]);
      await refused(client.workspace.open({ path }), 'read-only');
      await refused(client.workspace.open({ path: `${place}/new.moderato`, create: 'must' }), 'read-only');
      spawnSync('mount', ['-o', 'remount,rw', place]);
      assert.ok((await client.workspace.open({ path })).open);
      rmSync(`${place}/new.moderato`, { force: true });
    });
  });
});
