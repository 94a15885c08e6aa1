import type { JsonSketch } from './json-sketch.ts';

/** What a file is that looks like an export and is none that can be read, with what to do instead; null otherwise. */
export function nearMissOfText(head: string, name: string): string | null {
  const start = head.slice(0, 4096).trimStart();
  if (/^(?:<!doctype html|<html)/i.test(start)) {
    if (/DiscordChatExporter|class="?chatlog|class="?preamble/i.test(head))
      return 'It is the HTML of DiscordChatExporter, made for reading. Export the channel again and choose JSON as format.';
    if (/Exported Data|tgme|page_wrap/i.test(head))
      return 'It is the HTML export of Telegram. In Telegram Desktop, export the chat again and choose "Machine-readable JSON".';
    return 'It is a web page. Export the messages as JSON or CSV instead.';
  }
  if (/^={20,}\r?\nGuild: /.test(start))
    return 'It is the plain text of DiscordChatExporter. Export the channel again and choose JSON as format.';
  if (/^ID,Timestamp,Contents,Attachments\b/i.test(start)) return DISCORD_PACKAGE;
  if (start.startsWith('{"format":"moderato-decisions"'))
    return 'It is a signed file of decisions, without any messages. Merge it instead (`moderato merge`).';
  if (/^EVIDENCE\r?\n\r?\nThese are messages of a community /.test(start)) return EVIDENCE;
  if (/\.crypt\d{0,2}$/i.test(name)) return nearMissOfBinary(Buffer.alloc(0), name);
  return null;
}

/** Told by its README.txt: what lies beside and below that, tables among it, is no export either. */
export const EVIDENCE =
  'It is from an evidence file: proof for others, and no export. `moderato evidence verify` checks such a file.';

const DISCORD_PACKAGE =
  "It is from Discord's own data package, which holds only one person's messages without their context. Export the channels with DiscordChatExporter as JSON.";

/** The same for a file that is no text. */
export function nearMissOfBinary(head: Buffer, name: string): string | null {
  if (/\.crypt\d{0,2}$/i.test(name))
    return "It is WhatsApp's encrypted backup, which cannot be read. In WhatsApp, open the chat, then More, Export chat.";
  if (head.toString('latin1', 0, 15) === 'SQLite format 3')
    return /msgstore|wa\.db|ChatStorage/i.test(name)
      ? "It is WhatsApp's database, which is not read. In WhatsApp, open the chat, then More, Export chat."
      : 'It is a database. Export the messages from it as CSV or JSON lines.';
  if (head.length >= 4 && head.readUInt32BE(0) === 0xd0cf11e0)
    return 'It is a table in the old form of Excel. Save it as CSV (UTF-8).';
  return null;
}

/** The same for JSON, by what stands where in it. */
export function nearMissOfJson({ kinds }: JsonSketch): string | null {
  const has = (...paths: string[]): boolean => paths.every((path) => kinds.has(path));
  if (has('[].ID', '[].Contents') || has('[].ID', '[].Timestamp', '[].Attachments')) return DISCORD_PACKAGE;
  if (has('messages[].sender_name', 'messages[].timestamp_ms') || has('participants', 'thread_path'))
    return 'It is the JSON of Facebook Messenger or Instagram, which is not read. Turn it into CSV or JSON lines with the columns author, date and text.';
  if (has('[].ts', '[].type') && (has('[].user') || has('[].bot_id') || has('[].client_msg_id')))
    return 'It is the JSON of Slack, which is not read. Turn it into CSV or JSON lines with the columns id, author, date and text.';
  return null;
}

/** What a file beside the messages of a known archive is; it is passed over. */
export function companionOf({ kinds, values }: JsonSketch): string | null {
  if (values.get('type') === 'Person' && kinds.has('inbox'))
    return 'It is the profile of a Mastodon archive; the posts are in outbox.json.';
  if (values.get('type') === 'OrderedCollection' && /(?:likes|bookmarks)\.json/.test(String(values.get('id'))))
    return 'It is a list of likes or bookmarks of a Mastodon archive: addresses without words.';
  return null;
}
