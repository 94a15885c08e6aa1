import { cleanText } from './encoding.ts';
import { isNameOfGuild } from './discord-json.ts';
import { dialectOfInput, readTable } from './csv.ts';
import type { Attachment, MessageRecord, Reaction, SourceRow } from './record.ts';
import type { ReadContext } from './reading.ts';
import { isoTime, namedMonthTime } from './times.ts';

// Written by Tyrrrz/DiscordChatExporter, CsvMessageWriter.cs: no ids of messages, no types, no replies, no edits, and
// the sentences of the system look like messages.

export const DISCORD_CSV_COLUMNS = ['authorid', 'author', 'date', 'content', 'attachments', 'reactions'] as const;

/** Reads a DiscordChatExporter CSV file. The channel is only in the file's name. */
export async function* readDiscordCsv(context: ReadContext): AsyncGenerator<SourceRow[]> {
  const { input, tally } = context;
  const dialect = await dialectOfInput(input);
  const channel = channelOfName(input.name);
  let unread = 0;
  yield* readTable(context, dialect, (cells, { raw }, place) => {
    const [authorId = '', author = '', date = '', content = '', files = '', reactions = ''] = cells.map(cleanText);
    const attachments = files === '' ? [] : attachmentsOf(files);
    const time = isoTime(date) ?? namedMonthTime(date);
    if (time === null && date !== '') unread++;
    return {
      status: 'item',
      kind: attachments.length > 0 && content.trim() === '' ? 'media-only' : 'message',
      place,
      platform: 'discord',
      id: null,
      channel,
      author: { id: authorId === '' ? null : authorId, name: author, bot: false },
      time,
      edited: null,
      replyTo: null,
      forwarded: false,
      text: content,
      attachments,
      reactions: reactions === '' ? [] : reactionsOf(reactions),
      raw,
    };
  });
  tally.warn(
    'This kind of export has no ids, replies or edits, and joins and pins look like messages; the JSON export has all of it.',
  );
  if (unread > 0) tally.warn(`The dates of ${unread} rows are in a form that could not be understood; they have none.`);
  if (tally.pending) yield tally.take();
}

/** `Guild - Category - channel [id] (after …).csv`, DiscordChatExporter's own naming; else the name as it stands. */
function channelOfName(name: string): MessageRecord['channel'] {
  const match = /^(.*?) ?\[(\d{5,20})\]/.exec(name);
  if (match === null) return { id: `file:${name}`, name: name.replace(/\.[a-z]{2,4}$/i, ''), personal: true };
  const [, parts = '', id = ''] = match;
  return { id, name: parts.split(' - ').at(-1) ?? '', ...(!isNameOfGuild(parts) && { personal: true }) };
}

/** Addresses joined by commas. */
function attachmentsOf(files: string): Attachment[] {
  return files.split(/,(?=https?:|[^,]*_Files[\\/])/).map((url) => {
    const remote = /^https?:/.test(url);
    const name =
      url
        .replace(/[?#].*$/, '')
        .split(/[\\/]/)
        .at(-1) ?? url;
    return { name, ...(remote ? {} : { path: url }) };
  });
}

/** `👍 (3),🎉 (1)` */
function reactionsOf(reactions: string): Reaction[] {
  return [...reactions.matchAll(/(.+?) \((\d+)\)(?:,|$)/g)].map((match) => ({
    name: match[1] ?? '',
    count: Number(match[2]),
  }));
}
