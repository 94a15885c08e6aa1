import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { ImportError } from '../../../desk/importers/import-error.ts';
import type { Limits } from '../../../desk/importers/limits.ts';
import { openExport } from '../../../desk/importers/registry.ts';
import type { Skipped, Source } from '../../../desk/importers/source.ts';
import { zipOf } from './zip-file.ts';

const message = {
  id: '1',
  type: 'Default',
  timestamp: '2024-01-01T00:00:00+00:00',
  content: 'hello',
  author: { id: '8', name: 'ada' },
};
const discord = JSON.stringify({
  guild: { id: '1' },
  channel: { id: '2', name: 'general', type: 'GuildTextChat' },
  messages: [message],
  messageCount: 1,
});
const telegram = JSON.stringify({
  name: 'G',
  type: 'private_group',
  id: 5,
  messages: [{ id: 1, type: 'message', date: '2024-01-01T00:00:00', from_id: 'user1', text: 'hello' }],
});
const whatsapp = '25/12/2023, 10:00 - Ada: hello\n25/12/2023, 10:01 - Bob: hi\n25/12/2023, 10:02 - Ada: bye\n';
const outbox = JSON.stringify({ id: 'outbox.json', type: 'OrderedCollection', totalItems: 0, orderedItems: [] });
const table = 'id,text\nrow-a,some words\nrow-b,more words\n';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moderato-importers-'));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Opened {
  readonly sources: readonly Source[];
  readonly skipped: readonly Skipped[];
  readonly texts: readonly string[];
}

/** Opens a path and reads every source, at once or only after all were found. */
async function opened(path: string, when: 'at once' | 'later' = 'at once', limits?: Partial<Limits>): Promise<Opened> {
  const sources: Source[] = [];
  const skipped: Skipped[] = [];
  const texts: string[] = [];
  const readOut = async (source: Source): Promise<void> => {
    for await (const rows of source.read())
      for (const row of rows) texts.push(row.status === 'item' ? row.text : row.reason);
  };
  for await (const source of openExport(path, {
    onSkipped: (entry) => skipped.push(entry),
    ...(limits && { limits }),
  })) {
    sources.push(source);
    if (when === 'at once') await readOut(source);
  }
  if (when === 'later') for (const source of sources) await readOut(source);
  return { sources, skipped, texts };
}

async function written(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function tarOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, Buffer.from(content));
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

