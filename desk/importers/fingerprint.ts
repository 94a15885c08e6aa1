import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sentenceOf } from '../reason.ts';
import { ImportError } from './import-error.ts';

export interface Fingerprint {
  readonly path: string;
  readonly sha256: Buffer;
  /** bytes */
  readonly size: number;
  /** When the file was last written, milliseconds: as near as a file tells when the export was made. */
  readonly modified: number;
}

/**
 * The sum of a file's bytes; of a folder that is one source, that of its files' names and bytes in order.
 * @throws ImportError when a file cannot be read
 */
export async function fingerprint(path: string, signal?: AbortSignal): Promise<Fingerprint> {
  const hash = createHash('sha256');
  let size = 0;
  let modified = 0;
  const add = async (file: string): Promise<void> => {
    const stat = lstatSync(file);
    if (stat.isDirectory()) {
      for (const name of readdirSync(file).sort()) {
        hash.update(`${name.length} ${name}`);
        await add(join(file, name));
      }
      return;
    }
    modified = Math.max(modified, Math.floor(stat.mtimeMs));
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
    }
  };
  try {
    await add(path);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ImportError(
      path,
      '',
      `cannot be read. ${sentenceOf(error)}`,
      'Check that the file is there and readable.',
    );
  }
  return { path, sha256: hash.digest(), size, modified };
}
