/** What the window's files weigh, as they would go over a wire. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Kilobytes (1000 bytes) of scripts and styles, compressed one by one: those that the first page names, and all there are. */
export function bundleKilobytes(folder: string): { readonly first: number; readonly all: number } {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...page.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].flatMap(([, file]) => file ?? []);
  if (!named.some((file) => file.endsWith('.js'))) throw new Error(`The page in ${folder} names no script.`);
  return { first: kilobytes(folder, named), all: kilobytes(folder, globSync('**/*.{js,css}', { cwd: folder })) };
}

const kilobytes = (folder: string, files: readonly string[]): number =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0) / 1000;
