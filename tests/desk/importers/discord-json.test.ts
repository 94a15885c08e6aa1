import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readDiscordJson } from '../../../desk/importers/discord-json.ts';
import { cleanText } from '../../../desk/importers/encoding.ts';
import { holdForJson, words, type Json, type JsonExport } from './json-properties.ts';
import { itemsOf, memoryInput, readAll } from './reading-in-memory.ts';

const EPOCH = 1_420_070_400_000;

function snowflake(ms: number, sequence: number): string {
  return String((BigInt(ms - EPOCH) << 22n) + BigInt(sequence));
}

function message(over: Readonly<Record<string, Json>>): Record<string, Json> {
  return {
    id: snowflake(Date.UTC(2024, 0, 1), 0),
    type: 'Default',
    timestamp: '2024-01-01T00:00:00+00:00',
    timestampEdited: null,
    callEndedTimestamp: null,
    isPinned: false,
    content: 'hello',
    author: { id: '81', name: 'ada', discriminator: '0000', nickname: 'Ada L.', color: null, isBot: false, roles: [] },
    attachments: [],
    embeds: [],
    stickers: [],
    reactions: [],
    mentions: [],
    ...over,
  };
}

function file(messages: readonly Json[], over: Readonly<Record<string, Json>> = {}): Json {
  return {
    guild: { id: '1', name: 'Guild', iconUrl: '' },
    channel: { id: '42', type: 'GuildTextChat', categoryId: '7', category: 'Talk', name: 'general', topic: null },
    dateRange: { after: null, before: null },
    exportedAt: '2024-02-01T00:00:00+00:00',
    messages,
    messageCount: messages.length,
    ...over,
  };
}

const exports: fc.Arbitrary<JsonExport> = fc
  .array(
    fc.record({
      text: words,
      ms: fc.integer({ min: Date.UTC(2016, 0, 1), max: Date.UTC(2027, 0, 1) }),
      zone: fc.constantFrom('+00:00', '-05:00', '+05:30'),
      system: fc.boolean(),
      media: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((specs) => {
    const messages = specs.map(({ text, ms, zone, system, media }, at) => {
      const sign = zone.startsWith('-') ? -1 : 1;
      const shift = sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))) * 60_000;
      return message({
        id: snowflake(ms, at),
        type: system ? 'GuildMemberJoin' : 'Default',
        timestamp: new Date(ms + shift).toISOString().replace('Z', zone),
        content: text,
        attachments: media ? [{ id: '5', url: 'https://x.example/a.png', fileName: 'a.png', fileSizeBytes: 12 }] : [],
      });
    });
    return {
      name: 'export.json',
      file: file(messages),
      part: (from, to) => file(messages.slice(from, to)),
      count: messages.length,
      expected: specs.map(({ text, ms, system, media }, at) => ({
        id: snowflake(ms, at),
        kind: system ? 'system' : media && cleanText(text).trim() === '' ? 'media-only' : 'message',
        text: cleanText(text),
        time: { ms, zone: 'utc' },
        channel: { id: '42', name: 'general' },
      })),
    };
  });

const read = (messages: readonly Json[], over?: Readonly<Record<string, Json>>) =>
  itemsOf(readDiscordJson, 'export.json', JSON.stringify(file(messages, over)));

