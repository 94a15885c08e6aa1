import { basename } from 'node:path/posix';
import { cleanText } from './encoding.ts';
import { isFields, fieldsOf, idOf, listOf, numberOf, textOf, type Fields } from './fields.ts';
import type { Input } from './input.ts';
import { jsonEvents, nextPlace, parseElement, rejected } from './json-rows.ts';
import { JsonSplitter, type JsonEvent, type Plan } from './json-splitter.ts';
import { parseJson } from './json-value.ts';
import type { Attachment, MessageRecord, Place, Reaction, SourceRow, Time } from './record.ts';
import { previewBytes, type ReadContext } from './reading.ts';
import { inFigures } from './tally.ts';
import { TopicsOfChat } from './telegram-topics.ts';
import { isoTime, unixTime } from './times.ts';

// Written by Telegram Desktop, export_output_json.cpp: one chat, or a whole account with its private sections, which
// are passed over unread.

const CHAT = /^(?:(?:left_)?chats\.list\[\]\.)?(id|name|type)$/;
const MESSAGE = /^(?:(?:left_)?chats\.list\[\]\.)?messages\[\]$/;
const ON_THE_WAY = /^(?:(?:left_)?chats(?:\.list(?:\[\](?:\.messages)?)?)?|messages|)$/;

const plan: Plan = memoised((path) => {
  if (ON_THE_WAY.test(path)) return 'into';
  return MESSAGE.test(path) || CHAT.test(path) ? 'take' : 'skip';
});

const headPlan: Plan = memoised((path) => {
  if (path.endsWith('messages')) return 'skip';
  if (ON_THE_WAY.test(path)) return 'into';
  return CHAT.test(path) ? 'take' : 'skip';
});

/** The paths of a file are few, its messages many. */
function memoised(decide: (path: string) => ReturnType<Plan>): Plan {
  const known = new Map<string, ReturnType<Plan>>();
  return (path) => {
    const step = known.get(path) ?? decide(path);
    if (known.size < 1000) known.set(path, step);
    return step;
  };
}

interface ChatHead {
  id: string | null;
  name: string;
  type: string;
}

/** Follows which chat of the file the events belong to. A single chat is number 0, those of an account count from 1. */
class Chats {
  ordinal = 0;
  head: ChatHead = { id: null, name: '', type: '' };

  /** True when a new chat begins. */
  follow(event: JsonEvent): boolean {
    if (event.type === 'open' && event.path.endsWith('list[]')) {
      this.ordinal++;
      this.head = { id: null, name: '', type: '' };
      return true;
    }
    if (event.type !== 'value' || !CHAT.test(event.path)) return false;
    const value = valueOf(event.bytes);
    const key = event.path.slice(event.path.lastIndexOf('.') + 1);
    if (key === 'id') this.head.id = idOf({ id: value }, 'id');
    else if (typeof value === 'string') this.head[key === 'name' ? 'name' : 'type'] = cleanText(value);
    return false;
  }
}

/** Reads a Telegram Desktop result.json. */
export async function* readTelegramJson(context: ReadContext): AsyncGenerator<SourceRow[]> {
  const { input, tally } = context;
  const chats = new Chats();
  let topics = new TopicsOfChat();
  let channel: MessageRecord['channel'] | null = null;
  let headsBehind: Map<number, ChatHead> | null = null;
  for await (const events of jsonEvents(context, plan, 'message')) {
    for (const event of events) {
      if (chats.follow(event)) {
        topics = new TopicsOfChat();
        channel = null;
      }
      if (event.type === 'open' || event.type === 'close' || !MESSAGE.test(event.path)) continue;
      if (channel === null) {
        let head = chats.head;
        if (head.id === null) {
          headsBehind ??= await collectHeads(input);
          head = headsBehind.get(chats.ordinal) ?? head;
        }
        if (head.id === null)
          tally.warn('The file does not give the id of a chat; its messages were put under a chat without a number.');
        channel = {
          id: head.id ?? '',
          name: nameOf(head),
          ...(!GROUPS.test(head.type) && { personal: true }),
        };
      }
      const place = nextPlace(input, tally);
      const element = parseElement(event, place, 'message', 'ids-are-strings');
      const row =
        element.status === 'rejected' ? element : telegramRow(element.fields, element.raw, place, channel, topics);
      tally.add(row);
      if (tally.full) yield tally.take();
    }
    if (tally.pending) yield tally.take();
  }
}

