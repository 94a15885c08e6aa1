import { z } from 'zod';
import { cleanText } from './encoding.ts';
import { fieldsOf, idOf, listOf, numberOf, textOf, type Fields } from './fields.ts';
import { collectJson, jsonEvents, nextPlace, parseElement, rejected } from './json-rows.ts';
import type { Plan } from './json-splitter.ts';
import { parseJson } from './json-value.ts';
import type { Kind } from './kinds.ts';
import type { Attachment, MessageRecord, Place, Reaction, SourceRow, Time } from './record.ts';
import type { ReadContext } from './reading.ts';
import { inFigures } from './tally.ts';
import { isoTime } from './times.ts';

// Written by Tyrrrz/DiscordChatExporter, JsonMessageWriter.cs.

const plan: Plan = (path) => {
  if (path === '' || path === 'messages') return 'into';
  return path === 'messages[]' || path === 'guild' || path === 'channel' || path === 'messageCount' ? 'take' : 'skip';
};

const id = z.union([z.string().transform(cleanText), z.number().transform(String)]);
const ChannelHead = z.object({
  id,
  name: z.string().transform(cleanText).catch(''),
  type: z.union([z.string(), z.number().transform(String)]).catch(''),
  categoryId: id.nullish().catch(null),
  category: z.string().transform(cleanText).nullish().catch(null),
});

/** Where all messages of a file belong. */
interface Head {
  readonly channel: MessageRecord['channel'];
  readonly thread: MessageRecord['thread'];
  readonly parentChannel: MessageRecord['parentChannel'];
}

/** Reads a DiscordChatExporter JSON file. */
export async function* readDiscordJson(context: ReadContext): AsyncGenerator<SourceRow[]> {
  const { input, tally } = context;
  let head: Head | null = null;
  let disagreeing = 0;
  for await (const events of jsonEvents(context, plan, 'message')) {
    for (const event of events) {
      if (event.type === 'open' || event.type === 'close') continue;
      if (event.path === 'messages[]') {
        // Sorted keys can put the channel behind the messages: look for it first.
        head ??= headOf((await collectJson(input, new Set(['channel']))).get('channel')) ?? headOfName(context);
        const place = nextPlace(input, tally);
        const element = parseElement(event, place, 'message', 'ids-are-strings');
        const row = element.status === 'rejected' ? element : discordRow(element.fields, element.raw, place, head);
        if (row.status === 'item' && contradictsId(row)) disagreeing++;
        tally.add(row);
        if (tally.full) yield tally.take();
      } else if (event.type === 'value') {
        const value = parsed(event.bytes);
        if (event.path === 'channel') head = headOf(value) ?? head;
        if (event.path === 'messageCount' && typeof value === 'number') tally.declared = value;
      }
    }
    if (tally.pending) yield tally.take();
  }
  if (tally.declared !== null && tally.declared !== tally.rows && tally.complete)
    tally.warn(
      `The file says that it holds ${inFigures(tally.declared)} messages; ${inFigures(tally.rows)} are in it. It was probably edited.`,
    );
  if (disagreeing > 0)
    tally.warn(
      `The times of ${inFigures(disagreeing)} messages differ by more than a day from the times in their ids; the file's times were taken.`,
    );
}

