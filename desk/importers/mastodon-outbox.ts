import { basename } from 'node:path/posix';
import { fieldsOf, isFields, listOf, numberOf, textOf, type Fields } from './fields.ts';
import { htmlText } from './html-text.ts';
import type { Input } from './input.ts';
import { jsonEvents, nextPlace, parseElement, rejected } from './json-rows.ts';
import { JsonSplitter, type Plan } from './json-splitter.ts';
import type { Attachment, MessageRecord, Place, SourceRow } from './record.ts';
import { previewBytes, type ReadContext } from './reading.ts';
import { inFigures } from './tally.ts';
import { isoTime } from './times.ts';

// Written by mastodon/mastodon, backup_service.rb: one account's posts as ActivityPub. `totalItems` is the account's own
// counter and need not match.

const plan: Plan = (path) => {
  if (path === '' || path === 'orderedItems') return 'into';
  return path === 'orderedItems[]' ? 'take' : 'skip';
};

/** Reads the outbox.json of a Mastodon archive. */
export async function* readMastodonOutbox(context: ReadContext): AsyncGenerator<SourceRow[]> {
  const { input, tally } = context;
  for await (const events of jsonEvents(context, plan, 'post')) {
    for (const event of events) {
      if (event.type === 'open' || event.type === 'close') continue;
      const place = nextPlace(input, tally);
      const element = parseElement(event, place, 'post');
      tally.add(element.status === 'rejected' ? element : mastodonRow(element.fields, element.raw, place));
      if (tally.full) yield tally.take();
    }
    if (tally.pending) yield tally.take();
  }
}

/** How many posts of the file are private mail, and how many there are in all: to be said before the import. */
export async function countDirect(input: Input): Promise<{ readonly direct: number; readonly posts: number }> {
  let direct = 0;
  let posts = 0;
  const splitter = new JsonSplitter(plan);
  for await (const chunk of previewBytes(input))
    for (const event of splitter.push(chunk)) {
      if (event.type !== 'value') continue;
      posts++;
      const element = parseElement(event, { member: '', row: posts }, 'post');
      if (element.status === 'parsed' && visibilityOf(element.fields) === 'direct') direct++;
    }
  return { direct, posts };
}

function mastodonRow(item: Fields, raw: string, place: Place): SourceRow {
  const type = textOf(item, 'type');
  const object = fieldsOf(item, 'object');
  const account = accountOf(textOf(item, 'actor'));
  const common = {
    status: 'item',
    place,
    platform: 'mastodon',
    channel: account,
    visibility: visibilityOf(item),
    reactions: [],
    raw,
  } as const;
  if (type === 'Announce') {
    // A boost: somebody else's words, or the account's own private post once more.
    const id = textOf(item, 'id');
    if (id === '') return rejected(place, raw, `post ${inFigures(place.row)} has no id.`);
    return {
      ...common,
      kind: 'share',
      id,
      author: { id: account.id, name: account.name, bot: false },
      time: isoTime(textOf(item, 'published')),
      edited: null,
      replyTo: null,
      forwarded: true,
      text: '',
      attachments: [],
    };
  }
  if (type !== 'Create' || object === null)
    return rejected(place, raw, `post ${inFigures(place.row)} is neither a post nor a boost.`);
  const id = textOf(object, 'id') || textOf(item, 'id');
  if (id === '') return rejected(place, raw, `post ${inFigures(place.row)} has no id.`);
  const attachments = listOf(object, 'attachment').map(attachmentOf);
  const text = textOfPost(object);
  const language = languageOf(object);
  const mentions = mentionsOf(object);
  const conversation = textOf(object, 'conversation');
  const author = accountOf(textOf(object, 'attributedTo') || textOf(item, 'actor'));
  return {
    ...common,
    kind: attachments.length > 0 && text === '' ? 'media-only' : 'message',
    id,
    ...(conversation === '' ? {} : { thread: { id: conversation } }),
    author: { id: author.id, name: author.name, bot: false },
    time: isoTime(textOf(object, 'published')) ?? isoTime(textOf(item, 'published')),
    edited: isoTime(textOf(object, 'updated')),
    replyTo: textOf(object, 'inReplyTo') || null,
    forwarded: false,
    ...(language === null ? {} : { language }),
    ...(mentions.length === 0 ? {} : { mentions }),
    text,
    attachments,
  };
}

/** Content warning, content, poll options and descriptions of images, each on a line of its own. */
function textOfPost(object: Fields): string {
  const options = [...listOf(object, 'oneOf'), ...listOf(object, 'anyOf')];
  return [
    textOf(object, 'summary'),
    mentionsInFull(htmlText(textOf(object, 'content')), object),
    ...options.map((option) => textOf(option, 'name')),
    ...listOf(object, 'attachment').map((attachment) => textOf(attachment, 'name')),
  ]
    .filter((part) => part.trim() !== '')
    .join('\n');
}

/** Mentions show only `@user`; the tags know the host. */
function mentionsInFull(text: string, object: Fields): string {
  let full = text;
  for (const { name } of mentionsOf(object)) {
    const [user, host] = name.split('@');
    if (user === undefined || user === '' || host === undefined) continue;
    const bare = new RegExp(`(?<![\\w@])@${user.replace(/[^\w]/g, '\\$&')}(?![\\w@])`, 'gi');
    full = full.replace(bare, () => `@${user}@${host}`);
  }
  return full;
}

function mentionsOf(object: Fields): { id: string | null; name: string }[] {
  return listOf(object, 'tag')
    .filter((tag) => tag['type'] === 'Mention')
    .map((tag) => ({ id: textOf(tag, 'href') || null, name: textOf(tag, 'name').replace(/^@/, '') }));
}

function attachmentOf(attachment: Fields): Attachment {
  const path = textOf(attachment, 'url');
  const type = textOf(attachment, 'mediaType');
  const size = numberOf(attachment, 'size');
  return {
    name: basename(path),
    ...(type === '' ? {} : { type }),
    ...(size === null ? {} : { size }),
    ...(path === '' || /^https?:/i.test(path) ? {} : { path }),
  };
}

function languageOf(object: Fields): string | null {
  const map = fieldsOf(object, 'contentMap');
  const [language] = map === null ? [] : Object.keys(map);
  return language ?? null;
}

/** `https://host/users/name` as id, `name@host` as name. */
function accountOf(uri: string): MessageRecord['channel'] {
  const match = /^https?:\/\/([^/]+)\/(?:.*\/)?@?([^/]+)\/?$/.exec(uri);
  return { id: uri, name: match === null ? uri : `${match[2] ?? ''}@${match[1] ?? ''}`, personal: true };
}

const PUBLIC = new Set(['https://www.w3.org/ns/activitystreams#Public', 'as:Public', 'Public']);

function visibilityOf(item: Fields): NonNullable<MessageRecord['visibility']> {
  const object = fieldsOf(item, 'object');
  const to = [...addresses(item['to']), ...addresses(object?.['to'])];
  const cc = [...addresses(item['cc']), ...addresses(object?.['cc'])];
  if (to.some((address) => PUBLIC.has(address))) return 'public';
  if (cc.some((address) => PUBLIC.has(address))) return 'unlisted';
  return [...to, ...cc].some((address) => address.endsWith('/followers')) ? 'followers' : 'direct';
}

function addresses(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isFields(value) || !Array.isArray(value)) return [];
  return value.filter((address) => typeof address === 'string');
}
