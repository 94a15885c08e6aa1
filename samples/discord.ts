/**
 * Writes a conversation in the shape of DiscordChatExporter's JSON (Tyrrrz/DiscordChatExporter, JsonMessageWriter.cs),
 * one text channel in one file: replies, reactions, edits, pins, joins, messages with only an attachment, sticker, bots.
 */
import type { Random } from '../engine/train/random.ts';
import type { Person, Turn } from './conversation.ts';

const DISCORD_EPOCH = 1_420_070_400_000;
const CDN = 'https://cdn.discordapp.com';
const REACTIONS = [
  ['👍', 'thumbsup'],
  ['😂', 'joy'],
  ['🤔', 'thinking'],
  ['❤️', 'heart'],
] as const;

export interface DiscordSample {
  readonly json: string;
  readonly channel: string;
  /** message id of each turn, in the order of the turns */
  readonly ids: readonly string[];
}

/** A Discord id: 42 bits of milliseconds since 2015, then a counter that keeps ids of one millisecond apart. */
function snowflake(ms: number, counter: number): string {
  return ((BigInt(ms - DISCORD_EPOCH) << 22n) | BigInt(counter & 0xfff)).toString();
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00');
}

function userOf(person: Person, isBot = false): Record<string, unknown> {
  return {
    id: snowflake(person.joined, person.index),
    name: person.name,
    discriminator: '0000',
    nickname: person.nickname,
    color: isBot ? '#5865F2' : null,
    isBot,
    roles: isBot ? [{ id: '1200000000000000101', name: 'bot', color: '#5865F2', position: 1 }] : [],
    avatarUrl: `${CDN}/embed/avatars/${person.index % 6}.png`,
  };
}

type Row = Record<string, unknown> & { readonly id: string };

function row(ms: number, counter: number, type: string, author: unknown, content: string, more: object = {}): Row {
  return {
    id: snowflake(ms, counter),
    type,
    timestamp: stamp(ms),
    timestampEdited: null,
    callEndedTimestamp: null,
    isPinned: false,
    content,
    author,
    attachments: [],
    embeds: [],
    stickers: [],
    reactions: [],
    mentions: [],
    inlineEmojis: [],
    ...more,
  };
}

/** The rows between the people's messages: what a channel holds besides text. */
function besides(turn: Turn, position: number, server: string, channel: string, random: Random): Row[] {
  const ms = turn.time + 400;
  const author = userOf(turn.author);
  if (position % 100 === 20) return [row(ms, 1, 'GuildMemberJoin', author, 'Joined the server.')];
  if (position % 100 === 45) {
    const id = snowflake(ms, 2);
    const attachment = { id, url: `${CDN}/attachments/${channel}/${id}/photo_${position}.jpg` };
    const fileName = position % 200 === 45 ? `SPOILER_photo_${position}.jpg` : `photo_${position}.jpg`;
    const fileSizeBytes = 40_000 + Math.floor(random() * 900_000);
    return [row(ms, 2, 'Default', author, '', { attachments: [{ ...attachment, fileName, fileSizeBytes }] })];
  }
  if (position % 400 === 70) {
    const sticker = { id: '1200000000000000301', name: 'Wave', format: 'Png', sourceUrl: `${CDN}/stickers/1.png` };
    return [row(ms, 3, 'Default', author, '', { stickers: [sticker] })];
  }
  if (position % 200 === 90) {
    const bot = userOf({ index: 4000, name: 'digest', nickname: 'Digest', joined: DISCORD_EPOCH + 1e11 }, true);
    const embed = {
      title: 'Articles of the day',
      url: null,
      timestamp: null,
      description: 'The list of today’s articles is in the channel topic.',
      color: '#5865F2',
      images: [],
      fields: [{ name: 'Articles', value: String(3 + (position % 5)), isInline: true }],
      inlineEmojis: [],
    };
    return [row(ms, 4, 'Default', bot, '', { embeds: [embed] })];
  }
  if (position % 500 === 130) {
    const reference = { messageId: snowflake(turn.time, 0), channelId: channel, guildId: server };
    return [row(ms, 5, 'ChannelPinnedMessage', author, 'Pinned a message.', { reference })];
  }
  return [];
}

/** One channel as DiscordChatExporter writes it. `people` are the server's members. */
export function discordExport(turns: readonly Turn[], random: Random): DiscordSample {
  const server = '1200000000000000001';
  const channel = '1200000000000000011';
  const ids = turns.map((turn) => snowflake(turn.time, 0));
  const messages = turns.flatMap((turn, position): Row[] => {
    const target = turn.replyTo === null ? undefined : (turns[turn.replyTo] as Turn);
    const reactions = REACTIONS.filter(() => random() < 0.04).map(([name, code]) => ({
      emoji: { id: '', name, code, isAnimated: false, imageUrl: '' },
      count: 1 + Math.floor(random() * 6),
      users: [],
    }));
    const message = row(
      turn.time,
      0,
      target === undefined ? 'Default' : 'Reply',
      userOf(turn.author),
      turn.comment.text,
      {
        timestampEdited: turn.edited === null ? null : stamp(turn.edited),
        isPinned: position % 500 === 130,
        reactions,
        // Discord lists the author of the message replied to as mentioned, unless the ping was switched off.
        mentions: target === undefined || random() < 0.2 ? [] : [userOf(target.author)],
        ...(turn.replyTo === null
          ? {}
          : { reference: { messageId: ids[turn.replyTo] as string, channelId: channel, guildId: server } }),
      },
    );
    return [message, ...besides(turn, position, server, channel, random)];
  });
  const root = {
    guild: { id: server, name: 'Sample newsroom', iconUrl: `${CDN}/embed/avatars/0.png` },
    channel: {
      id: channel,
      type: 'GuildTextChat',
      categoryId: '1200000000000000010',
      category: 'Public',
      name: 'comments',
      topic: 'Talk about the articles of the day',
    },
    dateRange: { after: null, before: null },
    exportedAt: stamp((turns.at(-1)?.time ?? DISCORD_EPOCH) + 3_600_000),
    messages,
    messageCount: messages.length,
  };
  return { json: `${JSON.stringify(root, null, 2)}\n`, channel, ids };
}