function parsed(bytes: Buffer): unknown {
  try {
    return parseJson(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

function headOf(value: unknown): Head | null {
  const head = ChannelHead.safeParse(value);
  if (!head.success) return null;
  const { id, name, type, categoryId, category } = head.data;
  // Numbers are Discord's own: 10 to 12 are threads in news, public and private channels; 1 and 3 are direct messages.
  const isThread = type.endsWith('Thread') || ['10', '11', '12'].includes(type);
  const ofGuild = type.startsWith('Guild') || /^(?:0|2|4|5|1\d)$/.test(type);
  const channel = { id, name, ...(!ofGuild && { personal: true }) };
  if (!isThread) return { channel, thread: undefined, parentChannel: undefined };
  const parent = categoryId === null || categoryId === undefined ? undefined : { id: categoryId, name: category ?? '' };
  return { channel, thread: { id, name }, parentChannel: parent };
}

/** The channel of a file that was cut before it names one: from the name that DiscordChatExporter gives its files. */
function headOfName({ input, tally }: ReadContext): Head {
  const match = /^(.*?) ?\[(\d{5,20})\]/.exec(input.name);
  tally.warn(
    match === null
      ? 'The file does not say which channel it is from; its messages were put under a channel without a name.'
      : "The file does not say which channel it is from; the channel was taken from the file's name.",
  );
  const name = match?.[1] ?? '';
  const channel = { id: match?.[2] ?? '', name, ...(!isNameOfGuild(name) && { personal: true }) };
  return { channel, thread: undefined, parentChannel: undefined };
}

/** `Guild - Category - channel`, as DiscordChatExporter names its files; the one of direct messages is no guild. */
export const isNameOfGuild = (name: string): boolean => name.includes(' - ') && !name.startsWith('Direct Messages - ');

/** Default, Reply, and by number: reply, slash command, context menu command. All others are Discord's own sentences. */
const MESSAGE_TYPES = new Set(['Default', 'Reply', '0', '19', '20', '23']);

function discordRow(fields: Fields, raw: string, place: Place, head: Head): SourceRow {
  const id = idOf(fields, 'id');
  if (id === null) return rejected(place, raw, `message ${inFigures(place.row)} has no id.`);
  const type = idOf(fields, 'type') ?? 'Default';
  const user = fieldsOf(fields, 'author');
  const bot = user?.['isBot'] === true;
  const forwarded = fieldsOf(fields, 'forwardedMessage');
  const content = textOf(fields, 'content');
  const texts = [content];
  if (content === '' || bot) texts.push(...listOf(fields, 'embeds').map(embedText));
  const attachments = attachmentsOf(fields);
  if (forwarded !== null) {
    texts.push(textOf(forwarded, 'content'));
    if (textOf(forwarded, 'content') === '') texts.push(...listOf(forwarded, 'embeds').map(embedText));
    attachments.push(...attachmentsOf(forwarded));
  }
  const text = texts.length === 1 ? content : texts.filter((part) => part !== '').join('\n');
  const reference = fieldsOf(fields, 'reference');
  const media = attachments.length > 0 || (text === '' && listOf(fields, 'embeds').length > 0);
  const kind: Kind = !MESSAGE_TYPES.has(type) ? 'system' : media && text.trim() === '' ? 'media-only' : 'message';
  const mentions = listOf(fields, 'mentions');
  return {
    status: 'item',
    kind,
    place,
    platform: 'discord',
    id,
    channel: head.channel,
    ...(head.thread === undefined ? {} : { thread: head.thread }),
    ...(head.parentChannel === undefined ? {} : { parentChannel: head.parentChannel }),
    author: { id: user === null ? null : idOf(user, 'id'), name: user === null ? '' : textOf(user, 'name'), bot },
    time: isoTime(textOf(fields, 'timestamp')) ?? snowflakeTime(id),
    edited: isoTime(textOf(fields, 'timestampEdited')),
    replyTo: reference === null ? null : replyTarget(reference, type, head.channel.id),
    forwarded: forwarded !== null || (reference !== null && reference['type'] === 'Forward'),
    ...(mentions.length === 0 ? {} : { mentions: mentions.map(mentionOf) }),
    text,
    attachments,
    reactions: reactionsOf(fields),
    raw,
  };
}

function embedText(embed: Fields): string {
  const parts = [textOf(embed, 'title'), textOf(embed, 'description')];
  for (const field of listOf(embed, 'fields')) parts.push(textOf(field, 'name'), textOf(field, 'value'));
  return parts.filter((part) => part !== '').join('\n');
}

function attachmentsOf(fields: Fields): Attachment[] {
  const attachments: Attachment[] = listOf(fields, 'attachments').map((attachment) => {
    const url = textOf(attachment, 'url');
    const size = numberOf(attachment, 'fileSizeBytes');
    return {
      name: textOf(attachment, 'fileName'),
      ...(size === null ? {} : { size }),
      // With assets downloaded the address is a path beside the file.
      ...(url === '' || /^[a-z][a-z0-9+.-]*:/i.test(url) ? {} : { path: url }),
    };
  });
  for (const sticker of listOf(fields, 'stickers'))
    attachments.push({ name: textOf(sticker, 'name'), type: 'sticker' });
  return attachments;
}

function reactionsOf(fields: Fields): readonly Reaction[] {
  return listOf(fields, 'reactions').map((reaction) => {
    const emoji = fieldsOf(reaction, 'emoji');
    return { name: emoji === null ? '' : textOf(emoji, 'name'), count: numberOf(reaction, 'count') ?? 0 };
  });
}

function mentionOf(user: Fields): { id: string | null; name: string } {
  const nickname = textOf(user, 'nickname');
  return { id: idOf(user, 'id'), name: nickname === '' ? textOf(user, 'name') : nickname };
}

/** A reply points into its own channel; a reference elsewhere is a crosspost or a forward. */
function replyTarget(reference: Fields, type: string, channel: string): string | null {
  if (reference['type'] === 'Forward') return null;
  const target = idOf(reference, 'channelId');
  const inPlace = target === null || target === channel;
  return type === 'Reply' || type === '19' || (MESSAGE_TYPES.has(type) && inPlace)
    ? idOf(reference, 'messageId')
    : null;
}

const DISCORD_EPOCH = 1_420_070_400_000;

/** The time that Discord's ids carry, or null for an id of another kind. */
function snowflakeTime(id: string): Time | null {
  if (!/^\d{15,20}$/.test(id)) return null;
  return { ms: Number(BigInt(id) >> 22n) + DISCORD_EPOCH, zone: 'utc' };
}

function contradictsId({ id, time }: MessageRecord): boolean {
  if (id === null || id.length < 15 || time === null) return false;
  // A double is exact enough to a millisecond here, and cheaper than a BigInt.
  return Math.abs(Number(id) / 4_194_304 + DISCORD_EPOCH - time.ms) > 86_400_000;
}
