import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cleanText } from '../../../desk/importers/encoding.ts';
import { readTelegramJson } from '../../../desk/importers/telegram-json.ts';
import { holdForJson, words, type Json, type JsonExport } from './json-properties.ts';
import { addsUp, itemsOf, memoryInput, readAll } from './reading-in-memory.ts';

function message(id: number, over: Readonly<Record<string, Json>> = {}): Record<string, Json> {
  return {
    id,
    type: 'message',
    date: '2024-01-01T12:00:00',
    date_unixtime: '1704110400',
    from: 'Ada',
    from_id: 'user81',
    text: 'hello',
    text_entities: 'text' in over ? [] : [{ type: 'plain', text: 'hello' }],
    ...over,
  };
}

function chat(messages: readonly Json[], over: Readonly<Record<string, Json>> = {}): Record<string, Json> {
  return { name: 'Group', type: 'private_supergroup', id: 1234567890, messages, ...over };
}

const exports: fc.Arbitrary<JsonExport> = fc
  .array(
    fc.record({
      before: words,
      bold: words,
      seconds: fc.integer({ min: 1_400_000_000, max: 1_900_000_000 }),
      form: fc.constantFrom('string', 'array', 'object', 'entities'),
      kind: fc.constantFrom('message', 'message', 'service', 'unsupported'),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((specs) => {
    const messages = specs.map(({ before, bold, seconds, form, kind }, at): Json => {
      if (kind === 'unsupported') return { id: at, type: 'unsupported' };
      const parts = [before, { type: 'bold', text: bold }];
      const text = form === 'string' ? before + bold : form === 'object' ? { type: 'bold', text: bold } : parts;
      return message(at, {
        type: kind,
        date_unixtime: String(seconds),
        ...(form === 'entities'
          ? {
              text: '',
              text_entities: [
                { type: 'plain', text: before },
                { type: 'bold', text: bold },
              ],
            }
          : { text }),
      });
    });
    return {
      name: 'result.json',
      file: chat(messages),
      part: (from, to) => chat(messages.slice(from, to)),
      count: messages.length,
      expected: specs.map(({ before, bold, seconds, form, kind }, at) => ({
        id: String(at),
        kind: kind === 'message' ? 'message' : 'system',
        channel: { id: '1234567890', name: 'Group' },
        text: kind === 'unsupported' ? '' : cleanText(form === 'object' ? bold : before + bold),
        time: kind === 'unsupported' ? null : { ms: seconds * 1000, zone: 'utc' },
      })),
    };
  });

const read = (messages: readonly Json[], over?: Readonly<Record<string, Json>>) =>
  itemsOf(readTelegramJson, 'result.json', JSON.stringify(chat(messages, over)));

describe('Telegram JSON', () => {
  holdForJson(readTelegramJson, exports);

  it('reads all chats of a whole account and not a byte of its private sections', async () => {
    const account = {
      about: 'Here is your data',
      personal_information: { phone_number: 'SECRET', bio: '}]' },
      contacts: { list: [{ first_name: 'SECRET', messages: [message(99)] }] },
      sessions: { list: [{ id: 5, name: 'SECRET' }] },
      chats: {
        about: 'x',
        list: [
          chat([message(1), message(2)], { id: 10, name: 'A' }),
          chat([], { id: 11 }),
          chat([message(1)], { id: 12, name: null }),
        ],
      },
      left_chats: { about: 'x', list: [chat([message(7)], { id: 13, name: 'Left' })] },
    };
    const whole = await readAll(readTelegramJson, memoryInput('result.json', JSON.stringify(account, null, 1), 7));
    assert.ok(addsUp(whole));
    assert.equal(whole.summary.complete, true);
    const items = whole.rows.filter((row) => row.status === 'item');
    assert.deepEqual(
      items.map(({ id, channel }) => [channel.id, channel.name, id]),
      [
        ['10', 'A', '1'],
        ['10', 'A', '2'],
        ['12', '', '1'],
        ['13', 'Left', '7'],
      ],
    );
    assert.equal(JSON.stringify(whole).includes('SECRET'), false);
  });

  it('tells groups and channels from chats that are named after a person', async () => {
    for (const [type, personal] of [
      ['private_group', undefined],
      ['public_channel', undefined],
      ['personal_chat', true],
      ['bot_chat', true],
      ['saved_messages', true],
    ] as const) {
      const [row] = await itemsOf(readTelegramJson, 'result.json', JSON.stringify(chat([message(1)], { type })));
      assert.equal(row?.channel.personal, personal, type);
    }
  });

  it('finds the chat of each message when its keys stand behind the messages', async () => {
    const moved = (id: number, messages: readonly Json[]): Json => ({
      messages,
      type: 'private_group',
      name: `chat ${id}`,
      id,
    });
    const text = JSON.stringify({ chats: { list: [moved(1, [message(1)]), moved(2, [message(1)])] } });
    const rows = await itemsOf(readTelegramJson, 'result.json', text);
    assert.deepEqual(
      rows.map(({ channel }) => channel),
      [
        { id: '1', name: 'chat 1' },
        { id: '2', name: 'chat 2' },
      ],
    );
  });

  it('repairs control characters written as \\x0B and minds escaped backslashes', async () => {
    const text = String.raw`{"name":"G","type":"private_group","id":5,"messages":[{"id":1,"type":"message","date":"2024-01-01T00:00:00","text":"a\x0Bb \\x0B \\\x1b"}]}`;
    const [row] = await itemsOf(readTelegramJson, 'result.json', text);
    assert.equal(row?.text, 'a\u000bb \\x0B \\\u001b');
  });

  it('reads the unquoted document_id of 4.1.0', async () => {
    const text = `{"name":"G","type":"private_group","id":5,"messages":[
 {"id":1,"type":"message","date":"2024-01-01T00:00:00","text":[{"type":"custom_emoji","text":"x","document_id": stickers/AnimatedSticker (1).tgs
 }," y"]},
 {"id":2,"type":"message","date":"2024-01-01T00:00:00","text":[{"type":"custom_emoji","document_id": (File not included. Change data exporting settings to download.), "text":"z"}]}]}`;
    const rows = await itemsOf(readTelegramJson, 'result.json', text);
    assert.deepEqual(
      rows.map(({ text }) => text),
      ['x y', 'z'],
    );
  });

  it('marks local times as such, and never-edited messages as not edited', async () => {
    const rows = await read([
      {
        id: 1,
        type: 'message',
        date: '2019-10-27T02:30:00',
        edited: '1970-01-01T01:00:00',
        from: 'A',
        from_id: 81,
        text: 'x',
      },
      message(2, { edited: '2024-01-01T13:00:00', edited_unixtime: '1704114000' }),
    ]);
    assert.deepEqual(rows[0]?.time, { ms: Date.UTC(2019, 9, 27, 2, 30), zone: 'unknown' });
    assert.equal(rows[0]?.edited, null);
    assert.equal(rows[0]?.author.id, '81');
    assert.deepEqual(rows[1]?.edited, { ms: 1_704_114_000_000, zone: 'utc' });
  });

  it('scores polls, lists, places and games, and keeps the address behind a link', async () => {
    const rows = await read([
      message(1, {
        text: '',
        text_entities: [],
        poll: { question: ['Which ', { type: 'bold', text: 'one' }, '?'], answers: [{ text: 'A' }, { text: 'B' }] },
      }),
      message(2, { text: '', todo_list: { title: 'List', answers: [{ id: 1, text: 'first' }] } }),
      message(3, { text: '', place_name: 'Café', location_information: { latitude: 1, longitude: 2 } }),
      message(4, { text: ['see ', { type: 'text_link', text: 'this', href: 'https://x.example' }] }),
      message(5, { text: '', location_information: { latitude: 1, longitude: 2 } }),
    ]);
    assert.deepEqual(
      rows.map(({ text }) => text),
      ['Which one?\nA\nB', 'List\nfirst', 'Café', 'see this', ''],
    );
    assert.deepEqual(rows[3]?.links, ['https://x.example']);
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['message', 'message', 'message', 'message', 'media-only'],
    );
  });

  it('keeps media without caption apart from text, with their files', async () => {
    const rows = await read([
      message(1, { text: '', photo: 'photos/photo_1.jpg', photo_file_size: 99, width: 1, height: 1 }),
      message(2, {
        text: 'caption',
        file: '(File not included. Change data exporting settings to download.)',
        file_name: 'a.pdf',
        mime_type: 'application/pdf',
        file_size: 5,
      }),
      message(3, { text: '', media_type: 'sticker', file: 'stickers/s.webp', sticker_emoji: '👍' }),
    ]);
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['media-only', 'message', 'media-only'],
    );
    assert.deepEqual(rows[0]?.attachments, [
      { name: 'photo_1.jpg', type: 'photo', size: 99, path: 'photos/photo_1.jpg' },
    ]);
    assert.deepEqual(rows[1]?.attachments, [{ name: 'a.pdf', type: 'application/pdf', size: 5 }]);
  });

  it('follows replies into forum topics, replies into other chats not at all', async () => {
    const rows = await read([
      message(1, {
        type: 'service',
        action: 'topic_created',
        title: 'Cats',
        actor: 'Ada',
        actor_id: 'user81',
        text: '',
      }),
      message(2, { reply_to_message_id: 1 }),
      message(3, { reply_to_message_id: 2 }),
      message(4),
      message(5, { reply_to_message_id: 1, reply_to_peer_id: 'channel9' }),
    ]);
    assert.deepEqual(
      rows.map(({ thread }) => thread?.name),
      ['Cats', 'Cats', 'Cats', 'General', 'Cats'],
    );
    assert.deepEqual(
      rows.map(({ replyTo }) => replyTo),
      [null, '1', '2', null, null],
    );
    assert.deepEqual(rows[0]?.author, { id: 'user81', name: 'Ada', bot: false });
  });

  it('names the person who signs a channel post, and keeps deleted accounts by id', async () => {
    const rows = await read([
      message(1, { from: 'Channel', from_id: 'channel5', author: 'Grace' }),
      message(2, { from: null, from_id: 'user9' }),
      message(3, { forwarded_from: null }),
      message(-999_999_999, { reactions: [{ type: 'emoji', count: 2, emoji: '👍' }] }),
    ]);
    assert.deepEqual(rows[0]?.author, { id: 'channel5', name: 'Grace', bot: false });
    assert.deepEqual(rows[1]?.author, { id: 'user9', name: '', bot: false });
    assert.equal(rows[2]?.forwarded, true);
    assert.equal(rows[3]?.id, '-999999999');
    assert.deepEqual(rows[3]?.reactions, [{ name: '👍', count: 2 }]);
  });
});
