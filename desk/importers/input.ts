import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { sentenceOf } from '../reason.ts';
import { ImportError } from './import-error.ts';

const CHUNK = 256 * 1024;
/** How much of a file is looked at to recognise it. */
export const HEAD_BYTES = 64 * 1024;

/** The bytes of one file or archive member, readable from the start as often as needed. */
export interface Input {
  /** The file that the person gave, or the file found in the folder. */
  readonly path: string;
  /** Path inside the archive, '' for a plain file. */
  readonly member: string;
  /** File name for labels, without the endings that compression adds. */
  readonly name: string;
  /** Unpacked bytes, null where not known. */
  readonly size: number | null;
  /** True where the bytes lie in a plain file at `path` and can be read anywhere in it. */
  readonly plain: boolean;
  /** Time the file was last changed, in ms, null where not known. */
  readonly modified: number | null;
  /**
   * The bytes from the start. A chunk is valid only until the next one is asked for: whoever keeps bytes copies them.
   * Fails with a CutError after the last byte where the container ends too early.
   */
  bytes(): AsyncIterable<Buffer>;
}

/** The container ended or broke before the file in it did; everything before was delivered. */
export class CutError extends Error {
  override readonly name = 'CutError';
}

/** Up to `HEAD_BYTES` from the start, and whether that is the whole file. */
export interface Head {
  readonly bytes: Buffer;
  readonly whole: boolean;
}

/** A plain file. @throws ImportError when it is none, or cannot be opened */
export async function fileInput(path: string): Promise<Input> {
  let stats: Stats;
  try {
    stats = await stat(path);
    // A pipe is not opened: that waits for somebody to write into it, and nothing can end the wait.
    if (stats.isFile()) await (await open(path, 'r')).close();
  } catch (thrown) {
    throw new ImportError(path, '', `cannot be opened. ${sentenceOf(thrown)}`, 'Check that it is there and readable.');
  }
  if (!stats.isFile())
    throw new ImportError(
      path,
      '',
      'is a pipe or a device, and an export is read more than once.',
      'Write what comes out of it into a file, and take that.',
    );
  return {
    path,
    member: '',
    name: basename(path),
    size: stats.size,
    plain: true,
    modified: stats.mtimeMs,
    bytes: () => fileBytes(path),
  };
}

async function* fileBytes(path: string): AsyncGenerator<Buffer> {
  await using handle = await open(path, 'r');
  // One buffer for all: fresh ones would pile up to the size of the file before the collector looks at them.
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, null);
    if (bytesRead === 0) return;
    yield bytesRead === CHUNK ? buffer : buffer.subarray(0, bytesRead);
  }
}

/** The first bytes of an input. A container that is cut inside them counts as ending there. */
export async function headOf(input: Input): Promise<Head> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of input.bytes()) {
      parts.push(Buffer.from(chunk));
      length += chunk.length;
      if (length > HEAD_BYTES) break;
    }
  } catch (thrown) {
    if (!(thrown instanceof CutError)) throw thrown;
  }
  const bytes = Buffer.concat(parts);
  return { bytes: bytes.subarray(0, HEAD_BYTES), whole: bytes.length <= HEAD_BYTES };
}

/** All bytes of an input that must be held as a whole. @throws ImportError above `limit` bytes */
export async function allOf(input: Input, limit: number, what: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of input.bytes()) {
    parts.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > limit)
      throw new ImportError(
        input.path,
        input.member,
        `${what} inside an archive can be read up to ${Math.floor(limit / 1024 / 1024)} MB.`,
        'Unpack the archive and import the file itself.',
      );
  }
  return Buffer.concat(parts);
}
