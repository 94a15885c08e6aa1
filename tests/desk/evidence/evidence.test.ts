import assert from 'node:assert/strict';
import { type KeyObject, generateKeyPairSync, hash, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import { openPromise, type Entry } from 'yauzl';
import { evidenceJob } from '../../../desk/evidence/evidence-job.ts';
import { DecisionLine, SIGNATURE, SUMS, sumsOf } from '../../../desk/evidence/files.ts';
import { ZIP_LIMITS, type ZipLimits, directory, localHeader } from '../../../desk/evidence/zip-layout.ts';
import { verify } from '../../../desk/evidence/verify.ts';
import { EXPORT_FORMATS } from '../../../desk/exporters/formats.ts';
import { openExport } from '../../../desk/importers/registry.ts';
import { readBody } from '../../../desk/review/link.ts';
import { reviewerPseudonym } from '../../../desk/store/pseudonym.ts';
import { pemOf } from '../../../desk/store/reviewers.ts';
import { zipOf } from '../importers/zip-file.ts';
import { Knocking, refused } from '../door/fixtures.ts';
import { hooks } from '../review/several.ts';
import { Folder } from '../store/fixtures.ts';
import { SECRETS, changed, chat, moderated } from './fixtures.ts';

/** The files of a zip, with where their bytes lie. */
async function membersOf(path: string): Promise<Map<string, { content: Buffer; from: number; to: number }>> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  const entries: Entry[] = [];
  await new Promise<void>((resolve) => {
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', resolve);
    zip.readEntry();
  });
  zip.close();
  const bytes = readFileSync(path);
  return new Map(
    entries.map((entry) => {
      const from = entry.relativeOffsetOfLocalHeader + 30 + Buffer.byteLength(entry.fileName);
      const to = from + entry.uncompressedSize;
      return [entry.fileName, { content: bytes.subarray(from, to), from, to }];
    }),
  );
}

/** An archive of these files with sums and a signature that fit. */
function signedAnew(files: ReadonlyMap<string, Buffer>, by: KeyObject): Buffer {
  const sums = new Map([...files].map(([name, content]) => [name, hash('sha256', content)]));
  sums.delete(SUMS);
  sums.delete(SIGNATURE);
  const list = sumsOf(sums);
  const whole = new Map(files).set(SUMS, Buffer.from(list)).set(SIGNATURE, sign(null, Buffer.from(list), by));
  return zipOf(Object.fromEntries(whole), 'stored');
}

