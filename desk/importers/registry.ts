import { stat } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { columnsOf, guessMapping } from './columns.ts';
import { filesBelow, leavesOf, type Leaf } from './containers.ts';
import { dialectOfInput, readCsv } from './csv.ts';
import { readDiscordCsv } from './discord-csv.ts';
import { readDiscordJson } from './discord-json.ts';
import { ImportError, sentenceOf } from './import-error.ts';
import { fileInput, type Input } from './input.ts';
import { jsonTableOf, readJsonTable } from './json-table.ts';
import { LIMITS, type Limits } from './limits.ts';
import { countDirect, readMastodonOutbox } from './mastodon-outbox.ts';
import { parquetColumns, parquetReader } from './parquet.ts';
import { startReading, type Reader } from './reading.ts';
import type { Format } from './record.ts';
import { readRedditJsonl } from './reddit-jsonl.ts';
import { readRedditListing } from './reddit-listing.ts';
import { readRedditRequest, redditTableOf } from './reddit-request.ts';
import { sniff } from './sniff.ts';
import type { Candidate, Column, Skipped, Source } from './source.ts';
import { inFigures } from './tally.ts';
import { readTelegramJson } from './telegram-json.ts';
import { surveyWhatsApp } from './whatsapp-survey.ts';
import { readWhatsAppTxt } from './whatsapp-txt.ts';

export interface OpenOptions {
  readonly signal?: AbortSignal;
  /** Told of every file in a folder or archive that is not taken, with the reason. */
  readonly onSkipped?: (skipped: Skipped) => void;
  /** Narrower limits for archives than the usual ones. */
  readonly limits?: Partial<Limits>;
}

/**
 * The one door for exports: recognises what lies at `path` (a file, a folder, an archive, archives in archives) by its
 * content and gives its sources one by one. A source may be read at once or later; out of a packed tar at once is
 * faster. Tables that lie beside or below an export as its attachments are skipped and told.
 * @throws ImportError when `path` cannot be read, or nothing in it is an export; the message says what it is instead
 */
export async function* openExport(path: string, options: OpenOptions = {}): AsyncGenerator<Source> {
  const hunt = new Hunt(path, options);
  const folder = await isFolder(path);
  if (folder) for await (const file of filesBelow(path)) yield* hunt.file(file, false);
  else yield* hunt.file(path, true);
  yield* hunt.end();
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (thrown) {
    throw new ImportError(path, '', `cannot be opened. ${sentenceOf(thrown)}`, 'Check that it is there and readable.');
  }
}

/** Formats whose files anybody may have written: such a file may also be an attachment. */
const GENERIC: ReadonlySet<Format> = new Set(['csv', 'jsonl', 'parquet']);
/** Folders that an export makes for the files that were sent, at any depth below the messages. */
const ATTACHMENT_FOLDERS: Partial<Readonly<Record<Format, RegExp>>> = {
  'discord-json': /_Files$/,
  'discord-csv': /_Files$/,
  'telegram-json':
    /^(?:files|photos|video_files|voice_messages|round_video_messages|stickers|contacts|stories|images)$/,
};

interface Export {
  readonly folder: string;
  readonly format: Format;
  /** True where files that were sent lie right beside the messages. */
  readonly flat: boolean;
}

interface Found {
  readonly leaf: Leaf;
  readonly candidates: readonly Candidate[];
}

/** Goes through one path, and holds tables back until it is known what else lies there. */
class Hunt {
  readonly #path: string;
  readonly #options: OpenOptions;
  readonly #limits: Limits;
  readonly #tables: Found[] = [];
  readonly #exports: Export[] = [];
  readonly #skipped: Skipped[] = [];
  #given = 0;

