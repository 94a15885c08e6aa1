/** Reads an evidence file as the zip archive that it is. It may come from anywhere: nothing in it is believed. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { sentenceOf } from '../reason.ts';
import type { Problem } from './problems.ts';
import { type Member, ZIP_LIMITS, directory, localHeader } from './zip-layout.ts';

/** Files that are held in memory: anything this program writes is smaller. */
const HELD_BYTES = 256 << 20;

export class Archive implements AsyncDisposable {
  readonly path: string;
  /** SHA-256 by name, hexadecimal */
  readonly sums: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  /** files whose bytes are not those of the CRC-32 that the archive has of them */
  readonly oddSums: readonly string[];
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(path: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>, read: Read) {
    this.path = path;
    this.sums = read.sums;
    this.problems = read.problems;
    this.oddSums = read.oddSums;
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @returns what is wrong with it where it cannot be read at all */
  static async open(path: string): Promise<Archive | Problem> {
    let zip: ZipFile;
    try {
      zip = await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true });
    } catch {
      // What the zip reader says of it is for programmers.
      return { file: path, what: 'it is no zip archive, or its end is missing. Ask for the file as it was made.' };
    }
    try {
      const list = await entriesOf(zip);
      refuseShared(list, zip.fileSize);
      const packed = list.filter((entry) => entry.isEncrypted() || entry.compressionMethod !== 0);
      if (packed[0] !== undefined) {
        zip.close();
        const others = packed.length > 1 ? ` and ${packed.length - 1} more` : '';
        const what = `${packed[0].fileName}${others} in it: packed anew, which this program never does. Ask for the file as it was made.`;
        return { file: path, what };
      }
      const entries = new Map(list.map((entry) => [entry.fileName, entry]));
      const read = await readAll(zip, list, path);
      return new Archive(path, zip, entries, read);
    } catch (error) {
      zip.close();
      return { file: path, what: `its table of contents is damaged. ${sentenceOf(error)}` };
    }
  }

  /** The bytes of a file; null where it is not there, or too large. */
  async read(name: string): Promise<Buffer | null> {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.uncompressedSize > HELD_BYTES || !this.sums.has(name)) return null;
    const pieces: Buffer[] = [];
    for await (const piece of bytesOf(this.#zip, entry)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#zip.close();
    return Promise.resolve();
  }
}

interface Read {
  readonly sums: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  readonly oddSums: readonly string[];
}

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  if (zip.entryCount > ZIP_LIMITS.members)
    throw new RangeError('It names more files than a zip of this kind can hold.');
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', resolve);
    zip.on('error', reject);
    zip.readEntry();
  });
  return entries;
}

/** A few bytes that are those of thousands of members would be read as often. @throws RangeError */
function refuseShared(entries: readonly Entry[], bytes: number): void {
  const told = entries.reduce((sum, { compressedSize }) => sum + compressedSize, 0);
  if (told > bytes) throw new RangeError('Its files are larger together than it is.');
}

/** Reads every member once, and compares the archive around them with the one that this program makes of them. */
async function readAll(zip: ZipFile, entries: readonly Entry[], path: string): Promise<Read> {
  const sums = new Map<string, string>();
  const problems: Problem[] = [];
  const members: Member[] = [];
  const oddSums: string[] = [];
  for (const entry of entries) {
    const { fileName: name } = entry;
    const refuse = (what: string): void => void problems.push({ file: name, what });
    if (sums.has(name)) refuse('it is in the archive twice.');
    else {
      const sum = createHash('sha256');
      let crc = 0;
      try {
        for await (const piece of bytesOf(zip, entry)) {
          sum.update(piece);
          crc = crc32(piece, crc);
        }
        sums.set(name, sum.digest('hex'));
        if (crc !== entry.crc32) oddSums.push(name);
        // What the archive says of the member: whether that is right is another question.
        members.push({ name, size: entry.uncompressedSize, crc32: entry.crc32 });
      } catch (error) {
        refuse(`it cannot be read. ${sentenceOf(error)}`);
      }
    }
  }
  if (problems.length === 0) {
    await using file = await open(path, 'r');
    const byte = await firstOdd(file, members);
    if (byte !== null)
      problems.push({
        file: path,
        what: `byte ${byte}, which belongs to the archive and not to a file in it, is not as it was written.`,
      });
  }
  return { sums, problems, oddSums };
}

async function* bytesOf(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  const stream = await zip.openReadStreamPromise(entry);
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) yield piece;
  } finally {
    stream.destroy();
  }
}

/** The first byte around the members that is another one than this program writes; null where none is. */
async function firstOdd(file: FileHandle, members: readonly Member[]): Promise<number | null> {
  const offsets: number[] = [];
  let at = 0;
  const odd = async (expected: Buffer): Promise<number | null> => {
    const found = Buffer.alloc(expected.length);
    const { bytesRead } = await file.read(found, 0, found.length, at);
    for (let i = 0; i < expected.length; i++) if (i >= bytesRead || found[i] !== expected[i]) return at + i;
    at += expected.length;
    return null;
  };
  for (const member of members) {
    offsets.push(at);
    const byte = await odd(localHeader(member));
    if (byte !== null) return byte;
    at += member.size;
  }
  const byte = await odd(directory(members, offsets, at));
  if (byte !== null) return byte;
  return (await file.stat()).size > at ? at : null;
}
