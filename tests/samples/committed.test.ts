import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ShingleIndex } from '../../desk/triage/near-duplicates.ts';
import { readSamples } from '../../native-models/recipe/samples.ts';

const folder = join(import.meta.dirname, '../../samples');
const { gold, sources } = readSamples(folder);
const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

const discord = z
  .object({
    guild: z.strictObject({ id: z.string(), name: z.string(), iconUrl: z.string() }),
    channel: z.object({ id: z.string(), type: z.literal('GuildTextChat'), name: z.string() }),
    messages: z.array(
      z.object({
        id: z.string().regex(/^\d{17,20}$/),
        type: z.string(),
        timestamp: z.iso.datetime({ offset: true }),
        timestampEdited: z.iso.datetime({ offset: true }).nullable(),
        content: z.string(),
        author: z.object({ id: z.string(), isBot: z.boolean() }),
        attachments: z.array(z.object({ url: z.string(), fileName: z.string(), fileSizeBytes: z.number() })),
        embeds: z.array(z.unknown()),
        stickers: z.array(z.unknown()),
        reactions: z.array(z.object({ count: z.int().positive() })),
        mentions: z.array(z.object({ id: z.string() })),
        reference: z.object({ messageId: z.string(), channelId: z.string() }).optional(),
      }),
    ),
    messageCount: z.number(),
  })
  .parse(json('discord.json'));

const piece = z.union([z.string(), z.object({ type: z.string(), text: z.string() })]);
const telegram = z
  .object({
    name: z.string(),
    type: z.literal('public_supergroup'),
    id: z.number(),
    messages: z.array(
      z.object({
        id: z.int(),
        type: z.enum(['message', 'service']),
        date: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
        date_unixtime: z.string().regex(/^\d+$/),
        edited_unixtime: z.string().optional(),
        action: z.string().optional(),
        photo: z.string().optional(),
        reply_to_message_id: z.int().optional(),
        text: z.union([z.string(), z.array(piece)]),
        text_entities: z.array(z.object({ type: z.string(), text: z.string() })),
      }),
    ),
  })
  .parse(json('telegram.json'));

const joined = (text: string | z.infer<typeof piece>[]): string =>
  typeof text === 'string' ? text : text.map((part) => (typeof part === 'string' ? part : part.text)).join('');

describe('the committed samples', () => {
  for (const platform of ['discord', 'telegram'] as const) {
    it(`hold 2,000 messages of ${platform}, 120 of them toxic`, () => {
      const rows = gold.filter((row) => row.platform === platform);
      assert.equal(rows.length, 2000);
      assert.equal(rows.filter((row) => row.label === 'toxic').length, 120);
    });
  }

  it('have the gold texts letter for letter in the Discord export, and no other text of people', () => {
    const people = discord.messages.filter((m) => ['Default', 'Reply'].includes(m.type) && m.content !== '');
    const rows = gold.filter((row) => row.platform === 'discord');
    assert.deepEqual(new Map(people.map((m) => [m.id, m.content])), new Map(rows.map((row) => [row.id, row.text])));
    assert.ok(rows.every((row) => row.channel === discord.channel.id));
    assert.equal(discord.messageCount, discord.messages.length);
  });

  it('have the gold texts letter for letter in the Telegram export, and no other text', () => {
    const people = telegram.messages.filter((m) => joined(m.text) !== '');
    const rows = gold.filter((row) => row.platform === 'telegram');
    assert.deepEqual(
      new Map(people.map((m) => [String(m.id), joined(m.text)])),
      new Map(rows.map((row) => [row.id, row.text])),
    );
    assert.ok(rows.every((row) => row.channel === String(telegram.id)));
    for (const m of people) assert.equal(m.text_entities.map((entity) => entity.text).join(''), joined(m.text));
  });

  it('show an importer every kind of row', () => {
    const has = (what: string, found: boolean): void => assert.ok(found, `no ${what}`);
    const d = discord.messages;
    has(
      'join',
      d.some((m) => m.type === 'GuildMemberJoin'),
    );
    has(
      'pin',
      d.some((m) => m.type === 'ChannelPinnedMessage'),
    );
    has(
      'reply',
      d.some((m) => m.type === 'Reply' && m.reference !== undefined),
    );
    has(
      'mention',
      d.some((m) => m.mentions.length > 0),
    );
    has(
      'reaction',
      d.some((m) => m.reactions.length > 0),
    );
    has(
      'edit',
      d.some((m) => m.timestampEdited !== null),
    );
    has(
      'bot embed',
      d.some((m) => m.author.isBot && m.embeds.length > 0),
    );
    has(
      'sticker',
      d.some((m) => m.content === '' && m.stickers.length > 0),
    );
    has(
      'attachment alone',
      d.some((m) => m.content === '' && m.attachments.length > 0),
    );
    const t = telegram.messages;
    for (const action of ['create_channel', 'topic_created', 'join_group_by_link', 'pin_message']) {
      has(
        action,
        t.some((m) => m.action === action),
      );
    }
    has(
      'photo alone',
      t.some((m) => m.photo !== undefined && m.text === ''),
    );
    has(
      'edit',
      t.some((m) => m.edited_unixtime !== undefined),
    );
    for (const type of ['link', 'hashtag', 'bold', 'italic']) {
      has(
        type,
        t.some((m) => m.text_entities.some((entity) => entity.type === type)),
      );
    }
  });

  it('are in order of time, with replies to messages that are there and came before', () => {
    const seen = new Set<string>();
    let last = 0n;
    for (const m of discord.messages) {
      assert.ok(BigInt(m.id) > last);
      last = BigInt(m.id);
      // Discord's ids hold their time.
      assert.equal(Number(last >> 22n) + 1_420_070_400_000, Date.parse(m.timestamp));
      if (m.reference !== undefined) assert.ok(seen.has(m.reference.messageId));
      seen.add(m.id);
    }
    const ids = new Set<number>();
    for (const m of telegram.messages) {
      assert.ok(!ids.has(m.id));
      if (m.reply_to_message_id !== undefined) assert.ok(ids.has(m.reply_to_message_id));
      assert.equal(Date.parse(`${m.date}+02:00`) / 1000, Number(m.date_unixtime));
      ids.add(m.id);
    }
  });

  it('hold no comment twice, not even nearly', () => {
    assert.equal(new Set(sources.map((row) => row.source)).size, 4000);
    const index = new ShingleIndex(gold.map((row) => row.text));
    gold.forEach((row, position) => assert.deepEqual(index.similar(row.text), [position], row.id));
  });

  it('say of each gold row where it is from, with a majority that agrees with its label', () => {
    assert.deepEqual(
      sources.map((row) => [row.platform, row.id, row.channel]),
      gold.map((row) => [row.platform, row.id, row.channel]),
    );
    sources.forEach((row, i) => {
      const [toxic, votes] = row.toxic_votes.split('/').map(Number) as [number, number];
      assert.equal(gold[i]?.label, 2 * toxic > votes ? 'toxic' : 'fine', row.source);
    });
  });
});
