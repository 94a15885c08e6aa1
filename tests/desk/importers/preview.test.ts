import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Knocking, refused } from '../door/fixtures.ts';

/** A desk with an empty workspace, and a file beside it. */
async function withFile(name: string, content: string): Promise<{ k: Knocking; file: string }> {
  const k = new Knocking();
  await k.client.workspace.open({ path: k.path, create: 'must' });
  const file = k.folder.file(name);
  writeFileSync(file, content);
  return { k, file };
}

const TABLE = 'nr,who,said,when\n1,Ada,the first of them,2026-03-01T10:00:00Z\n2,Ben,the second of them,not a time\n';

describe('a preview of an import', () => {
  it('says how a table would be read, under pseudonyms, and takes nothing in', async () => {
    const { k, file } = await withFile('said.csv', TABLE);
    await using _ = k;
    const { sources, failed, more } = await k.client.imports.preview({ paths: [file] });
    assert.deepEqual([sources.length, failed, more], [1, [], false]);
    const [source] = sources;
    assert.equal(source?.format, 'csv');
    assert.equal(source.mapping?.text, 'said');
    assert.deepEqual(
      source.columns?.map(({ name, samples }) => [name, samples.length]),
      ['nr', 'who', 'said', 'when'].map((name) => [name, 2]),
    );
    assert.deepEqual(
      source.rows.map(({ text, author }) => [text, author]),
      [
        ['the first of them', null],
        ['the second of them', null],
      ],
    );
    const { sources: again } = await k.client.imports.preview({
      paths: [file],
      columns: { text: 'said', author: 'who', time: 'when', id: 'nr' },
    });
    const [row] = again[0]?.rows ?? [];
    assert.match(row?.author ?? '', /^user-/);
    assert.equal(row?.time, Date.UTC(2026, 2, 1, 10));
    assert.ok(!JSON.stringify(again[0]?.rows).includes('Ada'));
    const { total } = await k.client.queue.count({ order: 'newest' });
    assert.equal(total, 0);
    assert.deepEqual(await k.client.sources.list(), []);

    // The same person has the same pseudonym once it is in.
    const { id } = await k.client.jobs.start({
      kind: 'import',
      paths: [file],
      columns: { text: 'said', author: 'who', id: 'nr' },
    });
    await k.ended(id);
    const { entries } = await k.client.queue.page({ order: 'newest' });
    assert.ok(entries.some(({ message }) => message.author?.pseudonym === row?.author));
  });

  it('says of each path what is wrong with it, and goes on with the next', async () => {
    const { k, file } = await withFile('picture.png', '\u0089PNG\r\n\u001a\n and so on');
    await using _ = k;
    const missing = k.folder.file('missing.json');
    const table = k.folder.file('fine.csv');
    writeFileSync(table, TABLE);
    const { sources, failed } = await k.client.imports.preview({ paths: [file, missing, table] });
    assert.deepEqual(
      failed.map(({ path }) => path),
      [file, missing],
    );
    for (const { message, remedy } of failed) assert.ok(message !== '' && remedy !== '');
    assert.deepEqual(
      sources.map(({ path }) => path),
      [table],
    );
  });

  it('names a column that is not there as trouble of that table alone', async () => {
    const { k, file } = await withFile('said.csv', TABLE);
    await using _ = k;
    const { sources } = await k.client.imports.preview({ paths: [file], columns: { text: 'gone' } });
    assert.match(sources[0]?.problem?.message ?? '', /gone/);
    assert.deepEqual(sources[0]?.rows, []);
  });

  it('shows the beginning of a large export without reading it to its end, and stops at many files', async () => {
    const k = new Knocking();
    await using _ = k;
    await k.client.workspace.open({ path: k.path, create: 'must' });
    const sample = readFileSync(new URL('../../../samples/discord.json', import.meta.url));
    mkdirSync(k.folder.file('many'));
    for (let i = 0; i < 31; i++) writeFileSync(k.folder.file(`many/${String(i).padStart(2, '0')}.json`), sample);
    const { sources, more } = await k.client.imports.preview({ paths: [k.folder.file('many')] });
    assert.deepEqual([sources.length, more], [30, true]);
    assert.ok(sources.every(({ format, rows, columns }) => format === 'discord-json' && rows.length === 5 && !columns));
  });

  it('needs a workspace, whose key makes the pseudonyms', async () => {
    await using k = new Knocking();
    await refused(k.client.imports.preview({ paths: [k.path] }), 'no-workspace');
  });
});
