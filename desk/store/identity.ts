import { hash } from 'node:crypto';
import type { MessageRecord } from '../importers/record.ts';

/**
 * Who an item is, over all exports that hold it.
 *
 * With ids: identity = SHA-256(platform, channel id, message id).
 * Without: base = SHA-256(platform, channel id, time, author, text); identity = base for the first of equal rows in a
 * source and SHA-256(base, ordinal) for the following ones, so that the same file again adds nothing.
 * Every part goes in with its length in front, so that no two different lists of parts give the same input.
 */
export interface Identity {
  /** 32 bytes, as a string of so many signs: a quarter of the cost of a buffer of its own. */
  readonly identity: string;
  /** Unique within the channel; sorts by time or id, which keeps the index local. */
  readonly key: string;
  /** Whether the key ends in an ordinal that the store may have to raise. */
  readonly ordinal: boolean;
}

/** Identity of a record; for a record without an id that of the first of its equals (ordinal 0). */
export function identityOf(record: MessageRecord): Identity {
  const place = `${record.platform} ${record.channel.id.length} ${record.channel.id}`;
  if (record.id !== null) {
    return { identity: hash('sha256', place + record.id, 'binary'), key: `=${record.id}`, ordinal: false };
  }
  const time = record.time === null ? '-' : `${record.time.zone}${record.time.ms}`;
  const author = record.author.id ?? record.author.name;
  const base = hash('sha256', `${place}${time} ${author.length} ${author}${record.text}`, 'binary');
  return { identity: base, key: ordinalKey(Buffer.from(base, 'latin1'), record.time?.ms ?? null, 0), ordinal: true };
}

/** Identity of a record without an id that `ordinal` equal ones stand before in its source. */
export function ordinalIdentity(base: Uint8Array, ordinal: number): Uint8Array {
  return ordinal === 0 ? base : hash('sha256', Buffer.concat([base, Buffer.from(`#${ordinal}`)]), 'buffer');
}

// Enough for the year 5138, in both directions, as a number of fixed width that sorts as the time does.
const EPOCH = 1e14;

/** Key of a record without an id: time, 132 bits of the base, ordinal. */
export function ordinalKey(base: Uint8Array, ms: number | null, ordinal: number): string {
  const time = ms === null ? '-' : (ms + EPOCH).toString(36).padStart(10, '0');
  const sum = Buffer.from(base.buffer, base.byteOffset, 24).toString('base64url').slice(0, 22);
  return `~${time}.${sum}.${ordinal}`;
}

/** 53 bits of a text, to find equal texts; not for telling hostile texts apart (cyrb53, public domain, by bryc). */
export function contentHash(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
