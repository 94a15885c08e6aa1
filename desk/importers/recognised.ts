import { columnsOf, guessMapping } from './columns.ts';
import { dialectOfInput, readCsv } from './csv.ts';
import { readDiscordCsv } from './discord-csv.ts';
import { readDiscordJson } from './discord-json.ts';
import type { Input } from './input.ts';
import { jsonTableOf, readJsonTable } from './json-table.ts';
import { countDirect, readMastodonOutbox } from './mastodon-outbox.ts';
import { parquetColumns, parquetReader } from './parquet.ts';
import { startReading, type Reader } from './reading.ts';
import type { Format } from './record.ts';
import { readRedditJsonl } from './reddit-jsonl.ts';
import { readRedditListing } from './reddit-listing.ts';
import { readRedditRequest, redditTableOf } from './reddit-request.ts';
import type { Candidate, Column, Skipped, Source } from './source.ts';
import { inFigures } from './tally.ts';
import { readTelegramJson } from './telegram-json.ts';
import { surveyWhatsApp } from './whatsapp-survey.ts';
import { readWhatsAppTxt } from './whatsapp-txt.ts';

/** Makes the source of recognised inputs, or says why it is skipped after all. */
export async function sourceOf(parts: readonly Input[], candidates: readonly Candidate[]): Promise<Source | Skipped> {
  const [input] = parts;
  const [best, ...alternatives] = candidates;
  if (input === undefined || best === undefined) throw new TypeError('A source needs an input and a format.');
  const { format } = best;
  const notes: string[] = [];
  let ask = alternatives
    .filter(({ confidence }) => best.confidence - confidence < 0.1)
    .map((other) => `It could also be read as ${other.format}: ${other.reason} Which is it?`)
    .at(0);
  let columns: readonly Column[] | null = null;
  if (format === 'reddit-request') {
    const dialect = await dialectOfInput(input);
    if (redditTableOf(dialect.columns) === 'headers')
      return {
        path: input.path,
        member: input.member,
        reason: 'It is the list of another table of this Reddit data request without the texts.',
        nearMiss: false,
      };
  }
  if (format === 'mastodon-outbox') {
    const { direct, posts } = await countDirect(input);
    if (direct > 0)
      notes.push(`${inFigures(direct)} of its ${inFigures(posts)} posts are direct messages, which are private mail.`);
  }
  if (format === 'whatsapp-txt') {
    const survey = await surveyWhatsApp(input);
    if (survey !== null && !survey.sure)
      ask ??= `Does ${survey.openDate ?? 'a date in this file'} have the day or the month first? ${survey.reason}`;
  }
  if (format === 'csv') {
    const dialect = await dialectOfInput(input);
    columns = columnsOf(dialect.columns, dialect.samples);
  }
  if (format === 'jsonl') columns = (await jsonTableOf(input)).columns;
  if (format === 'parquet') columns = await parquetColumns(input);
  const mapping = columns === null ? null : guessMapping(columns);
  if (columns !== null && mapping === null) ask ??= 'Which column holds the text of the messages?';
  return {
    path: input.path,
    member: input.member,
    format,
    confidence: best.confidence,
    reason: parts.length === 1 ? best.reason : `${best.reason} Its ${inFigures(parts.length)} parts are one table.`,
    alternatives,
    ask: ask ?? null,
    notes,
    size: parts.every(({ size }) => size !== null) ? parts.reduce((sum, { size }) => sum + (size ?? 0), 0) : null,
    columns,
    mapping,
    read: (options = {}) => startReading(input, readerOf(options.as ?? format, parts), options),
  };
}

function readerOf(format: Format, parts: readonly Input[]): Reader {
  switch (format) {
    case 'discord-json':
      return readDiscordJson;
    case 'discord-csv':
      return readDiscordCsv;
    case 'telegram-json':
      return readTelegramJson;
    case 'whatsapp-txt':
      return readWhatsAppTxt;
    case 'mastodon-outbox':
      return readMastodonOutbox;
    case 'reddit-jsonl':
      return readRedditJsonl;
    case 'reddit-listing':
      return readRedditListing;
    case 'reddit-request':
      return readRedditRequest;
    case 'csv':
      return readCsv;
    case 'jsonl':
      return readJsonTable;
    case 'parquet':
      return parquetReader(parts);
  }
}