function valueOf(bytes: Buffer): unknown {
  try {
    return parseJson(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

/** Names and ids of all chats, for a file whose keys were sorted or moved so that messages stand before them. */
async function collectHeads(input: Input): Promise<Map<number, ChatHead>> {
  const heads = new Map<number, ChatHead>();
  const chats = new Chats();
  const splitter = new JsonSplitter(headPlan);
  for await (const chunk of previewBytes(input))
    for (const event of splitter.push(chunk)) {
      chats.follow(event);
      heads.set(chats.ordinal, chats.head);
    }
  return heads;
}

/** Chats that people gave a name; others are called after the person that they are with. */
const GROUPS = /^(?:private|public)_(?:group|supergroup|channel)$/;

function nameOf({ name, type }: ChatHead): string {
  if (name !== '') return name;
  return { saved_messages: 'Saved messages', replies: 'Replies', verification_codes: 'Verification codes' }[type] ?? '';
}

function telegramRow(
  fields: Fields,
  raw: string,
  place: Place,
  channel: MessageRecord['channel'],
  topics: TopicsOfChat,
): SourceRow {
  const id = idOf(fields, 'id');
  if (id === null) return rejected(place, raw, `message ${inFigures(place.row)} has no id.`);
  const message = (fields['type'] ?? 'message') === 'message';
  const replyTo = idOf(fields, 'reply_to_message_id');
  const written = fields['text'] === undefined || fields['text'] === '' ? fields['text_entities'] : fields['text'];
  const parts = [joined(written), ...furtherTexts(fields)].filter((part) => part !== '');
  const text = parts.join('\n');
  const attachments = attachmentsOf(fields);
  const media = attachments.length > 0 || MEDIA_KEYS.some((key) => key in fields);
  const thread = topics.threadOf(fields, id, replyTo);
  const links = linksOf(written);
  const mentions = mentionsOf(written);
  return {
    status: 'item',
    kind: !message ? 'system' : media && text.trim() === '' ? 'media-only' : 'message',
    place,
    platform: 'telegram',
    id,
    channel,
    ...(thread === null ? {} : { thread }),
    author: authorOf(fields, message),
    time: unixTime(fields['date_unixtime']) ?? isoTime(textOf(fields, 'date')),
    edited: unixTime(fields['edited_unixtime']) ?? editedLocally(textOf(fields, 'edited')),
    // A reply into another chat has no target here.
    replyTo: 'reply_to_peer_id' in fields ? null : replyTo,
    forwarded: 'forwarded_from' in fields || 'forwarded_from_id' in fields,
    ...(links.length === 0 ? {} : { links }),
    ...(mentions.length === 0 ? {} : { mentions }),
    text,
    attachments,
    reactions: reactionsOf(fields),
    raw,
  };
}

/** `text`: a string, one object, or an array of strings and objects whose texts follow each other directly. */
function joined(text: unknown): string {
  if (typeof text === 'string') return cleanText(text);
  if (isFields(text)) return joined(text['text']);
  if (!Array.isArray(text)) return '';
  // Joined before cleaning, because an entity can end between the halves of a surrogate pair.
  return cleanText(
    text.map((part: unknown) => (typeof part === 'string' ? part : isFields(part) ? partText(part) : '')).join(''),
  );
}

function partText(part: Fields): string {
  return typeof part['text'] === 'string' ? part['text'] : '';
}

function entitiesOf(text: unknown): readonly Fields[] {
  if (isFields(text)) return [text];
  return Array.isArray(text) ? text.filter(isFields) : [];
}

function linksOf(text: unknown): string[] {
  if (typeof text === 'string') return [];
  return entitiesOf(text)
    .map((entity) => (entity['type'] === 'text_link' ? textOf(entity, 'href') : ''))
    .filter((href) => href !== '');
}

function mentionsOf(text: unknown): { id: string | null; name: string }[] {
  if (typeof text === 'string') return [];
  return entitiesOf(text).flatMap((entity) => {
    const name = textOf(entity, 'text').replace(/^@/, '');
    if (entity['type'] === 'mention') return [{ id: null, name }];
    const user = idOf(entity, 'user_id');
    return entity['type'] === 'mention_name' ? [{ id: user === null ? null : `user${user}`, name }] : [];
  });
}

/** What people wrote outside the text: poll, to-do list, names of places and games. */
function furtherTexts(fields: Fields): string[] {
  const texts: string[] = [];
  const poll = fieldsOf(fields, 'poll');
  if (poll !== null) {
    texts.push(joined(poll['question']));
    for (const answer of listOf(poll, 'answers')) texts.push(joined(answer['text']));
  }
  const list = fieldsOf(fields, 'todo_list');
  if (list !== null) {
    texts.push(joined(list['title']));
    for (const key of ['answers', 'items', 'tasks'])
      for (const item of listOf(list, key)) texts.push(joined(item['text'] ?? item['title']));
  }
  if ('place_name' in fields) texts.push(textOf(fields, 'place_name'));
  if ('game_title' in fields) texts.push(textOf(fields, 'game_title'));
  return texts;
}

function authorOf(fields: Fields, message: boolean): MessageRecord['author'] {
  if (!message) return { id: idOf(fields, 'actor_id'), name: textOf(fields, 'actor'), bot: false };
  const id = idOf(fields, 'from_id');
  // A channel post or an anonymous admin: the signature names the person.
  const signature = id?.startsWith('channel') === true ? textOf(fields, 'author') : '';
  return { id, name: signature === '' ? textOf(fields, 'from') : signature, bot: false };
}

/** The clock of the exporting computer; 1970 was written for "never". */
function editedLocally(text: string): Time | null {
  return text === '' || text.startsWith('1970-') ? null : isoTime(text);
}

const MEDIA_KEYS = [
  'media_type',
  'contact_information',
  'location_information',
  'poll',
  'todo_list',
  'giveaway_information',
  'giveaway_results',
  'invoice_information',
  'paid_stars_amount',
  'self_destruct_period_seconds',
] as const;

function attachmentsOf(fields: Fields): Attachment[] {
  const attachments: Attachment[] = [];
  const photo = textOf(fields, 'photo');
  if (photo !== '') attachments.push(attachment(photo, '', 'photo', numberOf(fields, 'photo_file_size')));
  const file = textOf(fields, 'file');
  if (file !== '' || textOf(fields, 'file_name') !== '') {
    const type = textOf(fields, 'mime_type') || textOf(fields, 'media_type');
    attachments.push(attachment(file, textOf(fields, 'file_name'), type, numberOf(fields, 'file_size')));
  }
  return attachments;
}

function attachment(path: string, name: string, type: string, size: number | null): Attachment {
  // "(File not included. Change data exporting settings to download.)"
  const there = path !== '' && !path.startsWith('(');
  return {
    name: name !== '' ? name : there ? basename(path.replaceAll('\\', '/')) : '',
    ...(type === '' ? {} : { type }),
    ...(size === null ? {} : { size }),
    ...(there ? { path } : {}),
  };
}

function reactionsOf(fields: Fields): readonly Reaction[] {
  return listOf(fields, 'reactions').map((reaction) => ({
    name: textOf(reaction, 'emoji') || (idOf(reaction, 'document_id') ?? textOf(reaction, 'type')),
    count: numberOf(reaction, 'count') ?? 0,
  }));
}
