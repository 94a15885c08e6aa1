/**
 * How an evidence file without real names is tied to the original export. A record holds the names of people, so it
 * cannot be in such a file; a plain or salted hash of it could be tried out with every name of a member list. So its mark
 * is keyed with the SHA-256 of the original file, which only somebody has who has the file, and so the names: for them
 * the marks prove every record, for others they say nothing. Of the file itself only a hash of that sum is told.
 */
import { createHash, createHmac } from 'node:crypto';

/** By which a file is found again. @param sha256 of the file */
export const sourceMark = (sha256: Uint8Array): string =>
  createHash('sha256').update('moderato source\n').update(sha256).digest('hex');

/** @param sha256 of the file that it stands in */
export const markOf = (sha256: Uint8Array, kind: 'record' | 'text' | 'member' | 'message', content: string): string =>
  createHmac('sha256', sha256).update(`${kind}\n`).update(Buffer.from(content, 'utf16le')).digest('hex');
