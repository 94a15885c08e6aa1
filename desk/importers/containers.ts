import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sentenceOf } from '../reason.ts';
import { unpacked, type Compression } from './compressed.ts';
import { ImportError } from './import-error.ts';
import { headOf, type Head, type Input } from './input.ts';
import type { Limits } from './limits.ts';
import { tarMembers } from './tar.ts';
import { zipMembers } from './zip.ts';

/** A file that is no container, with its first bytes. */
export interface Leaf {
  readonly input: Input;
  readonly head: Head;
}

type Container = Compression | 'zip' | 'tar' | 'xz' | null;

/** What the first bytes say about the container, whatever the file is called. */
export function containerOf(bytes: Buffer): Container {
  if (bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (bytes.length >= 4) {
    const magic = bytes.readUInt32LE(0);
    // Local header, or the end record of an empty archive.
    if (magic === 0x04034b50 || magic === 0x06054b50) return 'zip';
    // A plain frame, or a skippable one as parallel packers put in front.
    if (magic === 0xfd2fb528 || (magic >= 0x184d2a50 && magic <= 0x184d2a5f)) return 'zstd';
  }
  if (bytes.length >= 8 && bytes.readUInt32LE(4) === 0xfd2fb528) return 'zst-blocks';
  if (bytes.length >= 6 && bytes.subarray(0, 6).equals(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))) return 'xz';
  if (bytes.length >= 262 && bytes.toString('latin1', 257, 262) === 'ustar') return 'tar';
  return null;
}

/**
 * Unpacks an input as far down as it is packed, without writing anything to disk.
 * @throws ImportError for a damaged or locked archive, or one that is nested too deeply
 */
export async function* leavesOf(input: Input, limits: Limits, depth = 0): AsyncGenerator<Leaf> {
  const head = await headOf(input);
  const container = containerOf(head.bytes);
  if (container === null) {
    yield { input, head };
    return;
  }
  if (depth >= limits.depth)
    throw new ImportError(
      input.path,
      input.member,
      `is an archive more than ${limits.depth} archives deep.`,
      'Unpack it and import what comes out.',
    );
  switch (container) {
    case 'xz':
      throw new ImportError(
        input.path,
        input.member,
        'is packed with xz, which cannot be read here.',
        'Unpack it (for example with `xz -d`) and import what comes out.',
      );
    case 'zip':
      for await (const member of zipMembers(input, limits)) yield* leavesOf(member, limits, depth + 1);
      return;
    case 'tar':
      for await (const member of tarMembers(input, limits)) yield* leavesOf(member, limits, depth + 1);
      return;
    case 'gzip':
    case 'zstd':
    case 'zst-blocks':
      yield* leavesOf(unpacked(input, container, limits), limits, depth + 1);
  }
}

/**
 * All files below a folder, sorted by path. Links are not followed, so that no circle is walked; they and folders that
 * cannot be read are told.
 */
export async function* filesBelow(
  folder: string,
  passedOver: (path: string, reason: string) => void,
): AsyncGenerator<string> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (thrown) {
    passedOver(folder, `The folder cannot be read. ${sentenceOf(thrown)}`);
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path, passedOver);
    else if (entry.isFile()) yield path;
    else passedOver(path, 'It is a link or a device, which is not followed. Import what it leads to.');
  }
}