describe('Discord JSON', () => {
  holdForJson(readDiscordJson, exports);

  it('takes replies into their channel, and neither crossposts nor forwards, for replies', async () => {
    const rows = await read([
      message({ type: 'Reply', reference: { messageId: '9', channelId: '42', guildId: '1' } }),
      message({ reference: { messageId: '9', channelId: '42', guildId: '1' } }),
      message({ reference: { messageId: '9', channelId: '43', guildId: '2' } }),
      message({ reference: { type: 'Forward', messageId: '9', channelId: '42', guildId: '1' } }),
      message({ type: 'Reply', reference: { messageId: null, channelId: null, guildId: null } }),
    ]);
    assert.deepEqual(
      rows.map(({ replyTo }) => replyTo),
      ['9', '9', null, null, null],
    );
  });

  it('scores embeds that are the author own words, and no link previews', async () => {
    const embeds = [{ title: 'Title', description: 'Words', fields: [{ name: 'F', value: 'V', isInline: false }] }];
    const bot = { id: '5', name: 'relay', discriminator: '0000', nickname: 'relay', isBot: true };
    const rows = await read([
      message({ content: '', embeds }),
      message({ content: 'look', embeds }),
      message({ content: 'said', embeds, author: bot }),
      message({ content: '', embeds: [{ title: '', description: '' }] }),
    ]);
    assert.deepEqual(
      rows.map(({ text }) => text),
      ['Title\nWords\nF\nV', 'look', 'said\nTitle\nWords\nF\nV', ''],
    );
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['message', 'message', 'message', 'media-only'],
    );
    assert.equal(rows[2]?.author.bot, true);
  });

  it('scores a forwarded message, marked', async () => {
    const forwardedMessage = {
      timestamp: '2024-01-01T00:00:00+00:00',
      content: 'theirs',
      attachments: [],
      embeds: [],
      stickers: [],
    };
    const [row] = await read([message({ content: '', forwardedMessage })]);
    assert.equal(row?.text, 'theirs');
    assert.equal(row?.forwarded, true);
    assert.equal(row?.kind, 'message');
  });

  it('puts a thread under its parent channel', async () => {
    const channel = { id: '50', type: 'GuildPublicThread', categoryId: '42', category: 'general', name: 'a thread' };
    for (const type of ['GuildPublicThread', 11] as const) {
      const [row] = await read([message({})], { channel: { ...channel, type } });
      assert.deepEqual(row?.thread, { id: '50', name: 'a thread' });
      assert.deepEqual(row?.parentChannel, { id: '42', name: 'general' });
    }
  });

  it('tells channels of a guild from direct messages, which are named after people', async () => {
    const personal = async (type: Json, name = 'export.json'): Promise<boolean | undefined> => {
      const channel = type === null ? null : { id: '42', type, name: 'Anna, Bob' };
      const [row] = await itemsOf(readDiscordJson, name, JSON.stringify(file([message({})], { channel })));
      return row?.channel.personal;
    };
    for (const type of ['GuildTextChat', 'GuildVoiceChat', 'GuildPublicThread', 0, 5, 11])
      assert.equal(await personal(type), undefined, String(type));
    for (const type of ['DirectTextChat', 'DirectGroupTextChat', 1, 3, 'Unheard'])
      assert.equal(await personal(type), true, String(type));
    assert.equal(await personal(null, 'Harbour - Talk - general [1234567].json'), undefined);
    assert.equal(await personal(null, 'Direct Messages - Private - Anna [1234567].json'), true);
    assert.equal(await personal(null, 'Anna [1234567].json'), true);
  });

  it('counts types beyond people as system, unknown numbers too', async () => {
    const types = ['Default', 'Reply', '19', '20', '23', 'ThreadCreated', '8', '24', '46', 'ChannelPinnedMessage'];
    const rows = await read(types.map((type) => message({ type })));
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      [...Array<string>(5).fill('message'), ...Array<string>(5).fill('system')],
    );
  });

  it('repairs a bad timestamp from the id, and keeps an id that is a number digit for digit', async () => {
    const id = snowflake(Date.UTC(2022, 5, 5, 12), 3);
    const text = JSON.stringify(file([message({ id, timestamp: 'yesterday' })])).replace(`"${id}"`, id);
    const [row] = await itemsOf(readDiscordJson, 'export.json', text);
    assert.equal(row?.id, id);
    assert.deepEqual(row?.time, { ms: Date.UTC(2022, 5, 5, 12), zone: 'utc' });
  });

  it('reads edits, reactions, mentions, stickers and files that lie beside the export', async () => {
    const [row] = await read([
      message({
        timestampEdited: '2024-01-01T00:05:00.1234567+00:00',
        content: '',
        attachments: [{ id: '1', url: 'export.json_Files/SPOILER_a.png', fileName: 'SPOILER_a.png', fileSizeBytes: 7 }],
        stickers: [{ id: '1', name: 'wave', format: 'Png', sourceUrl: '' }],
        reactions: [{ emoji: { id: '', name: '👍' }, count: 3 }],
        mentions: [{ id: '6', name: 'bob', nickname: 'Bobby' }],
      }),
    ]);
    assert.deepEqual(row?.edited, { ms: Date.UTC(2024, 0, 1, 0, 5, 0, 123), zone: 'utc' });
    assert.deepEqual(row?.attachments, [
      { name: 'SPOILER_a.png', size: 7, path: 'export.json_Files/SPOILER_a.png' },
      { name: 'wave', type: 'sticker' },
    ]);
    assert.deepEqual(row?.reactions, [{ name: '👍', count: 3 }]);
    assert.deepEqual(row?.mentions, [{ id: '6', name: 'Bobby' }]);
    assert.equal(row?.kind, 'media-only');
  });

  it('rejects a broken element and one without id alone, each with its place', async () => {
    const good = JSON.stringify(message({}));
    const text = `{"guild":{},"channel":{"id":"42","name":"g"},"messages":[${good},{"id":"5",x},7,{"content":"no id"},${good}]}`;
    const { rows, summary } = await readAll(readDiscordJson, memoryInput('export.json', text));
    assert.deepEqual(
      rows.map(({ status }) => status),
      ['item', 'rejected', 'rejected', 'rejected', 'item'],
    );
    assert.equal(summary.counts.rejected, 3);
    assert.equal(rows[1]?.raw, '{"id":"5",x}');
    assert.match(
      rows[1]?.status === 'rejected' ? rows[1].reason : '',
      /^Message 2 \(byte [\d,]+\) is not valid JSON\.$/,
    );
  });

  it('tells a wrong messageCount and imports all the same', async () => {
    const { rows, summary } = await readAll(
      readDiscordJson,
      memoryInput('export.json', JSON.stringify(file([message({})], { messageCount: 3 }))),
    );
    assert.equal(rows.length, 1);
    assert.equal(summary.declared, 3);
    assert.match(summary.warnings.join(), /says that it holds 3 messages; 1 are in it/);
  });

  it('says that the container is damaged even where the file in it is whole', async () => {
    const input = memoryInput('export.json', JSON.stringify(file([message({})])), 1 << 16, true);
    const { rows, summary } = await readAll(readDiscordJson, input);
    assert.equal(rows.length, 1);
    assert.equal(summary.complete, false);
    assert.match(summary.warnings.join(), /container is damaged/);
  });

  it('reads an empty channel, and takes the channel from the name of a file cut before it', async () => {
    const empty = await readAll(readDiscordJson, memoryInput('export.json', JSON.stringify(file([]))));
    assert.equal(empty.rows.length, 0);
    assert.equal(empty.summary.complete, true);
    const headless = `{"messages":[${JSON.stringify(message({}))}`;
    const [row] = await itemsOf(readDiscordJson, 'Guild - Talk - general [123456789] (after 2024).json', headless);
    assert.equal(row?.channel.id, '123456789');
  });

  it('lets a message of 10 MB through and rejects one above the limit with its beginning', async () => {
    const [long] = await read([message({ content: 'x'.repeat(10 * 1024 * 1024) })]);
    assert.equal(long?.text.length, 10 * 1024 * 1024);
    const text = JSON.stringify(
      file([message({ content: 'y'.repeat(17 * 1024 * 1024) }), message({ content: 'after' })]),
    );
    const { rows } = await readAll(readDiscordJson, memoryInput('export.json', text));
    assert.equal(rows[0]?.status, 'rejected');
    assert.ok((rows[0]?.raw.length ?? 0) < 100_000);
    assert.equal(rows[1]?.status === 'item' ? rows[1].text : '', 'after');
  });
});
