import type { MessageRecord, RejectedRow } from '../../importers/record.ts';
import { packExtra } from '../extra.ts';
import { EMPTY, FORWARDED, LOCAL_TIME, UNSPACED, kindCode } from '../flags.ts';
import { contentHash, identityOf } from '../identity.ts';
import { authorKey } from '../pseudonym.ts';
import { BLOCK_BYTES, RAW_STRIDE, RECORDS_PER_BLOCK, RawBlock } from '../raw.ts';
import { isUnspaced } from '../script.ts';
import type { AuthorEntry, Batch, ChannelEntry, RejectedEntry } from './batch.ts';
import { TextColumn } from './text-column.ts';

/** Rows in one transaction. Fewer cost more per row (index pages are written again), more hold the lock for longer. */
export const BATCH_ROWS = 4000;
/** A batch is closed early when its raw records reach this many UTF-16 units. */
const BATCH_UNITS = 16 << 20;
/** Channels or authors remembered at once, so that an export with millions of people needs no more memory. */
const MAX_REMEMBERED = 50_000;

export interface BuilderSource {
  readonly id: number;
  readonly exportedAt: number;
}

/** Turns records into batches. One builder serves one loader, over all sources of an import. */
export class BatchBuilder {
  readonly #workspaceKey: Uint8Array;
  readonly #channels = new Map<string, Told>();
  #channelCount = 0;
  readonly #authors = new Map<string, Told>();
  #authorCount = 0;
  #source: BuilderSource = { id: 0, exportedAt: 0 };
  #first = true;
  #fresh = true;
  #open = new OpenBatch();

  constructor(workspaceKey: Uint8Array) {
    this.#workspaceKey = workspaceKey;
  }

  /** Says where the next rows come from; what is gathered must have been taken. */
  begin(source: BuilderSource): void {
    this.#source = source;
    this.#first = true;
  }

  get full(): boolean {
    return this.#open.entries >= BATCH_ROWS || this.#open.units >= BATCH_UNITS;
  }

  get pending(): boolean {
    return this.#open.entries > 0;
  }

  reject(row: RejectedRow): void {
    const raw = this.#open.addRaw(row.raw);
    this.#open.rejected.push({ row: row.place.row, reason: row.reason, raw });
  }

  /**
   * @param language of the text: BCP 47, 'unsure', or '' where there is no text
   * @returns whether the text holds anything to read
   */
  add(record: MessageRecord, language: string): boolean {
    const open = this.#open;
    const i = open.rows++;
    const text = record.text.toWellFormed();
    const { identity, key, ordinal } = identityOf(record);
    open.identities.write(identity, 32 * i, 32, 'latin1');
    open.keys.push(key);
    open.ordinals[i] = ordinal ? 1 : 0;
    open.channels[i] = this.#channel(record);
    const { author } = record;
    // Nobody in particular: accounts that are gone are different people under one placeholder.
    const nameless = author.id === null && (author.name === '' || author.name === '[deleted]');
    open.authors[i] = nameless ? -1 : this.#author(record.platform, author.id, author.name, author.bot);
    if (record.mentions !== undefined) {
      for (const { id, name } of record.mentions) if (name !== '') this.#author(record.platform, id, name, false);
    }
    open.times[i] = record.time?.ms ?? NaN;
    open.edits[i] = record.edited?.ms ?? NaN;
    open.kinds[i] = kindCode[record.kind];
    open.flags[i] =
      (record.forwarded ? FORWARDED : 0) |
      (record.time?.zone === 'unknown' ? LOCAL_TIME : 0) |
      (isBlank(text) ? EMPTY : 0) |
      (isUnspaced(text) ? UNSPACED : 0);
    open.replies.push(record.replyTo);
    open.threads.push(record.thread?.id ?? null);
    open.texts.push(text);
    open.languages.push(language);
    open.hashes[i] = contentHash(text);
    open.extras.push(packExtra(record));
    open.golds.push(record.label ?? null);
    open.sourceRows[i] = record.place.row;
    open.raws[i] = open.addRaw(record.raw);
    return ((open.flags[i] ?? 0) & EMPTY) === 0;
  }

