import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { writeCsv, writeDiscord } from '../../../bench/import-files.ts';
import { importExports, importFrom } from '../../../desk/importers/job.ts';
import type { MessageRecord } from '../../../desk/importers/record.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Writer } from '../../../desk/writer/writer.ts';
import {
  Folder,
  checkIntegrity,
  importFiles,
  message,
  messages,
  openRows,
  rejected,
  sizes,
  snapshot,
  writeRows,
} from '../store/fixtures.ts';

/** Imports files of rows, in the order given, into a new workspace and says what it then holds. */
async function resultOf(files: readonly { rows: readonly MessageRecord[]; exportedAt: number }[]): Promise<unknown> {
  using folder = new Folder();
  const path = folder.file('w.moderato');
  {
    using workspace = Workspace.create(path);
    const paths = files.map(({ rows, exportedAt }) => writeRows(folder.file(`${exportedAt}.rows`), rows, exportedAt));
    await importFiles(workspace, ...paths);
  }
  checkIntegrity(path);
  return snapshot(path);
}

describe('importing', () => {
  it('adds nothing when the same file comes again, under any name', async () => {
    using folder = new Folder();
    const path = folder.file('w.moderato');
    using workspace = Workspace.create(path);
    const rows = [...messages(1, 950), rejected(951), ...messages(2_000, 30), message({ id: null, text: 'no id' })];
    const first = await importFiles(workspace, writeRows(folder.file('a'), rows));
    const before = [snapshot(path), sizes(path)];
    const again = await importFiles(workspace, folder.file('a'), writeRows(folder.file('b'), rows, 9_000));
    assert.equal(first.total.added, 981);
    assert.equal(again.total.added + again.total.changed + again.total.older, 0);
    assert.equal(again.total.known, 2 * 981);
    assert.deepEqual([snapshot(path), sizes(path)], before);
    checkIntegrity(path);
  });

  it('accounts for every row', async () => {
    using folder = new Folder();
    using workspace = Workspace.create(folder.file('w.moderato'));
    const rows = [
      ...messages(1, 10),
      message({ id: '11', kind: 'system', text: 'Joined the server.' }),
      message({ id: '12', kind: 'media-only', text: '', attachments: [{ name: 'cat.png', size: 5 }] }),
      message({ id: '13', text: ' \u200b\n' }),
      message({ id: '14', kind: 'share', text: '' }),
      message({ id: '15', kind: 'deleted', text: '' }),
      rejected(16),
    ];
    const { sources, total } = await importFiles(workspace, writeRows(folder.file('a'), rows));
    const [source] = sources;
    assert.equal(total.rows, 16);
    assert.deepEqual(source?.counts, { message: 11, 'media-only': 1, deleted: 1, system: 1, share: 1, rejected: 1 });
    assert.deepEqual(source?.notRead, { empty: 1, 'media-only': 1 });
    assert.equal(total.added + total.rejected, total.rows);
    assert.deepEqual(workspace.counts.kinds(), { message: 11, 'media-only': 1, deleted: 1, system: 1, share: 1 });
    const [entry] = workspace.rejected.page(1, 0, 10);
    assert.equal(entry?.reason, 'The row has no text column.');
    assert.equal(workspace.rejected.raw(1, entry?.row ?? 0), 'raw 16');
  });

  it('gives back every raw record exactly, with its place in the source', async () => {
    using folder = new Folder();
    using workspace = Workspace.create(folder.file('w.moderato'));
    const rows = messages(1, 4_321).map((row) => ({ ...row, raw: `\u0000 "${row.id}"\r\n\ud800 ü 日` }));
    await importFiles(workspace, writeRows(folder.file('a'), rows));
    for (const wanted of [1, 499, 500, 501, 3_999, 4_000, 4_001, 4_321]) {
      const item = workspace.items.byMessage('discord', 'c1', String(wanted));
      assert.equal(item?.row, wanted);
      assert.equal(workspace.items.raw(item.id), `\u0000 "${wanted}"\r\n\ud800 ü 日`);
    }
  });

  it('does not double what two exports share', async () => {
    const whole = await resultOf([{ rows: messages(1, 300), exportedAt: 1_000 }]);
    const overlapping = await resultOf([
      { rows: messages(1, 200), exportedAt: 1_000 },
      { rows: messages(100, 201), exportedAt: 2_000 },
    ]);
    assert.deepEqual(overlapping, whole);
  });

  it('gives the same from the halves of a file as from the whole', async () => {
    const rows = messages(1, 251);
    const noIds = rows.map((row) => ({ ...row, id: null }));
    for (const all of [rows, noIds]) {
      const whole = await resultOf([{ rows: all, exportedAt: 1_000 }]);
      const halves = [
        { rows: all.slice(0, 120), exportedAt: 1_000 },
        { rows: all.slice(120), exportedAt: 2_000 },
      ];
      assert.deepEqual(await resultOf(halves), whole);
      assert.deepEqual(await resultOf(halves.reverse()), whole);
    }
  });

  it('keeps equal rows without ids apart within a file, and knows them again in the next one', async () => {
    using folder = new Folder();
    const path = folder.file('w.moderato');
    using workspace = Workspace.create(path);
    const same = message({ id: null, text: 'ok' });
    const other = message({ id: null, text: 'no' });
    const a = writeRows(folder.file('a'), [same, other, same, ...new Array<MessageRecord>(20).fill(same)]);
    assert.equal((await importFiles(workspace, a)).total.added, 23);
    const before = snapshot(path);
    // An overlapping export holds some of them: they are the same ones.
    const b = writeRows(folder.file('b'), [same, same, other], 2_000);
    assert.equal((await importFiles(workspace, b, a)).total.added, 0);
    assert.deepEqual(snapshot(path), before);
    // A longer one holds one more.
    const c = writeRows(folder.file('c'), new Array<MessageRecord>(23).fill(same), 3_000);
    assert.equal((await importFiles(workspace, c)).total.added, 1);
    assert.equal(workspace.counts.kinds().message, 24);
    const identities = new Set(snapshot(path).map((row) => (row as { identity: string }).identity));
    assert.equal(identities.size, 24);
  });

  it('takes the later edit, else the later export, and keeps the other texts', async () => {
    using folder = new Folder();
    const path = folder.file('w.moderato');
    using workspace = Workspace.create(path);
    const at = (ms: number): MessageRecord['edited'] => ({ ms, zone: 'utc' });
    const first = writeRows(
      folder.file('1'),
      [message({ text: 'first words' }), message({ id: '2', text: 'stays' })],
      1_000,
    );
    const edited = writeRows(folder.file('2'), [message({ text: 'second words', edited: at(5) })], 500);
    const later = writeRows(folder.file('3'), [message({ text: 'third words', edited: at(5) })], 2_000);
    await importFiles(workspace, first);
    const item = workspace.items.byMessage('discord', 'c1', '1');
    assert.equal(item?.version, 1);
    assert.equal((await importFiles(workspace, edited)).total.changed, 1);
    assert.equal(workspace.items.get(item.id)?.text, 'second words', 'an edit wins even in an export made earlier');
    assert.equal((await importFiles(workspace, later)).total.changed, 1);
    assert.equal(workspace.items.get(item.id)?.text, 'third words', 'between equal edits the later export wins');
    assert.equal(workspace.items.get(item.id)?.version, 3);
    assert.deepEqual(
      workspace.items.versions(item.id).map(({ text }) => text),
      ['first words', 'second words'],
    );
    // The older exports once more change nothing.
    const before = [snapshot(path), sizes(path)];
    const again = await importFiles(workspace, first, edited, later);
    assert.equal(again.total.known, 4);
    assert.deepEqual([snapshot(path), sizes(path)], before);
    assert.equal(workspace.search.ids('third').length, 1);
    assert.equal(workspace.search.ids('second').length, 0, 'the index holds current texts only');
    checkIntegrity(path);
  });

  it('gives the same for exports in any order', async () => {
    // What one message may look like in three exports made one after another: edit times only grow.
    const history = fc.array(
      fc
        .tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean(), fc.boolean())
        .map(([text, edit, there]) => ({ text, edit, there })),
      { minLength: 3, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(history, { minLength: 1, maxLength: 4 }),
        fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
        async (histories, order) => {
          const exports = [0, 1, 2].map((n) => ({
            exportedAt: 1_000 + n,
            rows: histories.flatMap((steps, id) => {
              const edits = steps.slice(0, n + 1).filter(({ edit }, i) => edit && i > 0).length;
              const step = steps[n];
              if (step?.there !== true) return [];
              return [
                message({
                  id: String(id),
                  text: `words ${step.text} ${edits}`,
                  edited: edits === 0 ? null : { ms: edits, zone: 'utc' },
                  reactions: n === 2 ? [{ name: '+1', count: 3 }] : [],
                }),
              ];
            }),
          }));
          const straight = await resultOf(exports);
          assert.deepEqual(await resultOf(order.map((n) => exports[n]!)), straight);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('notes a deletion and keeps the text, whichever export comes first', async () => {
    const there = { rows: messages(1, 3), exportedAt: 1_000 };
    const gone = { rows: [message({ id: '2', kind: 'deleted' as const, text: '' })], exportedAt: 2_000 };
    const after = (await resultOf([there, gone])) as { deleted: number; text: string; kind: number }[];
    assert.deepEqual(
      after.map(({ deleted, kind }) => [deleted, kind]),
      [
        [0, 0],
        [1, 0],
        [0, 0],
      ],
    );
    assert.match(after[1]?.text ?? '', /number 2/);
    const reversed = (await resultOf([gone, there])) as { deleted: number; text: string; kind: number }[];
    assert.deepEqual(
      reversed.map(({ deleted, kind, text }) => [deleted, kind, text]),
      after.map(({ deleted, kind, text }) => [deleted, kind, text]),
    );
  });

  it('forgets the scores of a text that changed, and only those', async () => {
    using folder = new Folder();
    using workspace = Workspace.create(folder.file('w.moderato'));
    await importFiles(workspace, writeRows(folder.file('1'), messages(1, 3)));
    const revision = workspace.revisions.ensure({
      name: 'test',
      base: { name: 'base', sha256: '00'.repeat(32) },
      adapter: null,
      depth: 1,
      labels: ['fine', 'abusive'],
      fineLabel: 0,
      languages: ['en'],
    });
    const run = workspace.scores.startRun(revision, { backend: 'cpu', layout: 'F32', threads: 1 });
    const waiting = workspace.items.unscored(revision.id, 0, 10);
    workspace.scores.write(
      run,
      waiting.map(({ id, version }) => ({
        item: id,
        version,
        status: 'scored',
        probabilities: new Float32Array([0.25, 0.75]),
      })),
    );
    assert.equal(workspace.items.countUnscored(revision.id), 0);
    await importFiles(workspace, writeRows(folder.file('2'), [message({ id: '2', text: 'another text now' })], 2_000));
    const again = workspace.items.unscored(revision.id, 0, 10);
    assert.deepEqual(
      again.map(({ text, version }) => [text, version]),
      [['another text now', 2]],
    );
    // A score for the text before is too late.
    const [late] = waiting.filter(({ id }) => id === again[0]?.id);
    assert.deepEqual(
      workspace.scores.write(run, [
        { item: late?.id ?? 0, version: 1, status: 'scored', probabilities: new Float32Array([0, 1]) },
      ]),
      [],
    );
  });

  it('keeps what it read of a source that breaks off, says so, and goes on with the next', async () => {
    using folder = new Folder();
    const path = folder.file('w.moderato');
    using workspace = Workspace.create(path);
    const broken = writeRows(folder.file('broken'), messages(1, 400), 1_000, 250);
    const good = writeRows(folder.file('good'), messages(1_000, 10));
    const report = await importFiles(workspace, broken, good);
    assert.deepEqual(
      report.sources.map(({ status, added }) => [status, added]),
      [
        ['partial', 250],
        ['complete', 10],
      ],
    );
    assert.match(report.sources[0]?.problem?.message ?? '', /broken, row 250: is cut off/);
    assert.deepEqual(
      workspace.sources.list().map(({ status }) => status),
      ['partial', 'complete'],
    );
    const repaired = await importFiles(workspace, writeRows(folder.file('repaired'), messages(1, 400), 2_000));
    assert.equal(repaired.total.added, 150);
  });

  it('stops when told to, keeps what is in, and completes on the next call', async () => {
    using folder = new Folder();
    const path = folder.file('w.moderato');
    using workspace = Workspace.create(path);
    const file = writeRows(folder.file('a'), messages(1, 2_000));
    const stop = new AbortController();
    await using writer = Writer.of(workspace);
    const report = await importFrom(
      openRows,
      { writer, key: workspace.key },
      [file],
      {},
      {
        signal: stop.signal,
        onProgress: ({ rows }) => {
          if (rows >= 700) stop.abort();
        },
      },
    );
    assert.equal(report.cancelled, true);
    assert.equal(report.sources[0]?.status, 'partial');
    assert.equal(report.total.added, 700);
    const rest = await importFiles(workspace, file);
    assert.deepEqual([rest.total.added, rest.total.known, rest.sources[0]?.status], [1_300, 700, 'complete']);
  });

  it('goes on with two imports of the same file at once without doubling anything', async () => {
    using folder = new Folder();
    const path = folder.file('w.moderato');
    using one = Workspace.create(path);
    using two = Workspace.open(path);
    const a = writeRows(folder.file('a'), messages(1, 9_000));
    const [first, second] = await Promise.all([importFiles(one, a), importFiles(two, a)]);
    assert.equal(first.total.added + second.total.added, 9_000);
    assert.equal(one.counts.kinds().message, 9_000);
    checkIntegrity(path);
  });

  it('recognises real exports by their content, whole or cut, and mends the cut one with the whole', async () => {
    using folder = new Folder();
    using workspace = Workspace.create(folder.file('w.moderato'));
    writeDiscord(folder.file('discord.txt'), 1_500, 3);
    writeCsv(folder.file('table.dat'), 1_200, 4);
    const whole = readFileSync(folder.file('discord.txt'));
    writeFileSync(folder.file('cut.json'), whole.subarray(0, whole.length / 2));
    writeFileSync(folder.file('picture.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'));
    await using writer = Writer.of(workspace);
    const target = { writer, key: workspace.key };
    const cut = await importExports(target, [folder.file('cut.json')]);
    assert.equal(cut.sources[0]?.status, 'partial');
    assert.match(cut.sources[0]?.warnings.join(' ') ?? '', /message/);
    const paths = ['discord.txt', 'table.dat', 'picture.png', 'missing.csv'].map((name) => folder.file(name));
    const report = await importExports(target, paths);
    assert.deepEqual(
      report.sources.map(({ format, status, added, known }) => [format, status, added + known]),
      [
        ['discord-json', 'complete', 1_500],
        ['csv', 'complete', 1_200],
      ],
    );
    assert.equal(cut.total.added + report.total.added, 2_700);
    assert.equal(report.sources[0]?.known, cut.total.added);
    assert.deepEqual(
      report.failed.map(({ path }) => path),
      paths.slice(2),
    );
    assert.ok(report.failed.every(({ message: sentence, remedy }) => sentence.length > 20 && remedy.length > 10));
  });

  it('carries hostile texts through unharmed', async () => {
    using folder = new Folder();
    const path = folder.file('w.moderato');
    using workspace = Workspace.create(path);
    const texts = [
      'a\0b',
      '\u202eright to left\u2066',
      'x'.repeat(10 << 20),
      "'; DROP TABLE items; --",
      '\ufffd',
      '👩‍👩‍👧',
    ];
    const rows = texts.map((text, i) => message({ id: String(i), text, raw: text }));
    rows.push(message({ id: 'lone', text: 'half \ud83d pair', raw: 'half \ud83d pair' }));
    rows.push(
      message({ id: 'nul\0id', channel: { id: 'c\0', name: '' }, author: { id: null, name: '\0', bot: false } }),
    );
    await importFiles(workspace, writeRows(folder.file('a'), rows));
    texts.forEach((text, i) => {
      const item = workspace.items.byMessage('discord', 'c1', String(i));
      assert.ok(item?.text === text && workspace.items.raw(item.id) === text, `text ${i} differs`);
    });
    const lone = workspace.items.byMessage('discord', 'c1', 'lone');
    assert.equal(lone?.text, 'half \ufffd pair');
    assert.equal(workspace.items.raw(lone.id), 'half \ud83d pair');
    assert.equal(workspace.items.byMessage('discord', 'c\0', 'nul\0id')?.messageId, 'nul\0id');
    const again = await importFiles(workspace, folder.file('a'));
    assert.equal(again.total.added + again.total.changed, 0);
    checkIntegrity(path);
  });
});