describe('an evidence file', () => {
  it('holds the message, what it answers, what stands around it, and every decision, undone ones too', async () => {
    await using m = await moderated();
    const members = await membersOf(await m.evidence('e.zip', [3], false));
    const parse = (name: string): unknown =>
      JSON.parse(members.get(`messages/00001/${name}`)?.content.toString() ?? '');
    const message = parse('message.json') as { message_id: string; channel: object; versions: { text: string }[] };
    assert.equal(message.message_id, '1200000000000000002');
    assert.deepEqual(message.channel, { id: '2', name: 'general' });
    assert.equal(message.versions[0]?.text, 'I say that it is a fine day, all in all');
    const context = parse('context.json') as Record<'chain' | 'before' | 'after', { message_id: string }[]>;
    const ends = (list: { message_id: string }[]) => list.map(({ message_id: id }) => id.slice(-1)).join('');
    assert.deepEqual([ends(context.chain), ends(context.before), ends(context.after)], ['01', '01', '3']);
    const decisions = (members.get('messages/00001/decisions.jsonl')?.content.toString() ?? '').trim().split('\n');
    assert.deepEqual(
      decisions.map((line) => (JSON.parse(line) as { undone: boolean }).undone),
      [true, false],
    );
    const custody = members.get('custody.jsonl')?.content.toString() ?? '';
    assert.deepEqual(
      custody
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { what: string }).what)
        .sort(),
      ['decide', 'decide', 'imported', 'read', 'undo'],
    );
  });

  it('without real names holds none, and is proved by the original all the same', async () => {
    await using m = await moderated();
    const path = await m.evidence('e.zip', [1, 2, 3, 4], false);
    const bytes = readFileSync(path).toString('latin1');
    for (const secret of SECRETS) assert.ok(!bytes.includes(secret), secret);
    assert.ok(!(await membersOf(path)).has('names.json'));
    const found = await verify(path, {});
    assert.deepEqual(found.problems, []);
    assert.ok(found.whole && !found.names && found.messages === 4);
    const against = await verify(path, { source: m.source });
    assert.deepEqual(against.problems, []);
    assert.deepEqual(against.source, { records: 4, missing: 0, unknownTexts: 0 });
  });

  it('with real names holds the records to the byte and who wrote them, and the chain says that they left', async () => {
    await using m = await moderated();
    const { client, desk } = m.k;
    await m.evidence('without.zip', [2, 3], false);
    const path = await m.evidence('e.zip', [2, 3], true);
    const members = await membersOf(path);
    for (const place of ['00001', '00002']) {
      const record = members.get(`messages/${place}/record-1.json`)?.content.toString() ?? '';
      assert.notEqual(record, '');
      assert.ok(chat().includes(record), 'the record is a stretch of the original');
    }
    assert.match(members.get('names.json')?.content.toString() ?? '', /Grace Brewster/);
    const links = desk.opened.workspace.links.chain(m.ids.ada, 0, 100).map(({ body }) => readBody(body)?.deed);
    const evidence = links.filter((deed) => deed?.kind === 'evidence');
    assert.deepEqual(
      evidence.map(({ items, names }) => [items.length, names.length]),
      [
        [2, 0],
        [2, 2],
      ],
    );
    const later = (await membersOf(await m.evidence('later.zip', [3], false))).get('custody.jsonl');
    const custody = (later?.content.toString().trim().split('\n') ?? []).map(
      (line) => JSON.parse(line) as { what: string; names?: string[] },
    );
    const wrote = (await client.queue.item({ item: 3 })).message.author?.pseudonym;
    assert.deepEqual(
      custody.filter(({ what }) => what === 'evidence').map(({ names }) => names),
      [undefined, [wrote]],
      'what is made later says that this name is out, and no other',
    );
    assert.ok((await client.audit.verify({})).whole);
    const found = await verify(path, { source: m.source });
    assert.deepEqual(found.problems, []);
    assert.deepEqual(found.source, { records: 2, missing: 0, unknownTexts: 0 });
    const key = (await client.reviewers.list())[0]?.publicKey ?? '';
    assert.equal(found.publicKey, key);
    assert.ok((await verify(path, { key })).whole);
    assert.ok(!(await verify(path, { key: 'a'.repeat(64) })).whole);
  });

  it('of an export without ids holds nothing by which the authors can be tried out', async () => {
    await using k = new Knocking();
    const { client, folder } = k;
    await client.workspace.open({ path: k.path, create: 'must' });
    const said = [
      ['Grace', 'hello all, how is it going there'],
      ['Hal', 'as it always goes, and that is well'],
      ['Grace', 'then I am glad to hear of it'],
    ] as const;
    const chat = said.map(([author, text], i) => `25/12/2023, 10:0${i} - ${author}: ${text}\n`).join('');
    await k.import('chat.txt', chat);
    const ids = await k.people();
    const seen = [{ item: 2, version: 1 }];
    await client.review.decide({ reviewer: ids.ada, seen, labels: [ids.insult], note: 'rule 4', reasons: ['rude'] });
    await client.audit.hold({ reviewer: ids.ada, item: 2, reason: 'a court asked' });
    const { workspace } = k.desk.opened;
    const make = async (name: string, names: boolean): Promise<string> => {
      const path = folder.file(name);
      const job = await client.jobs.start({ kind: 'evidence', path, reviewer: ids.ada, items: [2], names });
      assert.equal((await k.ended(job.id)).state, 'done');
      return path;
    };
    const path = await make('e.zip', false);
    for (const format of EXPORT_FORMATS)
      await k.ended((await client.jobs.start({ kind: 'export', path: folder.file(`d.${format}`), format })).id);
    const files = [path, ...EXPORT_FORMATS.map((format) => folder.file(`d.${format}`))];
    for (const item of [1, 2, 3])
      for (const file of files) assert.ok(!readFileSync(file).includes(workspace.items.identity(item)), file);

    const lines = (await membersOf(path)).get('messages/00001/decisions.jsonl')?.content.toString().trim().split('\n');
    const [decided, held] = (lines ?? []).map((line) => DecisionLine.parse(JSON.parse(line)));
    assert.deepEqual(
      [decided?.body, decided?.salt, decided?.said?.labels, decided?.said?.reasons, decided?.note],
      [null, null, ['insult'], ['rude'], 'rule 4'],
    );
    assert.deepEqual([held?.body, held?.said?.reasons], [null, ['a court asked']]);
    // The hash of a link without salt stands in the next one: it must hold something that nobody can guess.
    const [, hold] = workspace.links.chain(ids.ada, 0, 10).map(({ body }) => readBody(body)?.deed);
    assert.ok(hold?.kind === 'hold' && /^[0-9a-f]{32}$/.test(hold.nonce ?? ''));

    for (const source of [undefined, folder.file('chat.txt')])
      assert.deepEqual((await verify(path, { source })).problems, []);
    const named = await make('n.zip', true);
    assert.ok(readFileSync(named).includes(workspace.items.identity(2)));
    assert.deepEqual((await verify(named, { source: folder.file('chat.txt') })).problems, []);
    const again = (await membersOf(await make('again.zip', false))).get('custody.jsonl')?.content.toString() ?? '';
    assert.equal(
      again.match(/"what":"evidence"/g)?.length,
      2,
      'earlier evidence of the same message is known by either name',
    );
  });

  it('is not taken for an export, nor is what lies in it, wherever it lies', async () => {
    await using m = await moderated();
    const { folder } = m.k;
    for (const names of [false, true]) {
      const path = await m.evidence(`${names}.zip`, [1, 2, 3], names);
      await assert.rejects(openExport(path).next(), /evidence verify/);
      const unpacked = folder.file(`unpacked-${names}/of-somebody`);
      for (const [name, { content }] of await membersOf(path)) {
        mkdirSync(dirname(join(unpacked, name)), { recursive: true });
        writeFileSync(join(unpacked, name), content);
      }
      writeFileSync(join(dirname(unpacked), 'messages.csv'), 'author,text\nGrace,hello there\nHal,good morning\n');
      const found = await Array.fromAsync(openExport(dirname(unpacked)), ({ format }) => format);
      assert.deepEqual(found, ['csv'], 'what lies beside it is read');
    }
  });

  it('names the file of any byte that was changed', async () => {
    await using m = await moderated();
    for (const names of [false, true]) {
      const path = await m.evidence(`e-${names}.zip`, [2, 3], names);
      const members = await membersOf(path);
      const bytes = readFileSync(path);
      const places = new Set<number>();
      for (const { from, to } of members.values()) for (const at of [from, (from + to) >> 1, to - 1]) places.add(at);
      for (let at = 0; at < bytes.length; at += 131) places.add(at);
      for (const at of places) {
        const other = Buffer.from(bytes);
        other.writeUInt8(other.readUInt8(at) ^ 1, at);
        const { whole, problems } = await verify(changed(path, other), {});
        assert.ok(!whole, `byte ${at}`);
        const holder = [...members].find(([, { from, to }]) => at >= from && at < to)?.[0];
        const said = problems.map(({ file }) => file);
        if (holder !== undefined) assert.deepEqual(said, [holder], `byte ${at} of ${holder}`);
        else assert.ok(said.length > 0, `byte ${at} of the archive`);
      }
    }
  });

  it('names what was taken out, put in, packed anew, or cut off', async () => {
    await using m = await moderated();
    const path = await m.evidence('e.zip', [2, 3], true);
    const members = await membersOf(path);
    const all = Object.fromEntries([...members].map(([name, { content }]) => [name, content]));
    const saidOf = async (bytes: Buffer): Promise<string> =>
      (await verify(changed(path, bytes), {})).problems.map(({ file, what }) => `${file}: ${what}`).join('\n');
    const { 'messages/00001/record-1.json': _, ...without } = all;
    assert.match(await saidOf(zipOf(without, 'stored')), /^messages\/00001\/record-1.json: it is missing/m);
    assert.match(await saidOf(zipOf({ ...all, 'more.txt': 'x' }, 'stored')), /^more.txt: it was added/m);
    assert.match(
      await saidOf(zipOf(all)),
      new RegExp(`^e-changed\\.zip: .* and ${members.size - 1} more in it: packed anew.*$`),
    );
    const bytes = readFileSync(path);
    assert.match(await saidOf(bytes.subarray(0, bytes.length - 30)), /^e-changed.zip: it is no zip archive/m);
    assert.match(await saidOf(Buffer.concat([bytes, Buffer.from('x')])), /^e-changed.zip: /m);
    assert.match(await saidOf(Buffer.from('no zip at all')), /no zip archive/);
    assert.match(await saidOf(zipOf({ 'a.txt': 'a' }, 'stored')), /SHA256SUMS: it is missing/);
    assert.match(await saidOf(zipOf({}, 'stored')), /missing/);
  });

  it('changed and signed anew by somebody else is found out, by the key at the latest', async () => {
    await using m = await moderated();
    const path = await m.evidence('e.zip', [2], false);
    const files = new Map([...(await membersOf(path))].map(([name, { content }]) => [name, content]));
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
    const change = (name: string, by: (text: string) => string): void =>
      void files.set(name, Buffer.from(by(files.get(name)?.toString() ?? '')));
    change('messages/00001/message.json', (text) => text.replace('what do you say', 'what did you say'));
    change('reviewer.pem', () => pemOf(raw));
    change('evidence.json', (text) =>
      text
        .replace(/("by": \{[^}]*)"reviewer": "[^"]*"/, `$1"reviewer": "${reviewerPseudonym(raw)}"`)
        .replace(/("by": \{[^}]*)"public_key": "[^"]*"/, `$1"public_key": "${raw}"`),
    );
    const forged = changed(path, signedAnew(files, privateKey));
    const found = await verify(forged, {});
    assert.equal(found.publicKey, raw, 'sums and signature fit each other');
    assert.deepEqual(
      found.problems.map(({ file, what }) => `${file}: ${what}`),
      ['evidence.json: its link is not that of the reviewer who made it.'],
    );
    const key = (await m.k.client.reviewers.list())[0]?.publicKey ?? '';
    assert.match((await verify(forged, { key })).problems[0]?.what ?? '', /another key/);
  });

  it('that claims to hold more than it does is refused as soon as that shows', { timeout: 60_000 }, async () => {
    await using m = await moderated();
    const path = await m.evidence('e.zip', [2], false);
    const files = new Map([...(await membersOf(path))].map(([name, { content }]) => [name, content]));
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
    files.set('reviewer.pem', Buffer.from(pemOf(raw)));
    const head = files.get('evidence.json')?.toString() ?? '';
    const claims = head.replace('"messages": 1', '"messages": 9000000000000');
    assert.notEqual(claims, head);
    files.set('evidence.json', Buffer.from(claims));
    const one = await verify(changed(path, signedAnew(files, privateKey)), {});
    assert.ok(!one.whole && one.problems.length < 10);
    assert.match(one.problems.map(({ what }) => what).join(' '), /about other messages/);

    files.set('evidence.json', Buffer.from(head));
    files.set('messages/00001/decisions.jsonl', Buffer.from('{}\n'.repeat(200_000)));
    const many = await verify(changed(path, signedAnew(files, privateKey)), {});
    assert.ok(!many.whole);
    assert.equal(many.problems.length, 1001);
    assert.match(many.problems.at(-1)?.what ?? '', /more may be wrong/);
  });

  it('whose files are the same bytes under thousands of names is not read as often', { timeout: 60_000 }, async () => {
    using folder = new Folder();
    const content = Buffer.alloc(1 << 20);
    const members = Array.from({ length: 3000 }, (_, i) => ({
      name: `f${String(i).padStart(5, '0')}`,
      size: content.length,
      crc32: crc32(content),
    }));
    const [first] = members;
    assert.ok(first);
    const head = localHeader(first);
    const end = directory(members, new Array<number>(members.length).fill(0), head.length + content.length);
    writeFileSync(folder.file('bomb.zip'), Buffer.concat([head, content, end]));
    const found = await verify(folder.file('bomb.zip'), {});
    assert.match(found.problems.map(({ what }) => what).join(' '), /larger together than it is/);
  });

  it('against an original with one changed byte names the record and the byte', async () => {
    await using m = await moderated();
    const path = await m.evidence('e.zip', [2, 3], true);
    const original = readFileSync(m.source, 'utf8');
    writeFileSync(m.source, original.replace('it is a fine day', 'it is a fine dax'));
    const { whole, problems, source } = await verify(path, { source: m.source });
    assert.ok(!whole);
    assert.deepEqual(
      problems.map(({ file }) => file),
      ['chat.json', 'messages/00002/record-1.json'],
    );
    const byte = Number(/byte (\d+)/.exec(problems[1]?.what ?? '')?.[1]);
    const record = (await membersOf(path)).get('messages/00002/record-1.json')?.content;
    assert.equal(record?.toString('utf8', byte - 2, byte + 1), 'day');
    assert.equal(source?.records, 1);
    const nameless = await m.evidence('f.zip', [2, 3], false);
    const said = (await verify(nameless, { source: m.source })).problems;
    assert.match(said.map(({ what }) => what).join(' '), /SHA-256 is another.*text is not that of row 3/);
  });

  it('against a table finds the rows, whichever column held the text', async () => {
    await using m = await moderated();
    const file = m.k.folder.file('table.csv');
    writeFileSync(file, 'nr,text,words\n1,short,"these are the words, really"\n2,brief,and these are others\n');
    const { id } = await m.k.client.jobs.start({ kind: 'import', paths: [file], columns: { text: 'words', id: 'nr' } });
    await m.k.ended(id);
    const path = await m.evidence('t.zip', [5, 6], true);
    assert.deepEqual(await verify(path, { source: file }).then(({ problems, source }) => [problems, source]), [
      [],
      { records: 2, missing: 0, unknownTexts: 2 },
    ]);
    assert.match(
      (await verify(path, { source: m.source })).problems[0]?.what ?? '',
      /none of the messages came from it/,
    );
  });

  it('that no zip can hold is refused before the chain says that it left', async () => {
    await using m = await moderated();
    const { workspace, writer } = m.k.desk.opened;
    const before = workspace.links.end(m.ids.ada)?.seq;
    const path = m.k.folder.file('large.zip');
    const start = {
      kind: 'evidence',
      path,
      reviewer: m.ids.ada,
      items: [2, 3],
      names: false,
      before: 1,
      after: 1,
    } as const;
    const files = (await membersOf(await m.evidence('fits.zip', [2, 3], false))).size;
    const make = (limits: ZipLimits) =>
      evidenceJob(workspace, writer, { ...start, items: [...start.items] }, hooks, limits);
    for (const limits of [
      { ...ZIP_LIMITS, members: files - 1 },
      { ...ZIP_LIMITS, bytes: 5 * (1 << 26) },
    ])
      await assert.rejects(make(limits), /more messages than one zip can hold/);
    assert.ok(!existsSync(path));
    assert.equal(workspace.links.end(m.ids.ada)?.seq, (before ?? 0) + 1, 'the one that was made');
    await make({ ...ZIP_LIMITS, members: files });
    assert.ok((await verify(path, {})).whole);
  });

  it('is not made of what is not there, nor in a place that cannot be written, and leaves nothing half', async () => {
    await using m = await moderated();
    const { client, folder } = m.k;
    await client.audit.erase({ reviewer: m.ids.ada, items: [4], reason: 'asked to' });
    const cases: [number[], string, RegExp][] = [
      [[4], folder.file('x.zip'), /There is no message number 4/],
      [[99], folder.file('x.zip'), /There is no message number 99/],
      [[2], folder.file('no/such/x.zip'), /cannot be written/],
    ];
    for (const [items, path, said] of cases) {
      const { id } = await client.jobs.start({ kind: 'evidence', path, reviewer: m.ids.ada, items });
      const job = await m.k.ended(id);
      assert.equal(job.state, 'failed');
      assert.match(job.problem?.message ?? '', said);
      assert.ok(!existsSync(path) && !existsSync(`${path}.part`));
    }
    await refused(client.evidence.verify({ path: folder.file('not-there.zip') }), 'bad-input');
  });
});
