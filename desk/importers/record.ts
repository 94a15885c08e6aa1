/**
 * What every importer gives: one record per row of the source, in the order of the source.
 * `rows = message + media-only + deleted + system + share + rejected` holds for every import and is shown.
 */
import type { DecidedElsewhere } from './decided-elsewhere.ts';
import type { Kind } from './kinds.ts';

export const FORMATS = [
  'discord-json',
  'discord-csv',
  'telegram-json',
  'whatsapp-txt',
  'mastodon-outbox',
  'reddit-jsonl',
  'reddit-listing',
  'reddit-request',
  'csv',
  'jsonl',
  'parquet',
] as const;
export type Format = (typeof FORMATS)[number];

/** Milliseconds since 1970 UTC; with `zone: 'unknown'` the number is the local clock read as if it were UTC. */
export interface Time {
  readonly ms: number;
  readonly zone: 'utc' | 'unknown';
}

export interface Attachment {
  readonly name: string;
  readonly type?: string;
  /** bytes */
  readonly size?: number;
  /** path inside the export, where the file travels with it */
  readonly path?: string;
}

export interface Reaction {
  readonly name: string;
  readonly count: number;
}

/** Where a row stands in its source: the member of an archive ('' for a plain file) and the row number, from 1. */
export interface Place {
  readonly member: string;
  readonly row: number;
}

export interface MessageRecord {
  readonly status: 'item';
  readonly kind: Kind;
  readonly place: Place;
  readonly platform: 'discord' | 'telegram' | 'whatsapp' | 'mastodon' | 'reddit' | 'table';
  /** Message id as the platform gives it, unique within the channel; null where the format has none. */
  readonly id: string | null;
  /** `personal`: named, or numbered, after people perhaps: a direct message, a group of friends, a chat of WhatsApp. */
  readonly channel: { readonly id: string; readonly name: string; readonly personal?: boolean };
  readonly thread?: { readonly id: string; readonly name?: string };
  readonly parentChannel?: { readonly id: string; readonly name?: string };
  readonly author: { readonly id: string | null; readonly name: string; readonly bot: boolean };
  readonly time: Time | null;
  readonly edited: Time | null;
  readonly replyTo: string | null;
  readonly forwarded: boolean;
  /** Who the source says can read it (Mastodon): `direct` is private mail. */
  readonly visibility?: 'public' | 'unlisted' | 'followers' | 'direct';
  /** Parts of `text` that quote somebody else (Reddit's `>` lines), as [start, end) in UTF-16 units. */
  readonly quoted?: readonly (readonly [number, number])[];
  /** People whom the text mentions, by the name the text uses (without '@'). */
  readonly mentions?: readonly { readonly id: string | null; readonly name: string }[];
  /** Addresses behind words of the text that the text itself does not show (Telegram's text links). */
  readonly links?: readonly string[];
  /** Text to score: the author's own words, as formats.md defines them per platform. May be ''. */
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly reactions: readonly Reaction[];
  /** Language the source itself states (BCP 47), e.g. Mastodon's contentMap. */
  readonly language?: string;
  /** Gold label of a labelled table, if a label column was mapped. */
  readonly label?: string;
  /** How it was decided in the workspace that a table of decisions comes from. */
  readonly decided?: readonly DecidedElsewhere[];
  /** The record exactly as it stands in the source. */
  readonly raw: string;
}

export interface RejectedRow {
  readonly status: 'rejected';
  readonly place: Place;
  /** A sentence for people: what is wrong with this row. Never holds message text. */
  readonly reason: string;
  readonly raw: string;
}

export type SourceRow = MessageRecord | RejectedRow;
