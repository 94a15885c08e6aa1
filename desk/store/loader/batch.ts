import type { Texts } from './text-column.ts';

/**
 * Rows on their way from the importing thread to the writing one: column by column, because a few long arrays cross a
 * thread several times faster than thousands of objects. Element i of every column belongs to row i.
 */
export interface Batch {
  readonly source: number;
  /** exported_at of the source */
  readonly exportedAt: number;
  /** The first batch of a source, or of the same source read once more. */
  readonly first: boolean;
  readonly rows: number;
  /** 32 bytes per row. */
  readonly identities: Uint8Array<ArrayBuffer>;
  readonly keys: Texts;
  /** 1 where the key ends in an ordinal. */
  readonly ordinals: Uint8Array<ArrayBuffer>;
  /** Places in the list of channels that the loader has been told, from 0. */
  readonly channels: Int32Array<ArrayBuffer>;
  /** Places in the list of authors, -1 for none. */
  readonly authors: Int32Array<ArrayBuffer>;
  /** Milliseconds; NaN for none. */
  readonly times: Float64Array<ArrayBuffer>;
  readonly edits: Float64Array<ArrayBuffer>;
  readonly kinds: Uint8Array<ArrayBuffer>;
  readonly flags: Uint8Array<ArrayBuffer>;
  readonly replies: readonly (string | null)[];
  readonly threads: readonly (string | null)[];
  readonly texts: Texts;
  readonly languages: readonly string[];
  readonly hashes: Float64Array<ArrayBuffer>;
  readonly extras: readonly (string | null)[];
  readonly golds: readonly (string | null)[];
  readonly sourceRows: Float64Array<ArrayBuffer>;
  /** Place in `blocks` * RAW_STRIDE + place in the block. */
  readonly raws: Int32Array<ArrayBuffer>;
  /** Gathered raw records, not compressed yet: only those that are needed will be. */
  readonly blocks: readonly Uint8Array<ArrayBuffer>[];
  readonly rejected: readonly RejectedEntry[];
  /** Channels and authors met for the first time; they follow those of earlier batches. */
  readonly newChannels: readonly ChannelEntry[];
  readonly newAuthors: readonly AuthorEntry[];
  /** The lists of channels and authors begin anew with this batch. */
  readonly fresh: boolean;
}

export interface RejectedEntry {
  readonly row: number;
  readonly reason: string;
  readonly raw: number;
}

export interface ChannelEntry {
  readonly platform: string;
  readonly platformId: string;
  readonly name: string;
  readonly parentId: string | null;
  readonly parentName: string | null;
  readonly personal: boolean;
}

export interface AuthorEntry {
  readonly key: Uint8Array;
  readonly platform: string;
  readonly name: string;
  readonly account: string | null;
  readonly bot: boolean;
}

/** What became of the rows of a batch, once it is on the disk. */
export interface Outcome {
  /** Items that were not there before. */
  readonly added: number;
  /** Rows that the workspace already holds. */
  readonly known: number;
  /** Items whose text is now another. */
  readonly changed: number;
  /** Rows with an older text of an item; it is kept as a version. */
  readonly older: number;
  /** Items of which the export says that they were deleted. */
  readonly deleted: number;
  readonly rejected: number;
}

export interface Loaded extends Outcome {
  /** ids of items that were there before and look otherwise now */
  readonly touched: readonly number[];
}