  constructor(path: string, options: OpenOptions) {
    this.#path = path;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  /** `alone`: the person named this very file, so that trouble with it is an error. */
  async *file(path: string, alone: boolean): AsyncGenerator<Source> {
    try {
      for await (const leaf of leavesOf(await fileInput(path), this.#limits)) {
        this.#options.signal?.throwIfAborted();
        yield* this.#leaf(leaf);
      }
    } catch (thrown) {
      if (alone || !(thrown instanceof ImportError)) throw thrown;
      this.#skip({ path: thrown.file, member: thrown.member, reason: thrown.message, nearMiss: true });
    }
  }

  async *#leaf(leaf: Leaf): AsyncGenerator<Source> {
    const { input, head } = leaf;
    const verdict = sniff(head, input.name);
    if (verdict.status === 'unknown') {
      this.#skip({ path: input.path, member: input.member, reason: verdict.reason, nearMiss: verdict.nearMiss });
      return;
    }
    const [best] = verdict.candidates;
    if (best === undefined) return;
    if (GENERIC.has(best.format)) {
      this.#tables.push({ leaf, candidates: verdict.candidates });
      return;
    }
    const { format } = best;
    const flat =
      format === 'reddit-request' ||
      format === 'mastodon-outbox' ||
      (format === 'whatsapp-txt' && (input.member !== '' || input.name === '_chat.txt'));
    this.#exports.push({ folder: this.#folderOf(input), format, flat });
    yield* this.#offer([input], verdict.candidates);
  }

  /** Gives the tables that were held back. @throws ImportError where the whole path gave nothing */
  async *end(): AsyncGenerator<Source> {
    for (const parts of gathered(this.#tables)) {
      const [first] = parts;
      if (first === undefined) continue;
      const { input } = first.leaf;
      const owner = this.#owner(input);
      if (owner === null) {
        yield* this.#offer(
          parts.map(({ leaf }) => leaf.input),
          first.candidates,
        );
        continue;
      }
      const reason = `It lies with a ${owner} export as one of its files. Import it alone if you want its rows.`;
      for (const { leaf } of parts)
        this.#skip({ path: leaf.input.path, member: leaf.input.member, reason, nearMiss: false });
    }
    if (this.#given > 0) return;
    throw this.#nothing();
  }

  async *#offer(parts: readonly Input[], candidates: readonly Candidate[]): AsyncGenerator<Source> {
    const [input] = parts;
    if (input === undefined) return;
    try {
      const source = await sourceOf(parts, candidates);
      if (!('read' in source)) {
        this.#skip(source);
        return;
      }
      this.#given++;
      yield source;
    } catch (thrown) {
      if (!(thrown instanceof ImportError)) throw thrown;
      this.#skip({ path: input.path, member: input.member, reason: thrown.message, nearMiss: true });
    }
  }

  #skip(skipped: Skipped): void {
    // Enough to say in the end why nothing was found; the caller hears of all.
    if (this.#skipped.length < 1000) this.#skipped.push(skipped);
    this.#options.onSkipped?.(skipped);
  }

  /** Folder of a file inside what was given, archives being folders. */
  #folderOf({ path, member }: Input): string {
    const file = relative(this.#path, path).replaceAll('\\', '/');
    return dirname([file, member].filter((part) => part !== '').join('/') || '.');
  }

  /** The export that a table lies with, or null. */
  #owner(input: Input): Format | null {
    const folder = this.#folderOf(input);
    for (const { folder: above, format, flat } of this.#exports) {
      const below = above === '.' ? folder : folder.startsWith(`${above}/`) ? folder.slice(above.length + 1) : null;
      if (flat && (folder === above || below !== null)) return format;
      const attachments = ATTACHMENT_FOLDERS[format];
      if (attachments !== undefined && below?.split('/').some((part) => attachments.test(part)) === true) return format;
    }
    return null;
  }

  #nothing(): ImportError {
    const [only] = this.#skipped;
    if (this.#skipped.length === 1 && only !== undefined && only.path === this.#path && only.member === '')
      return new ImportError(this.#path, '', only.reason, REMEDY);
    const near = this.#skipped.filter(({ nearMiss }) => nearMiss).slice(0, 3);
    const told = near.map(({ path, member, reason }) => `${member || relative(this.#path, path) || path}: ${reason}`);
    return new ImportError(
      this.#path,
      '',
      [`holds no export that is recognised (${inFigures(this.#skipped.length)} files were looked at).`, ...told].join(
        ' ',
      ),
      REMEDY,
    );
  }
}

const REMEDY =
  'What can be read: DiscordChatExporter (JSON or CSV), Telegram Desktop (JSON), WhatsApp, Mastodon and Reddit exports, CSV, TSV, JSON lines and Parquet.';

/** Parquet files with the same folder are parts of one table; every other table stands alone. */
function gathered(tables: readonly Found[]): Found[][] {
  const groups: Found[][] = [];
  const parts = new Map<string, Found[]>();
  for (const found of tables) {
    const { input } = found.leaf;
    const folder = `${dirname(input.path)}|${dirname(input.member)}`;
    const parquet = found.candidates[0]?.format === 'parquet' && input.plain;
    const known = parquet ? parts.get(folder) : undefined;
    if (known !== undefined) known.push(found);
    else {
      const group = [found];
      groups.push(group);
      if (parquet) parts.set(folder, group);
    }
  }
  return groups;
}

/** Makes the source of recognised inputs, or says why it is skipped after all. */
async function sourceOf(parts: readonly Input[], candidates: readonly Candidate[]): Promise<Source | Skipped> {
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