describe('recognising exports', () => {
  it('goes by the content, whatever the file is called', async () => {
    const cases: readonly (readonly [string | Buffer, string])[] = [
      [discord, 'discord-json'],
      [telegram, 'telegram-json'],
      [JSON.stringify({ about: 'x', personal_information: {}, chats: { list: [] } }), 'telegram-json'],
      [outbox, 'mastodon-outbox'],
      ['{"kind":"Listing","data":{"children":[]}}', 'reddit-listing'],
      ['[{"kind":"Listing","data":{"children":[]}},{"kind":"Listing","data":{}}]', 'reddit-listing'],
      ['{"data":[{"subreddit":"Cats","body":"x","id":"a"}]}', 'reddit-listing'],
      [
        '{"body":"x","link_id":"t3_a","subreddit":"Cats"}\n{"body":"y","link_id":"t3_a","subreddit":"Cats"}\n',
        'reddit-jsonl',
      ],
      ['{"title":"x","selftext":"","subreddit":"Cats"}', 'reddit-jsonl'],
      [
        'AuthorID,Author,Date,Content,Attachments,Reactions\n"1","a","2024-01-01T00:00:00+00:00","x","",""\n',
        'discord-csv',
      ],
      [
        'id,permalink,date,ip,subreddit,gildings,link,parent,body,media\na,b,2024-01-01 00:00:00 UTC,i,s,0,l,,x,\n',
        'reddit-request',
      ],
      [whatsapp, 'whatsapp-txt'],
      ['25/12/2023, 10:00 - Ada: the only message\n', 'whatsapp-txt'],
      // An iPhone puts the stamp in brackets: no list of JSON.
      [
        '[4/05/2026, 18:58:10] Ada: hello\n[4/05/2026, 18:58:12] Bob: hi\n[4/05/2026, 18:59:00] Ada: x\n',
        'whatsapp-txt',
      ],
      ['[25.12.23, 10:00:00] Ada: the only message\n', 'whatsapp-txt'],
      ['[12/25/23, 10:00:00\u202fAM] Ada: {"text":"words"}\n[12/25/23, 10:00:01\u202fAM] Bob: []\n', 'whatsapp-txt'],
      [table, 'csv'],
      ['id\ttext\nrow-a\tsome words\n', 'csv'],
      ['text\nsome words\nmore words\n', 'csv'],
      ['{"text":"some words"}\n{"text":"b"}\n', 'jsonl'],
      ['[{"text":"some words"}]', 'jsonl'],
      ['[]\n', 'jsonl'],
      ['[id],text\n1,some words\n2,more words\n', 'csv'],
      ['{"rows":[{"text":"some words"}]}', 'jsonl'],
    ];
    for (const [content, format] of cases)
      for (const name of ['x.json', 'x.csv', 'x.dat']) {
        const { sources } = await opened(await written(name, content));
        assert.deepEqual(
          sources.map((source) => source.format),
          [format],
          String(content).slice(0, 60),
        );
        assert.ok(sources[0] !== undefined && sources[0].confidence > 0.25 && sources[0].reason.endsWith('.'));
      }
  });

  it('says what a near miss is and what to export instead', async () => {
    const cases: readonly (readonly [string, string | Buffer, RegExp])[] = [
      [
        'a.html',
        '<!DOCTYPE html><html><head><title>Exported Data</title></head><body class="page_wrap">',
        /HTML export of Telegram.*JSON/,
      ],
      ['a.html', '<!DOCTYPE html>\n<html lang="en"><div class="chatlog">', /HTML of DiscordChatExporter.*JSON/],
      ['a.txt', `${'='.repeat(62)}\nGuild: G\nChannel: c\n`, /plain text of DiscordChatExporter.*JSON/],
      ['messages.json', '[{"ID":1,"Timestamp":"2024","Contents":"x","Attachments":""}]', /Discord's own data package/],
      ['messages.csv', 'ID,Timestamp,Contents,Attachments\n1,2024,x,\n', /Discord's own data package/],
      ['a.json', '[{"type":"message","user":"U1","text":"x","ts":"1.2"}]', /Slack/],
      [
        'a.json',
        '{"participants":[],"messages":[{"sender_name":"A","timestamp_ms":1,"content":"x"}],"thread_path":"x"}',
        /Messenger/,
      ],
      ['msgstore.db.crypt15', Buffer.from([0, 1, 2, 3, 4, 5]), /encrypted backup/],
      ['a.db', Buffer.from('SQLite format 3\0aaaa'), /database/],
      ['a.xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0]), /packed with xz/],
      ['a.bin', Buffer.from([1, 0, 2, 0, 3]), /NUL bytes/],
      ['a.txt', '', /empty/],
      ['a.txt', ' \n\n', /nothing but spaces/],
      ['a.txt', 'Just a letter to somebody.\nWith two lines.\n', /text without columns/],
      ['a.json', discord.slice(0, 9), /cut before its first message/],
      ['a.parquet', Buffer.from('PAR1aaaaaaaaaaaaaaa'), /cut/],
    ];
    for (const [name, content, reason] of cases) {
      const path = await written(name, content);
      await assert.rejects(opened(path), (error) => {
        assert.ok(error instanceof ImportError, String(error));
        assert.match(error.message, reason);
        assert.ok(error.message.startsWith(path));
        return true;
      });
    }
    await assert.rejects(opened(join(folder, 'not there')), ImportError);
  });

  it('refuses a pipe, which nobody may ever write into, instead of waiting for it', { timeout: 10_000 }, async (t) => {
    const path = join(folder, 'pipe.csv');
    if (spawnSync('mkfifo', [path]).status !== 0) return t.skip('no pipes can be made here');
    try {
      await assert.rejects(opened(path), /pipe\.csv: is a pipe or a device, .* Write what comes out of it into a file/);
    } finally {
      await rm(path);
    }
  });

  it('asks which of day and month stands first where the file leaves it open', async () => {
    const { sources } = await opened(
      await written('chat.txt', '01/02/2024, 10:00 - A: x\n01/02/2024, 10:00 - A: y\n01/02/2024, 10:00 - A: z\n'),
    );
    assert.match(sources[0]?.ask ?? '', /day or the month first/);
    const sure = await opened(await written('chat.txt', whatsapp));
    assert.equal(sure.sources[0]?.ask, null);
  });

  it('shows columns and a guess for tables, and asks where it has none', async () => {
    const { sources } = await opened(await written('t.csv', table));
    assert.deepEqual(
      sources[0]?.columns?.map(({ name }) => name),
      ['id', 'text'],
    );
    assert.deepEqual(sources[0]?.mapping, { text: 'text', id: 'id' });
    for await (const source of openExport(await written('n.csv', 'a,b\n1,2\n3,4\n'))) {
      assert.equal(source.mapping, null);
      assert.match(source.ask ?? '', /Which column/);
    }
  });
});

describe('folders and archives', () => {
  const files = {
    'b/telegram.json': telegram,
    'a/discord.json': discord,
    'a/readme.txt': 'Nothing.',
    'c/pic.png': Buffer.from([0x89, 0x50, 0, 0]),
  };

  it('finds the exports in a folder and in every kind of archive, read at once or later', async () => {
    for (const [name, content] of Object.entries(files)) await written(join('tree', name), content);
    const tar = await tarOf(files);
    const archives: Readonly<Record<string, Buffer>> = {
      'x.zip': zipOf(files),
      'y.zip': zipOf(files, 'stored'),
      'x.tar': tar,
      'x.tar.gz': gzipSync(tar),
      'x.tar.zst': zstdCompressSync(tar),
      'nested.zip': zipOf({ 'inner.zip': zipOf(files) }),
      'packed.zip': zipOf({ 'd.json.gz': gzipSync(discord), 't.json.zst': zstdCompressSync(telegram) }),
    };
    const paths = [join(folder, 'tree')];
    for (const [name, content] of Object.entries(archives)) paths.push(await written(name, content));
    for (const path of paths)
      for (const when of ['at once', 'later'] as const) {
        const { sources, skipped, texts } = await opened(path, when);
        assert.deepEqual(sources.map(({ format }) => format).sort(), ['discord-json', 'telegram-json'], path);
        assert.deepEqual(texts, ['hello', 'hello']);
        if (!path.endsWith('packed.zip')) assert.equal(skipped.length, 2);
      }
  });

  it('reads what is packed alone, also of several members, frames and blocks', async () => {
    const half = discord.length / 2;
    const parts = [discord.slice(0, half), discord.slice(half)].map((part) => Buffer.from(part));
    const row = Buffer.from('{"text":"some words"}');
    const header = Buffer.alloc(20);
    header.writeUInt32LE(2, 0);
    header.writeUInt32LE(row.length, 8);
    header.writeUInt32LE(row.length, 12);
    header.writeUInt32LE(row.length, 16);
    const block = zstdCompressSync(Buffer.concat([header, row, row]));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(block.length);
    const cases: readonly (readonly [Buffer, readonly string[]])[] = [
      [Buffer.concat(parts.map((part) => gzipSync(part))), ['hello']],
      [Buffer.concat(parts.map((part) => zstdCompressSync(part))), ['hello']],
      [Buffer.concat([size, block, size, block]), Array<string>(4).fill('some words')],
    ];
    for (const [content, expected] of cases)
      assert.deepEqual((await opened(await written('x', content))).texts, expected);
  });

  it('gives what stands before the cut of a packed file, with one warning', async () => {
    const many = JSON.stringify({
      guild: {},
      channel: { id: '2' },
      messages: Array.from({ length: 3000 }, (_, at) => ({
        ...message,
        id: String(at),
        content: `words ${Math.sin(at)}`,
      })),
    });
    for (const packed of [gzipSync(many), zstdCompressSync(many)]) {
      const path = await written('cut.bin', packed.subarray(0, Math.floor(packed.length * 0.7)));
      for await (const source of openExport(path)) {
        const reading = source.read();
        let rows = 0;
        for await (const batch of reading) rows += batch.length;
        assert.ok(rows > 500 && rows < 3000, String(rows));
        assert.equal(reading.summary.complete, false);
        assert.equal(reading.summary.warnings.length, 1);
      }
    }
  });

  it('reads a table cut inside its archive, and says that it was cut', async () => {
    const rows = `id,text\n${Array.from({ length: 20_000 }, (_, at) => `row-${at},words ${Math.sin(at)}\n`).join('')}`;
    const packed = gzipSync(rows);
    for await (const source of openExport(await written('cut.csv.gz', packed.subarray(0, packed.length / 2)))) {
      const reading = source.read();
      let count = 0;
      for await (const batch of reading) count += batch.length;
      assert.ok(count > 1000);
      assert.equal(reading.summary.complete, false);
      assert.match(reading.summary.warnings.join(), /too early|in the middle/);
    }
  });

  it('stops at what unpacks without end, holds too many files or is nested too deeply', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, ' '));
    const limits = { ratio: 100, ratioFrom: 1_000_000 };
    const text = Buffer.concat([gzipSync(`${table}row-c,`), bomb]);
    await assert.rejects(opened(await written('bomb.gz', text), 'at once', limits), /made to fill a disk/);
    await assert.rejects(
      opened(
        await written(
          'bomb.zip',
          zipOf({ 'a.csv': Buffer.concat([Buffer.from(table), Buffer.alloc(20_000_000, 'x')]) }),
        ),
        'at once',
        limits,
      ),
      /made to fill a disk/,
    );
    await assert.rejects(
      opened(await written('many.zip', zipOf({ a: '1', b: '2', c: '3' })), 'at once', { members: 2 }),
      /more than 2 files/,
    );
    let deep = zipOf({ 'a.json': discord });
    for (let depth = 0; depth < 6; depth++) deep = zipOf({ 'a.zip': deep });
    await assert.rejects(opened(await written('deep.zip', deep)), /archives deep/);
  });

  it('reads members of a packed tar that need two looks, however long they are', async () => {
    const long = Array.from({ length: 20_000 }, (_, at) => `25/12/2023, 10:00 - Ada: words ${at}\n`).join('');
    const messages = Array.from({ length: 5000 }, (_, at) => ({
      ...message,
      timestampEdited: null,
      isPinned: false,
      content: `message ${at}`,
    }));
    const sorted = JSON.stringify({ messages, guild: { id: '1' }, channel: { id: '2', name: 'general' } });
    const tar = await tarOf({ 'a.txt': long, 'b.json': sorted, 'c.json': telegram });
    const path = await written('long.tar.gz', gzipSync(tar));
    for (const when of ['at once', 'later'] as const) {
      const { texts } = await opened(path, when);
      assert.equal(texts.length, 25_001);
      assert.deepEqual(
        [texts[0], texts[19_999], texts[20_000], texts[24_999], texts[25_000]],
        ['words 0', 'words 19999', 'message 0', 'message 4999', 'hello'],
      );
    }
  });

  it('takes names that lead out of an archive for labels, and writes nothing', async () => {
    const { sources, texts } = await opened(
      await written('evil.zip', zipOf({ '../../../evil.json': discord, '/abs.json': telegram })),
    );
    assert.deepEqual(texts, ['hello', 'hello']);
    assert.deepEqual(sources.map(({ member }) => member).sort(), ['../../../evil.json', '/abs.json']);
  });

  it('says of a cut zip that it is cut', async () => {
    const zip = zipOf({ 'a.json': discord });
    await assert.rejects(opened(await written('cut.zip', zip.subarray(0, zip.length - 30))), /table of contents/);
  });

  it('leaves the attachments of an export alone, and other tables not', async () => {
    const chat = await opened(
      await written(
        'WhatsApp Chat - Cats.zip',
        zipOf({ '00000001-list.csv': table, '_chat.txt': whatsapp, 'b.jpg': Buffer.from([0xff, 0xd8, 0]) }),
      ),
    );
    assert.deepEqual(
      chat.sources.map(({ format }) => format),
      ['whatsapp-txt'],
    );
    assert.match(chat.skipped.find(({ member }) => member.endsWith('.csv'))?.reason ?? '', /whatsapp-txt export/);
    await written('mixed/d.json', discord);
    await written('mixed/d.json_Files/list.csv', table);
    await written('mixed/own.csv', table);
    const mixed = await opened(join(folder, 'mixed'));
    assert.deepEqual(
      mixed.sources.map(({ format }) => format),
      ['discord-json', 'csv'],
    );
    assert.equal(mixed.skipped.length, 1);
  });

  it('reads only the posts of a Mastodon archive', async () => {
    const archive = {
      'actor.json': JSON.stringify({ type: 'Person', inbox: 'x', outbox: 'outbox.json' }),
      'likes.json': JSON.stringify({
        id: 'likes.json',
        type: 'OrderedCollection',
        orderedItems: ['https://x.example/1'],
      }),
      'outbox.json': outbox,
    };
    for (const bytes of [zipOf(archive), gzipSync(await tarOf(archive))]) {
      const { sources, skipped } = await opened(await written('archive', bytes));
      assert.deepEqual(
        sources.map(({ format }) => format),
        ['mastodon-outbox'],
      );
      assert.equal(skipped.length, 2);
    }
  });

  it('passes over the tables of a Reddit data request that repeat rows or hold no words', async () => {
    const { sources, skipped } = await opened(
      await written(
        'request.zip',
        zipOf({
          'comment_headers.csv': 'id,permalink,date,ip,subreddit,gildings,link,parent\na,b,c,d,e,f,g,h\n',
          'comments.csv':
            'id,permalink,date,ip,subreddit,gildings,link,parent,body,media\na,b,2024-01-01 00:00:00 UTC,i,s,0,l,,x,\n',
          'post_votes.csv': 'id,permalink,direction\na,b,up\n',
        }),
      ),
    );
    assert.deepEqual(
      sources.map(({ format, member }) => [format, member]),
      [['reddit-request', 'comments.csv']],
    );
    assert.equal(skipped.length, 2);
  });

  it('tells links and takes nothing from behind them', async () => {
    await written('linked/d.json', discord);
    await written('elsewhere/t.json', telegram);
    await symlink(join(folder, 'elsewhere'), join(folder, 'linked', 'link'));
    const { sources, skipped } = await opened(join(folder, 'linked'));
    assert.deepEqual(
      sources.map(({ format }) => format),
      ['discord-json'],
    );
    assert.match(skipped[0]?.reason ?? '', /link/);
  });

  it('lets no word of a message into reasons, warnings and errors', async () => {
    const marker = 'QUITEPRIVATE';
    const broken = [
      discord
        .replace('"hello"', `"${marker}`)
        .replace('"messages":[', `"messages":[{"x":"${marker}",},{"content":"${marker}"},`),
      telegram.replace('"id":1,', '').replace('hello', marker),
      `${whatsapp}31/31/2023, 10:00 - Ada: ${marker}\n`.replace('25/12', `${marker}\n25/12`),
      `id,text\nrow-a,${marker},${marker}\nrow-b,"${marker}\nrow-c,${marker}\nrow-d,${marker}\n`,
      `{"text":"fine words"}\n{"text":"${marker}\n[1]\n`,
      `{"body":"x","link_id":"t3_a","subreddit":"s"}\n{"id":"${marker}"}\n`,
      `${marker}, ${marker} and ${marker}\n`,
    ];
    for (const content of broken) {
      const said: string[] = [];
      try {
        for await (const source of openExport(await written('private', content), {
          onSkipped: ({ reason }) => said.push(reason),
        })) {
          said.push(source.reason, source.ask ?? '', ...source.notes);
          const reading = source.read();
          for await (const rows of reading)
            for (const row of rows) if (row.status === 'rejected') said.push(row.reason);
          said.push(...reading.summary.warnings);
        }
      } catch (error) {
        said.push(String(error));
      }
      assert.ok(said.length > 0);
      assert.equal(said.join().includes(marker), false, said.join('\n'));
    }
  });

  it('ends at once when it is told to stop', async () => {
    const path = await written('stop.csv', `id,text\n${'row-a,some words\n'.repeat(200_000)}`);
    const stop = new AbortController();
    await assert.rejects(async () => {
      for await (const source of openExport(path, { signal: stop.signal }))
        for await (const batch of source.read({ signal: stop.signal })) if (batch.length > 0) stop.abort();
    }, /abort/i);
  });
});
