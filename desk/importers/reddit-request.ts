import { cleanText } from './encoding.ts';
import { dialectOfInput, readTable } from './csv.ts';
import { rejected } from './json-rows.ts';
import type { MessageRecord, Place, SourceRow } from './record.ts';
import type { ReadContext } from './reading.ts';
import { authorOf, decoded, quotedLines, subredditOf } from './reddit-record.ts';
import { isoTime } from './times.ts';

// The tables of Reddit's data request that hold words, after EpicenterHQ/epicenter. The column `ip` is never looked at,
// and it is cut out of the raw record.

export type RedditTable = 'comments' | 'posts' | 'messages' | 'chat_history' | 'headers';

/** Which table a header belongs to; `headers` are the same rows once more, without their text. */
export function redditTableOf(columns: readonly string[]): RedditTable | null {
  const names = columns.map((name) => name.trim().toLowerCase());
  const has = (...wanted: string[]): boolean => wanted.every((name) => names.includes(name));
  if (has('message_id', 'channel_url', 'username', 'message')) return 'chat_history';
  if (has('id', 'permalink', 'thread_id', 'from', 'to')) return names.includes('body') ? 'messages' : 'headers';
  if (!has('id', 'permalink', 'date', 'ip', 'subreddit', 'gildings')) return null;
  if (!names.includes('body')) return 'headers';
  return names.includes('title') ? 'posts' : 'comments';
}

/** Reads comments.csv, posts.csv, messages.csv, messages_archive.csv or chat_history.csv of a data request. */
export async function* readRedditRequest(context: ReadContext): AsyncGenerator<SourceRow[]> {
  const dialect = await dialectOfInput(context.input);
  const names = dialect.columns.map((name) => name.toLowerCase());
  const table = redditTableOf(names) ?? 'comments';
  const ip = names.indexOf('ip');
  yield* readTable(context, dialect, (cells, _record, place) => {
    const values = new Map(names.map((name, at) => [name, cleanText(cells[at] ?? '')]));
    const raw = cells
      .filter((_cell, at) => at !== ip)
      .map(quoted)
      .join(',');
    return requestRow(table, (column) => values.get(column) ?? '', raw, place);
  });
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The archive never names the person who asked for it. */
const REQUESTER: MessageRecord['author'] = { id: 'requester', name: 'the account that made the request', bot: false };

function requestRow(table: RedditTable, cell: (column: string) => string, raw: string, place: Place): SourceRow {
  const id = cell(table === 'chat_history' ? 'message_id' : 'id');
  if (id === '') return rejected(place, raw, `row ${place.row} has no id.`);
  const common = {
    status: 'item',
    kind: 'message',
    place,
    platform: 'reddit',
    edited: null,
    forwarded: false,
  } as const;
  const lists = { attachments: [], reactions: [], raw } as const;
  const time = isoTime(cell(table === 'chat_history' ? 'created_at' : 'date'));
  switch (table) {
    case 'comments':
    case 'headers': {
      const text = decoded(cell('body'));
      const quotes = quotedLines(text);
      return {
        ...common,
        ...lists,
        kind: /^\[(?:deleted|removed)\]$/.test(text.trim()) ? 'deleted' : 'message',
        id: `t1_${id.replace(/^t1_/, '')}`,
        channel: subredditOf(cell('subreddit')),
        ...(cell('link') === '' ? {} : { thread: { id: idInLink(cell('link')) } }),
        author: REQUESTER,
        time,
        replyTo: cell('parent') === '' ? null : cell('parent'),
        ...(quotes.length === 0 ? {} : { quoted: quotes }),
        text,
      };
    }
    case 'posts': {
      const [title, body] = [decoded(cell('title')), decoded(cell('body'))];
      const full = `t3_${id.replace(/^t3_/, '')}`;
      return {
        ...common,
        ...lists,
        id: full,
        channel: subredditOf(cell('subreddit')),
        thread: { id: full, name: title },
        author: REQUESTER,
        time,
        replyTo: null,
        ...(cell('url') === '' ? {} : { links: [cell('url')] }),
        text: body === '' || /^\[(?:deleted|removed)\]$/.test(body.trim()) ? title : `${title}\n\n${body}`,
      };
    }
    case 'messages': {
      const [subject, body] = [decoded(cell('subject')), decoded(cell('body'))];
      return {
        ...common,
        ...lists,
        id: `t4_${id.replace(/^t4_/, '')}`,
        channel: {
          id: `messages:${cell('thread_id') || id}`,
          name: `${cell('from')} to ${cell('to')}`,
          personal: true,
        },
        author: authorOf(cell('from'), null),
        time,
        replyTo: null,
        text: [subject, body].filter((part) => part !== '').join('\n\n'),
      };
    }
    case 'chat_history':
      return {
        ...common,
        ...lists,
        id,
        channel: { id: cell('channel_url'), name: cell('channel_name') || cell('subreddit'), personal: true },
        author: authorOf(cell('username'), null),
        time,
        edited: editedAt(cell('created_at'), cell('updated_at')),
        replyTo: cell('thread_parent_message_id') || null,
        text: decoded(cell('message')),
      };
  }
}

/** The link column holds an address; the post's id stands behind `/comments/`. */
function idInLink(link: string): string {
  const match = /\/comments\/([0-9a-z]+)/i.exec(link);
  return match === null ? link : `t3_${match[1] ?? ''}`;
}

function editedAt(created: string, updated: string): MessageRecord['edited'] {
  return updated === '' || updated === created ? null : isoTime(updated);
}
