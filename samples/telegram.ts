/**
 * Writes a conversation in the shape of Telegram Desktop's result.json (telegramdesktop/tdesktop, export_output_json.cpp),
 * one public supergroup: text entities, replies, reactions, edits, topics, service messages, messages with only a photo.
 */
import type { Random } from '../engine/train/random.ts';
import type { Person, Turn } from './conversation.ts';

/** The exporting computer stands two hours east of UTC: `date` is its local time, `date_unixtime` is not. */
const ZONE = 2 * 3_600_000;
const REACTIONS = ['👍', '😁', '🤔', '❤'] as const;

export interface TelegramSample {
  readonly json: string;
  readonly channel: string;
  /** message id of each turn, in the order of the turns */
  readonly ids: readonly string[];
}

interface Entity {
  readonly type: string;
  readonly text: string;
}

type Row = Record<string, unknown> & { readonly id: number };

/**
 * What Telegram marks in a text by itself: links, mentions, hashtags, mail addresses. Joined, the pieces give the text
 * again. Bare pieces are `plain`.
 */
export function entitiesOf(text: string): readonly Entity[] {
  const pattern =
    /(?<link>https?:\/\/[^\s<>"]+)|(?<email>[\w.+-]+@[\w-]+\.[a-z]{2,})|(?<mention>@[A-Za-z]\w{4,31})|(?<hashtag>#\p{L}[\p{L}\p{N}_]*)/gu;
  const entities: Entity[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) entities.push({ type: 'plain', text: text.slice(end, match.index) });
    const type = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? 'plain';
    entities.push({ type, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) entities.push({ type: 'plain', text: text.slice(end) });
  return entities;
}

/** One person in a while sets a word in bold or italics: the first of at least four letters. */
function withEmphasis(entities: readonly Entity[], type: string): readonly Entity[] {
  const at = entities.findIndex((entity) => entity.type === 'plain' && /\p{L}{4,}/u.test(entity.text));
  const word = at < 0 ? null : /\p{L}{4,}/u.exec((entities[at] as Entity).text);
  if (word === null) return entities;
  const { text } = entities[at] as Entity;
  const pieces = [
    { type: 'plain', text: text.slice(0, word.index) },
    { type, text: word[0] },
    { type: 'plain', text: text.slice(word.index + word[0].length) },
  ].filter((piece) => piece.text !== '');
  return [...entities.slice(0, at), ...pieces, ...entities.slice(at + 1)];
}

/** `text` as Telegram writes it: a plain string, or a list where plain pieces are bare strings. */
function textField(entities: readonly Entity[]): unknown {
  if (entities.every((entity) => entity.type === 'plain')) return entities.map((entity) => entity.text).join('');
  return entities.map((entity) => (entity.type === 'plain' ? entity.text : entity));
}

function times(key: 'date' | 'edited', ms: number): Record<string, string> {
  const local = new Date(ms + ZONE).toISOString().slice(0, 19);
  return { [key]: local, [`${key}_unixtime`]: String(Math.floor(ms / 1000)) };
}

const idOf = (person: Person): string => `user${700_000_000 + person.index * 7919}`;

function service(id: number, ms: number, actor: Person, action: string, more: object): Row {
  return {
    id,
    type: 'service',
    ...times('date', ms),
    actor: actor.nickname,
    actor_id: idOf(actor),
    action,
    ...more,
    text: '',
    text_entities: [],
  };
}

/** One supergroup as Telegram Desktop writes it. Its first person is the one who made it. */
export function telegramExport(turns: readonly Turn[], people: readonly Person[], random: Random): TelegramSample {
  const channel = 1_900_000_077;
  const owner = people[0] as Person;
  const opened = (turns[0]?.time ?? 0) - 60_000;
  let id = 1;
  const messages: Row[] = [service(id, opened, owner, 'create_channel', { title: 'Sample newsroom' })];
  const topics = ['Articles', 'Letters'].map((title, index) => {
    messages.push(service(++id, opened + 1000 * (index + 1), owner, 'topic_created', { title }));
    return id;
  });
  const ids: number[] = [];
  turns.forEach((turn, position) => {
    // A deleted message leaves a gap in the numbers.
    id += random() < 0.02 ? 2 : 1;
    ids.push(id);
    const topic = topics[Math.floor(random() * 6)];
    const replyTo = turn.replyTo === null ? topic : ids[turn.replyTo];
    const plain = entitiesOf(turn.comment.text);
    const emphasis = random();
    const entities = emphasis < 0.03 ? withEmphasis(plain, emphasis < 0.015 ? 'bold' : 'italic') : plain;
    const reactions = REACTIONS.filter(() => random() < 0.04).map((emoji) => ({
      type: 'emoji',
      count: 1 + Math.floor(random() * 6),
      emoji,
    }));
    messages.push({
      id,
      type: 'message',
      ...times('date', turn.time),
      ...(turn.edited === null ? {} : times('edited', turn.edited)),
      from: turn.author.nickname,
      from_id: idOf(turn.author),
      ...(replyTo === undefined ? {} : { reply_to_message_id: replyTo }),
      text: textField(entities),
      text_entities: entities,
      ...(reactions.length === 0 ? {} : { reactions }),
    });
    const after = turn.time + 400;
    if (position % 100 === 20) {
      messages.push(service(++id, after, turn.author, 'join_group_by_link', { inviter: owner.nickname }));
    } else if (position % 100 === 45) {
      messages.push({
        id: ++id,
        type: 'message',
        ...times('date', after),
        from: turn.author.nickname,
        from_id: idOf(turn.author),
        photo: '(File not included. Change data exporting settings to download.)',
        photo_file_size: 40_000 + Math.floor(random() * 200_000),
        width: 1280,
        height: 720,
        text: '',
        text_entities: [],
      });
    } else if (position % 500 === 130) {
      messages.push(service(++id, after, owner, 'pin_message', { message_id: ids[position] as number }));
    }
  });
  const root = { name: 'Sample newsroom', type: 'public_supergroup', id: channel, messages };
  return { json: `${JSON.stringify(root, null, 1)}\n`, channel: String(channel), ids: ids.map(String) };
}
