import { decodeAdapter } from '../../engine/adapter/file.ts';
import { replaceFile } from '../../engine/ggml/gguf/replace.ts';
import { encodePlainLora } from '../../engine/adapter/plain-lora.ts';
import { readFile } from 'node:fs/promises';
import { sizeOf } from './file.ts';

/**
 * Writes an adapter as a plain LoRA that llama.cpp loads, and gives its size in bytes.
 * Throws ModelFileError where a file is missing, GgufWriteError where one cannot be written, GgufError and AdapterError where
 * it is no such adapter.
 */
export async function exportPlainLora(adapterFile: string, out: string): Promise<number> {
  await sizeOf(adapterFile, 'adapter');
  const bytes = encodePlainLora(decodeAdapter(await readFile(adapterFile), { source: adapterFile }));
  replaceFile(out, (write) => write(bytes));
  return bytes.length;
}
