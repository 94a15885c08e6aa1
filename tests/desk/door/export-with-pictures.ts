/** A Discord export in a folder of its own, with files beside it. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One pixel, orange. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAFgwJ/lXnPUwAAAABJRU5ErkJggg==',
  'base64',
);

/** @param paths of the attachments, as the export has them: a message each. @returns the file to import */
export function exportWith(
  folder: string,
  paths: readonly string[],
  files: Readonly<Record<string, Uint8Array | { readonly link: string }>>,
): string {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    if (content instanceof Uint8Array) writeFileSync(file, content);
    else symlinkSync(content.link, file);
  }
  const messages = paths.map((url, i) => ({
    id: String(1_200_000_000_000_000_000n + BigInt(i)),
    type: 'Default',
    timestamp: `2024-01-01T00:00:${String(i).padStart(2, '0')}+00:00`,
    timestampEdited: null,
    isPinned: false,
    content: `picture ${i + 1}`,
    author: { id: '81', name: 'ada', discriminator: '0000', nickname: 'Ada', color: null, isBot: false, roles: [] },
    attachments: [{ id: String(i + 1), url, fileName: `p${i + 1}.png`, fileSizeBytes: 68 }],
    embeds: [],
    stickers: [],
    reactions: [],
    mentions: [],
  }));
  const file = join(folder, 'export', 'channel.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    JSON.stringify({
      guild: { id: '1', name: 'Guild', iconUrl: '' },
      channel: { id: '42', type: 'GuildTextChat', categoryId: '7', category: 'Talk', name: 'general', topic: null },
      dateRange: { after: null, before: null },
      exportedAt: '2024-02-01T00:00:00+00:00',
      messages,
      messageCount: messages.length,
    }),
  );
  return file;
}
