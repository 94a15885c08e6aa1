import { sketchOf, tableIn, type JsonSketch } from './json-sketch.ts';
import { companionOf, nearMissOfJson } from './near-miss.ts';
import type { Recognition } from './recognition.ts';
import type { Candidate } from './source.ts';

const TELEGRAM_TYPES = new Set([
  'saved_messages',
  'replies',
  'verification_codes',
  'personal_chat',
  'bot_chat',
  'private_group',
  'private_supergroup',
  'public_supergroup',
  'private_channel',
  'public_channel',
]);

/** Recognises JSON by its keys, wherever they stand. `head` is UTF-8 without byte order mark. */
export function sniffJson(head: Buffer, whole: boolean): Recognition {
  const sketch = sketchOf(head);
  const companion = companionOf(sketch);
  if (companion !== null) return { status: 'unknown', reason: companion, nearMiss: false };
  const candidates = [discord, telegram, mastodon, reddit].flatMap((detect) => detect(sketch) ?? []);
  const near = candidates.length === 0 ? nearMissOfJson(sketch) : null;
  if (near !== null) return { status: 'unknown', reason: near, nearMiss: true };
  if (candidates.length === 0) {
    const table = generic(sketch, head, whole);
    if (table !== null) candidates.push(table);
  }
  if (candidates.length > 0) return { status: 'recognised', candidates };
  return {
    status: 'unknown',
    reason: whole
      ? 'It is JSON, but holds no list of messages. If it is an export, it was cut before its first message: export it again.'
      : 'It is JSON, but no list of messages begins in its first 64 kB.',
    nearMiss: false,
  };
}

function discord({ kinds }: JsonSketch): Candidate | null {
  const has = (...paths: string[]): boolean => paths.every((path) => kinds.has(path));
  if (kinds.get('guild') === '{' && kinds.get('channel') === '{')
    return {
      format: 'discord-json',
      confidence: kinds.get('messages') === '[' ? 0.99 : 0.9,
      reason: 'It names a guild and a channel, as DiscordChatExporter does.',
    };
  if (
    has('messages[].author.discriminator', 'messages[].timestamp') ||
    has('messages[].timestampEdited', 'messages[].isPinned')
  )
    return { format: 'discord-json', confidence: 0.9, reason: 'Its messages have the fields of DiscordChatExporter.' };
  return null;
}

function telegram({ kinds, values }: JsonSketch): Candidate | null {
  const has = (...paths: string[]): boolean => paths.every((path) => kinds.has(path));
  const type = values.get('type');
  if (kinds.get('chats.list') === '[' || kinds.get('left_chats.list') === '[')
    return { format: 'telegram-json', confidence: 0.97, reason: 'It holds the chats of a whole Telegram account.' };
  if (has('about') && (has('personal_information') || has('frequent_contacts') || has('contacts')))
    return {
      format: 'telegram-json',
      confidence: 0.9,
      reason: 'It begins like the export of a whole Telegram account.',
    };
  if (kinds.get('messages') !== '[') return null;
  if (typeof type === 'string' && TELEGRAM_TYPES.has(type) && has('id'))
    return {
      format: 'telegram-json',
      confidence: 0.99,
      reason: 'It is one chat with a type and a number, as Telegram Desktop writes it.',
    };
  const message = has('messages[].id', 'messages[].type', 'messages[].date');
  if (
    message &&
    (has('messages[].date_unixtime') ||
      has('messages[].from_id') ||
      has('messages[].actor') ||
      has('messages[].text_entities'))
  )
    return { format: 'telegram-json', confidence: 0.9, reason: 'Its messages have the fields of Telegram Desktop.' };
  return null;
}

function mastodon({ kinds, values }: JsonSketch): Candidate | null {
  if (values.get('type') === 'OrderedCollection' && kinds.get('orderedItems') === '[')
    return { format: 'mastodon-outbox', confidence: 0.98, reason: 'It is the outbox of a Mastodon archive.' };
  if (kinds.get('orderedItems[].object') !== undefined && kinds.has('orderedItems[].actor'))
    return { format: 'mastodon-outbox', confidence: 0.85, reason: 'Its items are posts of an outbox.' };
  return null;
}

function reddit(sketch: JsonSketch): Candidate | null {
  const { kinds, values } = sketch;
  const has = (...paths: string[]): boolean => paths.every((path) => kinds.has(path));
  if ((values.get('kind') === 'Listing' && has('data')) || (values.get('[].kind') === 'Listing' && has('[].data')))
    return { format: 'reddit-listing', confidence: 0.98, reason: "It is an answer of Reddit's API." };
  if (has('data[].subreddit') && (has('data[].body') || has('data[].title')))
    return { format: 'reddit-listing', confidence: 0.95, reason: 'It is an answer of the API of a Reddit archive.' };
  if (kinds.get('') !== '{' || !has('subreddit')) return null;
  if (has('body') && (has('link_id') || has('parent_id')))
    return { format: 'reddit-jsonl', confidence: 0.98, reason: 'Its lines are comments of a Reddit dump.' };
  if (has('title') && (has('selftext') || has('url') || has('domain')))
    return { format: 'reddit-jsonl', confidence: 0.97, reason: 'Its lines are posts of a Reddit dump.' };
  return null;
}

function generic(sketch: JsonSketch, head: Buffer, whole: boolean): Candidate | null {
  const { kinds, lines, empty } = sketch;
  if (kinds.get('[]') === '{') return { format: 'jsonl', confidence: 0.7, reason: 'It is a JSON list of objects.' };
  if (lines) return { format: 'jsonl', confidence: 0.75, reason: 'Every line is a JSON object.' };
  if (empty) return { format: 'jsonl', confidence: 0.5, reason: 'It is a JSON list without anything in it.' };
  const table = tableIn(sketch);
  if (table !== null)
    return {
      format: 'jsonl',
      confidence: 0.5,
      reason: `It is JSON with a list of objects under "${table.slice(0, -2)}".`,
    };
  // One line alone, or a first line that is longer than what was looked at.
  const single = kinds.get('') === '{' && [...kinds.keys()].length > 1;
  const newline = head.indexOf(0x0a);
  const oneLine = newline === -1 || head.subarray(newline).toString('latin1').trim() === '';
  if (single && oneLine && [...kinds.values()].includes('scalar'))
    return { format: 'jsonl', confidence: whole ? 0.4 : 0.3, reason: 'It is one JSON object on one line.' };
  return null;
}
