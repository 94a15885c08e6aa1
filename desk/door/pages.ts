/**
 * The built window, for a browser on this computer: the files of one folder, read once, and nothing else of the disk. They
 * hold no data, so they need no token.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { PAGE_TYPES } from '../contract/pages.ts';

export interface Page {
  readonly type: string;
  readonly body: Buffer;
}

/** Pages by path, `/` for index.html; empty where the window was not built. */
export function pagesOf(folder: string): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>();
  for (const file of filesIn(folder)) {
    const type = PAGE_TYPES[extname(file)];
    if (type === undefined) continue;
    const page = { type, body: readFileSync(join(folder, file)) };
    const path = `/${file.split(sep).join('/')}`;
    pages.set(path, page);
    if (path === '/index.html') pages.set('/', page);
  }
  return pages;
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}
