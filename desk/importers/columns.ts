import { ownMapping } from './own-export.ts';
import type { Column, ColumnMapping } from './source.ts';

type Role = keyof ColumnMapping;

/** Names by which columns are known, best first. */
const NAMES: Readonly<Record<Role, readonly string[]>> = {
  text: [
    'text',
    'content',
    'body',
    'message',
    'comment',
    'tweet',
    'post',
    'comment_text',
    'message_text',
    'tweet_text',
    'full_text',
    'selftext',
    'msg',
  ],
  id: ['id', 'message_id', 'messageid', 'comment_id', 'post_id', 'tweet_id', 'status_id', 'uuid', 'id_str'],
  author: [
    'author',
    'user',
    'username',
    'from',
    'author_name',
    'user_name',
    'sender',
    'screen_name',
    'author_id',
    'user_id',
    'nickname',
  ],
  time: [
    'date',
    'time',
    'timestamp',
    'created_at',
    'created_utc',
    'datetime',
    'created',
    'sent_at',
    'published',
    'published_at',
    'created_date',
  ],
  channel: [
    'channel',
    'subreddit',
    'thread',
    'channel_name',
    'room',
    'group',
    'chat',
    'forum',
    'channel_id',
    'thread_id',
  ],
  replyTo: [
    'reply_to',
    'parent_id',
    'in_reply_to',
    'reply_to_id',
    'in_reply_to_status_id',
    'parent',
    'parent_comment_id',
  ],
  label: ['label', 'labels', 'class', 'gold', 'gold_label', 'category', 'annotation', 'target_label'],
};

/** Longest free text a column must have on average to be taken for the message without its name saying so. */
const FREE_TEXT = 12;

/** A guess which column holds what, by name and then by content; null where none looks like text. */
export function guessMapping(columns: readonly Column[]): ColumnMapping | null {
  const own = ownMapping(columns.map(({ name }) => name));
  if (own !== null) return own;
  const taken = new Set<string>();
  const find = (role: Role): string | undefined => {
    for (const wanted of NAMES[role]) {
      const column = columns.find(({ name }) => !taken.has(name) && lastPart(name) === wanted);
      if (column === undefined) continue;
      taken.add(column.name);
      return column.name;
    }
    return undefined;
  };
  const text = find('text') ?? longestText(columns);
  if (text === undefined) return null;
  taken.add(text);
  const id = find('id');
  const author = find('author');
  const time = find('time');
  const channel = find('channel');
  const replyTo = find('replyTo');
  const label = find('label');
  return {
    text,
    ...(id === undefined ? {} : { id }),
    ...(author === undefined ? {} : { author }),
    ...(time === undefined ? {} : { time }),
    ...(channel === undefined ? {} : { channel }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(label === undefined ? {} : { label }),
  };
}

/** `data.User Name` is `user_name`. */
function lastPart(name: string): string {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return last
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

function longestText(columns: readonly Column[]): string | undefined {
  let best: { readonly name: string; readonly length: number } | null = null;
  for (const { name, samples } of columns) {
    const words = samples.filter((sample) => /\p{L}/u.test(sample));
    const length = words.reduce((sum, sample) => sum + sample.length, 0) / Math.max(1, samples.length);
    const free = columns.length === 1 || (length >= FREE_TEXT && words.some((sample) => /\s/.test(sample.trim())));
    if (free && length > 0 && (best === null || length > best.length)) best = { name, length };
  }
  return best?.name;
}

/** Columns with the first values of each, shortened for a preview. */
export function columnsOf(names: readonly string[], rows: readonly (readonly string[])[]): Column[] {
  return names.map((name, at) => ({
    name,
    samples: rows.slice(0, 50).map((row) => (row[at] ?? '').slice(0, 200)),
  }));
}
