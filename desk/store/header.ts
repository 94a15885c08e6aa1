import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { WorkspaceError } from './errors.ts';
import { APPLICATION_ID } from './migrations.ts';
import { SALT_BYTES } from './secret.ts';

const MAGIC = 'SQLite format 3\0';
/** What SQLite's log begins with: 0x377f0682 or 0x377f0683. */
const LOG_MAGIC = 0x377f0682;

/**
 * Looks at the first bytes of a file before SQLite does, so that a file that is not ours is not touched.
 * @param known number of the newest migration of this program
 * @throws WorkspaceError missing, not-a-workspace, newer-version, read-only
 */
export function checkHeader(path: string, known: number): void {
  const name = basename(path);
  const head = readHead(path);
  if (head === null) {
    throw new WorkspaceError(
      'missing',
      path,
      `There is no workspace ${name}.`,
      'Check the path, or import something into it: that makes it.',
    );
  }
  if (isEncrypted(head)) return;
  if (head.toString('latin1', 0, 16) !== MAGIC)
    throw notAWorkspace(path, head.length === 0 ? 'it is empty' : 'it is another kind of file');
  if (head.length < 100) throw notAWorkspace(path, 'it ends within its first line');
  if (head.readUInt32BE(68) !== APPLICATION_ID) {
    throw notAWorkspace(path, 'it is a database of another program');
  }
  refuseNewer(path, head.readUInt32BE(60), known);
}

/** @throws WorkspaceError newer-version, when `version` is above what this program knows */
export function refuseNewer(path: string, version: number, known: number): void {
  if (version <= known) return;
  throw new WorkspaceError(
    'newer-version',
    path,
    `${basename(path)} was made by a newer Moderato (schema ${version}, this program knows ${known}).`,
    'Install the newer program. The file was not touched.',
  );
}

function notAWorkspace(path: string, why: string): WorkspaceError {
  return new WorkspaceError(
    'not-a-workspace',
    path,
    `${basename(path)} is not a Moderato workspace: ${why}. It was not touched.`,
    'Choose a file that Moderato made (NAME.moderato). To read an export, import it instead of opening it.',
  );
}

/** The first 4 KiB; null when there is no such file. */
function readHead(path: string): Buffer | null {
  let file: number;
  try {
    // A pipe would be waited for until somebody writes into it, and with it all that the desk does.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (!existsSync(path)) return null;
    throw new WorkspaceError(
      'read-only',
      path,
      `${basename(path)} cannot be read.`,
      'Change the permissions of the file, or copy it to a folder of your own.',
      error,
    );
  }
  try {
    if (!fstatSync(file).isFile()) throw notAWorkspace(path, 'it is not a file');
    const head = Buffer.alloc(4096);
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}

/**
 * What stands behind the salt of an encrypted file, unencrypted: pages of 4,096 bytes, 32 of each for the cipher, and the
 * three numbers that are the same in every SQLite file.
 */
const PAGE_SIZE = Buffer.from([0x10, 0x00]);
const RESERVED = Buffer.from([0x20, 0x40, 0x20, 0x20]);

function isEncrypted(head: Buffer): boolean {
  return (
    head.toString('latin1', 0, 16) !== MAGIC &&
    head.subarray(16, 18).equals(PAGE_SIZE) &&
    head.subarray(20, 24).equals(RESERVED)
  );
}

/** True for a workspace, any other SQLite file, and the log of one. @throws WorkspaceError where it cannot be read */
export function isDatabase(path: string): boolean {
  const head = readHead(path);
  if (head === null) return false;
  const isLog = head.length >= 4 && (head.readUInt32BE(0) & ~1) === LOG_MAGIC;
  return isLog || isEncrypted(head) || head.toString('latin1', 0, 16) === MAGIC;
}

/** The salt of an encrypted workspace; null where it is not encrypted, or not there. */
export function saltOf(path: string): Buffer | null {
  const head = readHead(path);
  return head !== null && isEncrypted(head) ? Buffer.from(head.subarray(0, SALT_BYTES)) : null;
}
