/** How people call the formats of exports. */
const NAMES: Readonly<Record<string, string>> = {
  'discord-json': 'Discord · JSON',
  'discord-csv': 'Discord · CSV',
  'telegram-json': 'Telegram',
  'whatsapp-txt': 'WhatsApp',
  'mastodon-outbox': 'Mastodon',
  'reddit-jsonl': 'Reddit · JSON lines',
  'reddit-listing': 'Reddit · JSON',
  'reddit-request': 'Reddit · CSV',
  csv: 'CSV',
  jsonl: 'JSON lines',
  parquet: 'Parquet',
};

export const formatName = (format: string): string => NAMES[format] ?? format;

/** A file without its folders, or the member of an archive with the archive's name. */
export function fileName(path: string, member = ''): string {
  const name = path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
  return member === '' ? name : `${name} › ${member}`;
}
