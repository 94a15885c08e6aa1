import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Knocking, refused, rows } from './fixtures.ts';

describe('jobs', () => {
  it('pause, go on, and are done once', async () => {
    await using k = await Knocking.withMessages(1);
    const { client, folder } = k;
    writeFileSync(folder.file('long.csv'), rows(1_000, 60_000));
    const { id } = await client.jobs.start({ kind: 'import', paths: [folder.file('long.csv')] });
    while ((await client.jobs.get({ job: id })).state === 'waiting') await new Promise(setImmediate);
    const paused = await client.jobs.pause({ job: id });
    assert.equal(paused.state, 'paused');
    const before = await client.workspace.state();
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.deepEqual(await client.workspace.state(), before, 'nothing happens while it is paused');
    await client.jobs.resume({ job: id });
    const done = await k.ended(id);
    assert.equal(done.state, 'done');
    const after = await client.workspace.state();
    assert.ok(after.open);
    assert.equal(after.counts.kinds.message, 60_001);
    assert.equal((await client.queue.count({ order: 'newest' })).total, 60_001);
    await refused(client.jobs.pause({ job: id }), 'nothing-to-do');
  });

  it('stop at once where that is asked for before they have begun', async () => {
    await using k = await Knocking.withMessages(1);
    const { client, folder } = k;
    writeFileSync(folder.file('long.csv'), rows(1_000, 60_000));
    const { id } = await client.jobs.start({ kind: 'import', paths: [folder.file('long.csv')] });
    assert.equal((await client.jobs.pause({ job: id })).state, 'paused');
    const state = await client.workspace.state();
    assert.ok(state.open);
    assert.equal(state.counts.kinds.message, 1, 'nothing of it was brought in before the answer');
  });

  it('go on when the workspace is opened again, and one that was paused stays so', async () => {
    await using k = await Knocking.withMessages(1);
    const { client, folder, path } = k;
    writeFileSync(folder.file('long.csv'), rows(1_000, 60_000));
    writeFileSync(folder.file('other.csv'), rows(100_000, 10));
    const { id } = await client.jobs.start({ kind: 'import', paths: [folder.file('long.csv')] });
    const { id: waiting } = await client.jobs.start({ kind: 'import', paths: [folder.file('other.csv')] });
    await client.jobs.pause({ job: waiting });
    while ((await client.jobs.get({ job: id })).state === 'waiting') await new Promise(setImmediate);
    await client.workspace.close();
    await client.workspace.open({ path });
    assert.equal((await k.ended(id)).state, 'done');
    assert.equal((await client.jobs.get({ job: waiting })).state, 'paused');
    await client.jobs.cancel({ job: waiting });
    assert.equal((await client.jobs.get({ job: waiting })).state, 'cancelled');
    const state = await client.workspace.state();
    assert.ok(state.open && state.counts.kinds.message === 60_001);
  });

  it('say what was wrong, and what to do', async () => {
    await using k = await Knocking.withMessages(1);
    const { client, folder } = k;
    const { id } = await client.jobs.start({ kind: 'export', path: '/nonexistent/folder/out.csv', format: 'csv' });
    const failed = await k.ended(id);
    assert.equal(failed.state, 'failed');
    assert.match(failed.problem?.message ?? '', /cannot be written/);
    assert.notEqual(failed.problem?.remedy, '');
    const { id: other } = await client.jobs.start({ kind: 'import', paths: [folder.file('not-there')] });
    const report = (await k.ended(other)).report as { failed: { message: string }[] } | null;
    assert.match(report?.failed[0]?.message ?? '', /not-there/);
  });
});

describe('an export', () => {
  it('has a row for each decision, with what other programs need, and no formula', async () => {
    await using k = await Knocking.withMessages(3);
    const { client, ids, folder } = k;
    await k.import(
      'formula.csv',
      'id,text,author,channel,time\n70,"=HYPERLINK(""http://x"")",Eve,general,2026-03-02T10:00:00Z\n',
    );
    const formula = (await client.queue.page({ order: 'newest' })).entries[0]?.message.id ?? 0;
    await client.review.decide({
      reviewer: ids.ada,
      seen: [
        { item: 2, version: 1 },
        { item: formula, version: 1 },
      ],
      labels: [ids.insult, ids.threat],
      reasons: ['rule 3'],
      note: 'a "note"',
    });
    const { id } = await client.jobs.start({ kind: 'export', path: folder.file('out.csv'), format: 'csv' });
    assert.deepEqual((await k.ended(id)).report, { path: folder.file('out.csv'), rows: 2 });
    const csv = readFileSync(folder.file('out.csv'), 'utf8').trim().split('\n');
    assert.equal(csv.length, 3);
    assert.match(csv[1] ?? '', /insult\|threat,reviewer-[a-z0-9]{8},/);
    assert.match(csv[1] ?? '', /"a ""note"""/);
    assert.match(csv[2] ?? '', /"'=HYPERLINK/);
    const { id: lines } = await client.jobs.start({ kind: 'export', path: folder.file('out.jsonl'), format: 'jsonl' });
    await k.ended(lines);
    const json = readFileSync(folder.file('out.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      json.map(({ message_id, labels, text }) => [message_id, labels, text]),
      [
        ['2', 'insult|threat', 'message number 2 about nothing in particular'],
        ['70', 'insult|threat', '=HYPERLINK("http://x")'],
      ],
    );
  });
});
