import { access, constants, stat } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { sentenceOf } from '../reason.ts';
import { filesBelow, leavesOf, type Leaf } from './containers.ts';
import { ImportError } from './import-error.ts';
import { fileInput, type Input } from './input.ts';
import { EVIDENCE } from './near-miss.ts';
import { LIMITS, type Limits } from './limits.ts';
import type { Format } from './record.ts';
import { sourceOf } from './recognised.ts';
import { sniff } from './sniff.ts';
import type { Candidate, Skipped, Source } from './source.ts';
import { inFigures } from './tally.ts';

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
  if (folder) {
    const files = filesBelow(path, (at, reason) => hunt.skip({ path: at, member: '', reason, nearMiss: true }));
    for await (const file of files) yield* hunt.file(file, false);
  }
  if (!folder) yield* hunt.file(path, true);
  yield* hunt.end();
}

async function isFolder(path: string): Promise<boolean> {
  try {
    const folder = (await stat(path)).isDirectory();
    if (folder) await access(path, constants.R_OK);
    return folder;
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
  /** folders of evidence files */
  readonly #evidence: string[] = [];
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
      this.skip({ path: thrown.file, member: thrown.member, reason: thrown.message, nearMiss: true });
    }
  }

  async *#leaf(leaf: Leaf): AsyncGenerator<Source> {
    const { input, head } = leaf;
    if (this.#isEvidence(input)) return;
    const verdict = sniff(head, input.name);
    if (verdict.status === 'unknown') {
      if (verdict.reason === EVIDENCE) this.#evidence.push(this.#folderOf(input));
      this.skip({ path: input.path, member: input.member, reason: verdict.reason, nearMiss: verdict.nearMiss });
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
      if (this.#isEvidence(input)) continue;
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
        this.skip({ path: leaf.input.path, member: leaf.input.member, reason, nearMiss: false });
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
        this.skip(source);
        return;
      }
      this.#given++;
      yield source;
    } catch (thrown) {
      if (!(thrown instanceof ImportError)) throw thrown;
      this.skip({ path: input.path, member: input.member, reason: thrown.message, nearMiss: true });
    }
  }

  skip(skipped: Skipped): void {
    // Enough to say in the end why nothing was found; the caller hears of all.
    if (this.#skipped.length < 1000) this.#skipped.push(skipped);
    this.#options.onSkipped?.(skipped);
  }

  /** Folder of a file inside what was given, archives being folders. */
  #folderOf({ path, member }: Input): string {
    const file = relative(this.#path, path).replaceAll('\\', '/');
    return dirname([file, member].filter((part) => part !== '').join('/') || '.');
  }

  /** It lies in the folder of an evidence file, or below: that was told of its README.txt. */
  #isEvidence(input: Input): boolean {
    const folder = `${this.#folderOf(input)}/`;
    return this.#evidence.some((above) => above === '.' || folder.startsWith(`${above}/`));
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
      [`holds no export that is recognised (files looked at: ${inFigures(this.#skipped.length)}).`, ...told].join(' '),
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
