/** Looks at a file before anything is made of it, so that a folder or a missing file is said in words. */
import { stat } from 'node:fs/promises';
import { reasonOf } from '../reason.ts';
import type { GgufFile } from '../../engine/ggml/gguf/read.ts';
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
        : `${path}: the ${what} file cannot be read (${reasonOf(error)}).`,
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

/** @throws ModelFileError where somebody took the one for the other */
export function refuseAdapter(path: string, { metadata }: Pick<GgufFile, 'metadata'>): void {
  if (metadata.optionalString('general.type') === 'adapter')
    throw new ModelFileError(
      path,
      `${path} is an adapter, not a base model.`,
      'Adapters are named with --adapter, and need not be added.',
    );
}
