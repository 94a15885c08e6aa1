import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ORPCError } from '@orpc/server';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Knocking, refused, rows } from './fixtures.ts';

const badRequest = (error: unknown): boolean => error instanceof ORPCError && error.code === 'BAD_REQUEST';

describe('the door', () => {
  it('refuses what does not fit before anything happens', async () => {
    await using k = await Knocking.withMessages(4);
    const { client, ids } = k;
    const wrong: unknown[] = [
      {},
      { reviewer: ids.ada, seen: [], labels: [] },
      { reviewer: 'Ada', seen: [{ item: 1, version: 1 }], labels: [] },
      { reviewer: ids.ada, seen: [{ item: 1, version: 1 }], labels: [], more: 1 },
      { reviewer: ids.ada, seen: [{ item: -1, version: 1 }], labels: [] },
      { reviewer: ids.ada, seen: [{ item: 1.5, version: 1 }], labels: [] },
      { reviewer: ids.ada, seen: [{ item: 1, version: 1 }], labels: [], note: 'x'.repeat(10_001) },
    ];
    for (const input of wrong) await assert.rejects(client.review.decide(input as never), badRequest);
    assert.deepEqual(
      (await client.audit.verify({})).chains.map(({ links }) => links),
      [0, 0],
    );
  });

  it('says what is missing, and what to do', async () => {
    await using k = new Knocking();
    await refused(k.client.queue.page({}), 'no-workspace');
    await refused(k.client.workspace.open({ path: k.path }), 'missing');
    await k.client.workspace.open({ path: k.path, create: 'may' });
    await refused(k.client.workspace.open({ path: k.folder.file('other'), create: 'may' }), 'conflict');
    await refused(k.client.review.undo({ reviewer: 1 }), 'no-reviewer');
    await refused(k.client.jobs.get({ job: 9 }), 'not-found');
    await refused(k.client.queue.item({ item: 9 }), 'not-found');
    await refused(k.client.queue.explain({ item: 9 }), 'not-found');
  });

  it('removes a workspace that it made for nothing, and no other', async () => {
    await using k = new Knocking();
    const { client, path } = k;
    await client.workspace.open({ path, create: 'may' });
    await client.workspace.close();
    assert.ok(!existsSync(path));
    Workspace.create(path).close();
    await client.workspace.open({ path, create: 'may' });
    await client.workspace.close();
    assert.ok(existsSync(path));
  });

  it('decides, takes back and does again, and tells who listens', async () => {
    await using k = await Knocking.withMessages(6);
    const { client, ids } = k;
    const abort = new AbortController();
    const heard: number[][] = [];
    const listening = (async () => {
      for await (const event of await client.events(undefined, { signal: abort.signal }))
        if (event.kind === 'items' && event.items !== null) heard.push(event.items);
    })();
    await new Promise(setImmediate);
    const seen = [1, 2].map((item) => ({ item, version: 1 }));
    await client.review.decide({ reviewer: ids.ada, seen, labels: [ids.insult], note: 'both the same' });
    const decided = await client.queue.page({ order: 'newest', filter: { statuses: ['decided'] } });
    assert.deepEqual(
      decided.entries.map(({ message, labels }) => [message.id, labels]),
      [
        [2, [ids.insult]],
        [1, [ids.insult]],
      ],
    );
    await client.review.undo({ reviewer: ids.ada });
    assert.equal((await client.queue.count({ order: 'newest', filter: { statuses: ['decided'] } })).total, 0);
    await client.review.redo({ reviewer: ids.ada });
    const history = await client.review.history({ item: 1 });
    assert.deepEqual(
      history.map(({ kind, labels, note, undone }) => [kind, labels, note, undone]),
      [['decide', ['insult'], 'both the same', false]],
    );
    abort.abort();
    await listening.catch(() => {});
    assert.deepEqual(heard, [
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  it('opens a workspace instead of another, which stays where the one that was asked for is refused', async () => {
    await using k = await Knocking.withMessages(3);
    const { client, folder } = k;
    const [other, broken] = [folder.file('other.moderato'), folder.file('broken.moderato')];
    await client.workspace.copy({ to: other });
    writeFileSync(broken, 'this is none');
    const pathNow = async (): Promise<string | null> => {
      const state = await client.workspace.state();
      return state.open ? state.path : null;
    };
    await refused(client.workspace.open({ path: broken, instead: true }), 'not-a-workspace');
    await refused(client.workspace.open({ path: folder.file('none.moderato'), instead: true }), 'missing');
    assert.equal(await pathNow(), k.path);
    assert.equal((await client.queue.count({ order: 'newest' })).total, 3);
    await refused(client.workspace.open({ path: other }), 'conflict');
    await client.workspace.open({ path: other, instead: true });
    assert.equal(await pathNow(), other);
    // The one before is let go of, and the one that is open can be asked for again.
    await client.workspace.open({ path: other, instead: true });
    await client.workspace.open({ path: k.path, instead: true });
    assert.equal(await pathNow(), k.path);
  });

  it('decides all that a filter hits, if that is as many as were seen', async () => {
    await using k = await Knocking.withMessages(20);
    const { client, ids } = k;
    const facets = await client.queue.facets();
    const games = facets.channels.find(({ name }) => name === 'games');
    assert.equal(games?.items, 10);
    const filter = { channels: [games.id] };
    const input = { reviewer: ids.ada, filter, order: 'newest' as const, labels: [ids.fine] };
    await refused(client.review.decideAll({ ...input, expected: 9 }), 'changed');
    const { items } = await client.review.decideAll({ ...input, expected: 10 });
    assert.equal(items.length, 10);
    await client.review.undo({ reviewer: ids.ada });
    assert.equal(
      (await client.workspace.state()).open &&
        (await client.queue.count({ order: 'newest', filter: { statuses: ['decided'] } })).total,
      0,
    );
  });

  it('keeps an appeal from whom it is against, and what was decided from who decides it', async () => {
    await using k = await Knocking.withMessages(3);
    const { client, ids } = k;
    const seen = [{ item: 2, version: 1 }];
    await client.review.decide({ reviewer: ids.ada, seen, labels: [ids.threat] });
    await client.review.reopen({ reviewer: ids.ben, seen, reason: 'appeal' });
    const queue = async (reviewer: number) =>
      (await client.queue.page({ filter: { statuses: ['reopened'] }, reviewer })).entries;
    assert.deepEqual(await queue(ids.ada), []);
    assert.deepEqual(
      (await queue(ids.ben)).map(({ message, labels }) => [message.id, labels]),
      [[2, null]],
    );
    await refused(client.review.decide({ reviewer: ids.ada, seen, labels: [] }), 'not-allowed');
  });

  it('says whom to call when something is escalated, and puts it first', async () => {
    await using k = await Knocking.withMessages(5);
    const { client, ids } = k;
    await client.settings.set({ contact: 'Call the desk of trust' });
    const done = await client.review.escalate({
      reviewer: ids.ada,
      seen: [{ item: 3, version: 1 }],
      reason: 'self-harm',
    });
    assert.equal(done.contact, 'Call the desk of trust');
    assert.deepEqual(
      (await client.queue.page({})).entries.map(({ message }) => message.id),
      [3],
    );
  });

  it('shows a real name only after it was written down that somebody looked', async () => {
    await using k = await Knocking.withMessages(5);
    const { client, ids } = k;
    const { message } = await client.queue.item({ item: 1 });
    assert.match(message.author?.pseudonym ?? '', /^user-/);
    const { names } = await client.audit.reveal({ reviewer: ids.ada, author: message.author?.id ?? 0 });
    assert.deepEqual(
      names.map(({ name }) => name),
      ['Person 1'],
    );
    assert.equal((await client.audit.verify({})).chains[0]?.links, 1);
  });

  it('erases what it is told, leaves what is on hold, and no page of the file holds the text', async () => {
    await using k = await Knocking.withMessages(40);
    const { client, ids, path } = k;
    const has = (text: string): boolean =>
      ['', '-wal'].some((ending) => {
        try {
          return readFileSync(path + ending).includes(text);
        } catch {
          return false;
        }
      });
    await k.import(
      'marked.csv',
      `id,text,author,channel,time\n900,keepme XMARKERX here,Zoe,general,2026-03-02T10:00:00Z\n901,second YMARKERY words,Zoe,general,2026-03-02T10:01:00Z\n`,
    );
    const [one] = (await client.queue.page({ order: 'newest', filter: { text: 'YMARKERY' } })).entries;
    const [other] = (await client.queue.page({ order: 'newest', filter: { text: 'XMARKERX' } })).entries;
    assert.ok(one && other);
    const seen = [{ item: one.message.id, version: 1 }];
    await client.review.decide({ reviewer: ids.ada, seen, labels: [ids.insult], note: 'NOTEMARKER' });
    await client.audit.hold({ reviewer: ids.ada, item: other.message.id, reason: 'the police asked' });
    assert.ok(has('YMARKERY') && has('NOTEMARKER'));
    const done = await client.audit.erase({
      reviewer: ids.ada,
      author: one.message.author?.id ?? 0,
      reason: 'asked to',
    });
    assert.deepEqual([done.items, done.held], [1, [other.message.id]]);
    assert.ok(!has('YMARKERY') && !has('NOTEMARKER') && has('XMARKERX'));
    const verified = await client.audit.verify({});
    assert.ok(verified.whole);
    assert.deepEqual(
      verified.tombstones.map(({ items, signed }) => [items, signed]),
      [[1, true]],
    );
    await refused(client.audit.erase({ reviewer: ids.ada, items: [other.message.id], reason: 'x' }), 'held');
    // The same export again does not bring it back.
    await k.import('marked.csv', readFileSync(k.folder.file('marked.csv'), 'utf8'));
    assert.equal((await client.queue.count({ order: 'newest', filter: { text: 'YMARKERY' } })).total, 0);
    assert.ok((await client.workspace.check()).whole);
  });

  it('is deleted with all that lies beside it, unless a message is on hold or another one was named', async () => {
    await using k = await Knocking.withMessages(3);
    const { client } = k;
    const other = k.folder.file('other.moderato');
    await client.workspace.copy({ to: other });
    await refused(client.workspace.wipe({ path: other }), 'bad-input');
    await client.audit.hold({ reviewer: k.ids.ada, item: 1, reason: 'asked for by a court' });
    await refused(client.workspace.wipe({ path: k.path }), 'held');
    assert.equal((await client.queue.count({ order: 'newest' })).total, 3);
    await client.audit.release({ reviewer: k.ids.ada, item: 1 });
    await client.workspace.wipe({ path: k.path });
    assert.deepEqual(await client.workspace.state(), { open: false, locked: null });
    assert.deepEqual(
      readdirSync(k.folder.file('.')).filter((name) => name.startsWith('w.moderato')),
      [],
    );
    assert.ok(existsSync(other));
  });

  it('says what works on this computer, without a workspace', async () => {
    await using k = new Knocking();
    const { models, backends, trial, cores } = await k.client.doctor.examine({});
    assert.ok(models.length > 0 && models.every(({ status }) => status === 'ok'));
    assert.deepEqual([backends, trial], [null, null]);
    assert.ok(cores.granted >= 1);
  });

  it('takes in no model that is none, and says what is wrong with the file once', async () => {
    await using k = new Knocking();
    const path = k.folder.file('wrong.gguf');
    writeFileSync(path, 'no model');
    const call = k.client.models.add({ path });
    await refused(call, 'model-file');
    await assert.rejects(call, (error: ORPCError<string, { remedy: string }>) => {
      assert.match(error.message, /wrong\.gguf cannot be used as a model: .*GGUF/);
      return !error.message.includes(error.data.remedy);
    });
  });

  it('copies the workspace while it is in use', async () => {
    await using k = await Knocking.withMessages(300);
    const { client, folder } = k;
    const copy = folder.file('copy.moderato');
    const [, job] = await Promise.all([client.workspace.copy({ to: copy }), k.import('more.csv', rows(1_000, 400))]);
    assert.equal(job.state, 'done');
    await client.workspace.close();
    await client.workspace.open({ path: copy });
    assert.ok((await client.workspace.check()).whole);
    const state = await client.workspace.state();
    assert.ok(state.open && state.counts.kinds.message >= 300);
    await refused(client.workspace.copy({ to: k.path }), 'exists');
  });
});
