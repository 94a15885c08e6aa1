/** Looks at a file before anything is made of it, so that a folder or a missing file is said in words. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ModelFileError } from './errors.ts';

/**
 * Bytes of a regular file.
 * @param what for the message: "model", "adapter"
 * @throws ModelFileError where it is missing, not readable, or no file
 */
export async function sizeOf(path: string, what: string): Promise<number> {
  let stats;
  try {
    stats = await stat(path);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new ModelFileError(
      path,
      missing
        ? `${path}: there is no such ${what} file.`
        : `${path}: the ${what} file cannot be read (${reason(error)}).`,
      missing ? 'Check the path; `moderato models list` shows what is on this computer.' : 'Check its permissions.',
      error,
    );
  }
  if (!stats.isFile()) {
    throw new ModelFileError(
      path,
      `${path} is ${stats.isDirectory() ? 'a folder' : 'no regular file'}; a ${what} is a single .gguf file.`,
      'Name the file itself.',
    );
  }
  return stats.size;
}

/** SHA-256 of a file, 64 hexadecimal digits. */
export async function fileSha256(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { ...(signal && { signal }) });
  return hash.digest('hex');
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
