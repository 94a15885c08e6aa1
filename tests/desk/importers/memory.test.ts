import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCsv } from '../../../desk/importers/csv.ts';
import { readDiscordJson } from '../../../desk/importers/discord-json.ts';
import { readJsonTable } from '../../../desk/importers/json-table.ts';
import { startReading, type Reader } from '../../../desk/importers/reading.ts';
import { readWhatsAppTxt } from '../../../desk/importers/whatsapp-txt.ts';
import { memoryInput } from './reading-in-memory.ts';

const MB = 1024 * 1024;

/** A file of about `megabytes`, the same rows again and again out of one buffer, so that it costs no memory itself. */
function endless(name: string, head: string, row: (at: number) => string, tail: string, megabytes: number) {
  let text = '';
  for (let at = 0; text.length < 256 * 1024; at++) text += row(at);
  const rows = Buffer.from(text);
  return {
    ...memoryInput(name, ''),
    size: null,
    async *bytes() {
      yield Buffer.from(head);
      for (let sent = 0; sent < megabytes * MB; sent += rows.length) {
        await Promise.resolve();
        yield rows;
      }
      yield Buffer.from(tail);
    },
  };
}

const words = 'words and more words, '.repeat(5);
const message = (at: number): string =>
  `{"id":"${at}","type":"Default","timestamp":"2024-01-01T00:00:00+00:00","content":"${words}","author":{"id":"1","name":"a","discriminator":"0000","roles":[{"id":"1","name":"${words}"}]},"attachments":[],"embeds":[],"reactions":[],"mentions":[]},\n`;

describe('memory', () => {
  const cases: readonly (readonly [string, Reader, ReturnType<typeof endless>])[] = [
    [
      'Discord JSON',
      readDiscordJson,
      endless('d.json', '{"guild":{},"channel":{"id":"1"},"messages":[', message, ']}', 100),
    ],
    [
      'CSV',
      readCsv,
      endless('t.csv', 'id,author,date,text\n', (at) => `row-${at},a,2024-01-01T00:00:00Z,"${words}"\n`, '', 100),
    ],
    ['JSON lines', readJsonTable, endless('t.jsonl', '', (at) => `{"id":"row-${at}","text":"${words}"}\n`, '', 100)],
    [
      'WhatsApp',
      readWhatsAppTxt,
      endless('c.txt', '', (at) => `25/12/2023, 10:${String(at % 60).padStart(2, '0')} - Ada: ${words}\n`, '', 64),
    ],
  ];
  for (const [name, reader, input] of cases)
    it(`stays flat while ${name} is read, however much there is`, async () => {
      const before = process.memoryUsage.rss();
      let peak = 0;
      let rows = 0;
      for await (const batch of startReading(input, reader, {})) {
        rows += batch.length;
        peak = Math.max(peak, process.memoryUsage.rss() - before);
      }
      assert.ok(rows > 50_000, String(rows));
      // A busy machine collects garbage late; what was kept would be twice as much.
      assert.ok(peak < 300 * MB, `${Math.round(peak / MB)} MB`);
    });
});