  /** Closes the batch and gives it away; its typed arrays may be transferred. */
  take(): Batch {
    const open = this.#open;
    open.closeBlock();
    const { rows } = open;
    const batch: Batch = {
      source: this.#source.id,
      exportedAt: this.#source.exportedAt,
      first: this.#first,
      rows,
      identities: open.identities,
      keys: { bytes: open.keys.bytes, ends: open.keys.ends },
      ordinals: open.ordinals,
      channels: open.channels,
      authors: open.authors,
      times: open.times,
      edits: open.edits,
      kinds: open.kinds,
      flags: open.flags,
      replies: open.replies,
      threads: open.threads,
      texts: { bytes: open.texts.bytes, ends: open.texts.ends },
      languages: open.languages,
      hashes: open.hashes,
      extras: open.extras,
      golds: open.golds,
      sourceRows: open.sourceRows,
      raws: open.raws,
      blocks: open.blocks,
      rejected: open.rejected,
      newChannels: open.newChannels,
      newAuthors: open.newAuthors,
      fresh: this.#fresh,
    };
    this.#open = new OpenBatch();
    this.#first = false;
    this.#fresh = this.#channelCount > MAX_REMEMBERED || this.#authorCount > MAX_REMEMBERED;
    if (this.#fresh) {
      this.#channels.clear();
      this.#authors.clear();
      this.#channelCount = 0;
      this.#authorCount = 0;
    }
    return batch;
  }

  #channel(record: MessageRecord): number {
    const { platform, channel } = record;
    let known = this.#channels.get(channel.id);
    while (known !== undefined && (known.platform !== platform || known.name !== channel.name)) known = known.next;
    if (known === undefined) {
      const place = this.#channelCount++;
      known = { platform, account: null, name: channel.name, place, next: this.#channels.get(channel.id) };
      this.#channels.set(channel.id, known);
      this.#open.newChannels.push({
        platform,
        platformId: channel.id,
        name: channel.name,
        parentId: record.parentChannel?.id ?? null,
        parentName: record.parentChannel?.name ?? null,
        personal: channel.personal ?? false,
      });
    }
    return known.place;
  }

  #author(platform: string, account: string | null, name: string, bot: boolean): number {
    const who = account ?? name;
    let known = this.#authors.get(who);
    while (known !== undefined && (known.platform !== platform || known.name !== name || known.account !== account)) {
      known = known.next;
    }
    if (known === undefined) {
      const place = this.#authorCount++;
      known = { platform, account, name, place, next: this.#authors.get(who) };
      this.#authors.set(who, known);
      const key = authorKey(this.#workspaceKey, platform, account, name);
      this.#open.newAuthors.push({ key, platform, name, account, bot });
    }
    return known.place;
  }
}

/** A channel or an author that the loader has been told of, and the next one with the same id. */
interface Told {
  readonly platform: string;
  readonly account: string | null;
  readonly name: string;
  readonly place: number;
  readonly next: Told | undefined;
}

/** A text that holds nothing to read: spaces, line breaks and invisible signs only. */
function isBlank(text: string): boolean {
  return text.length < 100 && /^[\s\u200b-\u200f\u2060\ufeff\0]*$/u.test(text);
}

class OpenBatch {
  rows = 0;
  units = 0;
  readonly identities = Buffer.alloc(32 * BATCH_ROWS);
  readonly keys = new TextColumn(BATCH_ROWS, 1 << 17);
  readonly ordinals = new Uint8Array(BATCH_ROWS);
  readonly channels = new Int32Array(BATCH_ROWS);
  readonly authors = new Int32Array(BATCH_ROWS);
  readonly times = new Float64Array(BATCH_ROWS);
  readonly edits = new Float64Array(BATCH_ROWS);
  readonly kinds = new Uint8Array(BATCH_ROWS);
  readonly flags = new Uint8Array(BATCH_ROWS);
  readonly replies: (string | null)[] = [];
  readonly threads: (string | null)[] = [];
  readonly texts = new TextColumn(BATCH_ROWS, 1 << 19);
  readonly languages: string[] = [];
  readonly hashes = new Float64Array(BATCH_ROWS);
  readonly extras: (string | null)[] = [];
  readonly golds: (string | null)[] = [];
  readonly sourceRows = new Float64Array(BATCH_ROWS);
  readonly raws = new Int32Array(BATCH_ROWS);
  readonly blocks: Uint8Array<ArrayBuffer>[] = [];
  readonly rejected: RejectedEntry[] = [];
  readonly newChannels: ChannelEntry[] = [];
  readonly newAuthors: AuthorEntry[] = [];
  readonly #block = new RawBlock();

  get entries(): number {
    return this.rows + this.rejected.length;
  }

  addRaw(raw: string): number {
    if (this.#block.count >= RECORDS_PER_BLOCK || this.#block.size >= BLOCK_BYTES) this.closeBlock();
    this.units += raw.length;
    return this.blocks.length * RAW_STRIDE + this.#block.add(raw);
  }

  closeBlock(): void {
    if (this.#block.count > 0) this.blocks.push(this.#block.take());
  }
}
