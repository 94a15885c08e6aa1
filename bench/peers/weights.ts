import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { readGguf } from '../../engine/ggml/gguf/read.ts';
import { rewriteGguf, truncateGguf } from '../../engine/ggml/gguf/rewrite.ts';
import type { GgufValue } from '../../engine/ggml/gguf/values.ts';

/** llama.h, enum llama_ftype */
const FTYPES: Readonly<Record<string, number>> = { f32: 0, q8_0: 7, bf16: 32 };

/** The model file with mean pooling written into it, which node-llama-cpp takes from nowhere else. */
export function meanPooled(base: string, blocks: number, folder: string): string {
  const target = path.join(folder, `mean.${path.basename(base)}`);
  truncateGguf(base, target, { blocks, pooling: 'mean' });
  return target;
}

/**
 * The same model under llama.cpp's architecture name `llama-embed`, which is `llama` without the language model head.
 * Under its own name llama.cpp computes next-token scores for every token even when only states are asked for; this is
 * what someone who knows that would do.
 */
export function withoutHead(model: string, folder: string): string {
  const metadata = new Map<string, GgufValue | undefined>([
    ['general.architecture', { type: 'str', value: 'llama-embed' }],
  ]);
  {
    using file = readGguf(model);
    for (const [key, value] of file.metadata.values) {
      if (!key.startsWith('llama.')) continue;
      metadata.set(key, undefined);
      metadata.set(key.replace('llama.', 'llama-embed.'), value);
    }
  }
  const target = path.join(folder, `headless.${path.basename(model)}`);
  rewriteGguf(model, target, { metadata });
  return target;
}

/**
 * The file for llama.cpp that holds the same weight type as our layout does (`q8_0+AMX`, `file+AMX`, `bf16`), and the
 * type's name; null where that is the file itself.
 */
export async function sameWeights(
  layout: string,
  base: string,
  folder: string,
): Promise<{ readonly file: string; readonly weights: string } | null> {
  const [type = ''] = layout.split('+');
  if (type === 'file') return null;
  const ftype = FTYPES[type];
  if (ftype === undefined) throw new Error(`the bench has no llama.cpp weight type for our layout ${layout}`);
  const file = path.join(folder, `${type}.${path.basename(base)}`);
  const program = path.join(import.meta.dirname, 'requantise.ts');
  await promisify(execFile)(process.execPath, [program, base, file, String(ftype)], { maxBuffer: 2 ** 26 });
  return { file, weights: type.toUpperCase() };
}
