import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import { Desk } from '../../../desk/desk.ts';
import { router } from '../../../desk/door/router.ts';
import { places } from '../../../desk/models/places.ts';
import { WorkspaceLock } from '../../../desk/store/lock.ts';
import { WorkspaceError } from '../../../desk/store/errors.ts';
import { Supervisor } from '../../../desk/supervisor.ts';
import { Folder } from '../store/fixtures.ts';
import { Knocking, refused, rows } from './fixtures.ts';

const MARKER = 'XMARKERX';
const marked = `id,text,author,channel,time\n1,the ${MARKER} is here,Ada${MARKER},general,2026-03-02T10:00:00Z\n`;
const passphrase = 'correct horse battery';
const secret = { kind: 'passphrase', passphrase } as const;

/** Files of the folder, without what was imported, that hold the marker. */
const filesWithMarker = (folder: Folder): string[] =>
  readdirSync(folder.path).filter((name) => !name.endsWith('.csv') && readFileSync(folder.file(name)).includes(MARKER));

describe('the end of the program', () => {
  it('waits for what is being erased: no page of the file holds it then', async () => {
    await using k = await Knocking.withMessages(1);
    const { client, desk, folder, ids, path } = k;
    await k.import('marked.csv', marked.replace('\n1,', '\n70,'));
    assert.notDeepEqual(filesWithMarker(folder), []);
    let erased = 0;
    const erasing = client.audit.erase({ reviewer: ids.ada, items: [2], reason: 'asked to' });
    void erasing.then(({ items }) => (erased = items));
    while (desk.state().open) await setImmediate();
    await desk[Symbol.asyncDispose]();
    assert.equal(erased, 1);
    assert.deepEqual(filesWithMarker(folder), []);
    assert.deepEqual(desk.state(), { open: false, locked: null });
    WorkspaceLock.take(path)[Symbol.dispose]();
  });
});

describe('encryption', () => {
  it('of what is there, another passphrase, and none again: each opens only with what belongs to it', async () => {
    await using k = new Knocking();
    const { client, path, folder } = k;
    await client.workspace.open({ path, create: 'must' });
    await k.import('marked.csv', marked);
    await client.workspace.close();
    assert.deepEqual(filesWithMarker(folder), ['w.moderato']);
    await client.workspace.open({ path });
    const first = await client.workspace.protect({ passphrase });
    assert.match(first.recoveryKey, /^([0-9A-Z]{4}-){13}[0-9A-Z]{4}$/);
    const state = await client.workspace.state();
    assert.ok(state.open && state.encrypted);
    assert.equal((await client.queue.count({ order: 'newest', filter: { text: MARKER } })).total, 1);
    assert.deepEqual(filesWithMarker(folder), []);
    await client.workspace.close();
    await refused(client.workspace.open({ path }), 'encrypted');
    await refused(
      client.workspace.open({ path, secret: { kind: 'passphrase', passphrase: 'wrong one' } }),
      'wrong-secret',
    );
    const typed = first.recoveryKey.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o');
    await client.workspace.open({ path, secret: { kind: 'recovery-key', key: typed } });
    await refused(client.workspace.protect({ passphrase: 'another passphrase' }), 'bad-input');
    const wrong = { kind: 'passphrase', passphrase: 'wrong one' } as const;
    await refused(client.workspace.protect({ passphrase: 'another passphrase', secret: wrong }), 'wrong-secret');
    assert.ok((await client.workspace.state()).open, 'whoever does not know it disturbs nobody');
    await client.workspace.protect({ passphrase: 'another passphrase', secret });
    await client.workspace.close();
    await refused(
      client.workspace.open({ path, secret: { kind: 'recovery-key', key: first.recoveryKey } }),
      'wrong-secret',
    );
    await refused(
      client.workspace.open({ path, secret: { kind: 'recovery-key', key: first.recoveryKey.slice(1) } }),
      'wrong-secret',
    );
    await client.workspace.open({ path, secret: { kind: 'passphrase', passphrase: 'another passphrase' } });
    await client.workspace.unprotect({ secret: { kind: 'passphrase', passphrase: 'another passphrase' } });
    await client.workspace.close();
    await client.workspace.open({ path });
    assert.ok((await client.workspace.check()).whole);
  });

  it('from the start keeps every file that is written unreadable, while it is worked on', async () => {
    await using k = new Knocking();
    const { client, path, folder } = k;
    await client.workspace.open({ path, create: 'must', secret });
    await k.import('marked.csv', marked);
    await k.import('more.csv', rows(10, 500));
    const { id: reviewer } = await client.reviewers.add({ name: 'Ada' });
    await client.review.note({ reviewer, seen: { item: 1, version: 1 }, note: `seen ${MARKER}` });
    assert.deepEqual(filesWithMarker(folder), []);
    await client.workspace.copy({ to: folder.file('copy.moderato') });
    assert.deepEqual(filesWithMarker(folder), []);
    await client.workspace.close();
    await refused(client.workspace.open({ path: folder.file('copy.moderato') }), 'encrypted');
    await client.workspace.open({ path: folder.file('copy.moderato'), secret });
    assert.ok((await client.workspace.check()).whole);
  });

  it('locks, shows nothing, and opens again', async () => {
    await using k = new Knocking();
    const { client, path } = k;
    await client.workspace.open({ path, create: 'must' });
    await k.import('marked.csv', marked);
    await refused(client.workspace.lock(), 'not-allowed');
    await client.workspace.protect({ passphrase });
    assert.deepEqual(await client.workspace.lock(), { open: false, locked: path });
    await refused(client.queue.page({}), 'no-workspace');
    await refused(client.workspace.unlock({ secret: { kind: 'passphrase', passphrase: 'nonsense' } }), 'wrong-secret');
    assert.ok((await client.workspace.unlock({ secret })).open);
  });

  it('locks what is new and has nothing in it yet, too, and leaves its file there', async () => {
    await using k = new Knocking();
    const { client, path } = k;
    await client.workspace.open({ path, create: 'must', secret });
    await client.workspace.lock();
    assert.ok((await client.workspace.unlock({ secret })).open);
  });

  it('locks when the computer sleeps, unless that was switched off, and only what is encrypted', async () => {
    using folder = new Folder();
    const preferencesFile = folder.file('preferences.json');
    const supervisor = new Supervisor(() => {
      throw new Error('no engine in this test');
    });
    await using desk = new Desk({ places: { ...places(), preferencesFile }, supervisor });
    const client = createRouterClient(router, { context: { desk } });
    const path = folder.file('w.moderato');
    await desk.suspend();
    await client.workspace.open({ path, create: 'must' });
    await desk.suspend();
    assert.ok((await client.workspace.state()).open, 'what is not encrypted stays open');
    await client.workspace.protect({ passphrase });
    await client.preferences.set({ lockOnSuspend: false });
    await desk.suspend();
    assert.ok((await client.workspace.state()).open);
    await client.preferences.set({ lockOnSuspend: true });
    await desk.suspend();
    assert.deepEqual(await client.workspace.state(), { open: false, locked: path });
  });
});

describe('a workspace', () => {
  it('is worked on by one desk at a time', async () => {
    await using one = new Knocking();
    await using two = new Knocking(one.folder);
    await one.client.workspace.open({ path: one.path, create: 'may' });
    await one.import('marked.csv', marked);
    await refused(two.client.workspace.open({ path: two.path }), 'in-use');
    await one.client.workspace.close();
    assert.ok(!existsSync(`${one.path}-lock`));
    assert.ok((await two.client.workspace.open({ path: two.path })).open);
  });

  it('is free again when the process that had it was killed, and says who has it before', async () => {
    using folder = new Folder();
    const file = folder.file('w.moderato');
    const script = `import { WorkspaceLock } from ${JSON.stringify(new URL('../../../desk/store/lock.ts', import.meta.url).href)};
      globalThis.lock = WorkspaceLock.take(${JSON.stringify(file)}); console.log('taken'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    assert.throws(
      () => WorkspaceLock.take(file),
      (error: unknown) => error instanceof WorkspaceError && error.message.includes(String(child.pid)),
    );
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.ok(existsSync(`${file}-lock`), 'the killed process left its file');
    using lock = WorkspaceLock.take(file);
    assert.throws(() => WorkspaceLock.take(file), WorkspaceError);
    lock[Symbol.dispose]();
    WorkspaceLock.take(file)[Symbol.dispose]();
  });
});
