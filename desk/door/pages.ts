/**
 * The built window, for a browser on this computer: the files of one folder, read once, and nothing else of the disk. They
 * hold no data, so they need no token.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join, sep } from 'node:path';

/** What a window is made of; other files are not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * What a page may do: load its own files and call its own door. No inline script, no eval, nothing of elsewhere; HTML is made
 * by Svelte's own templates alone.
 */
export const WINDOW_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

export interface Page {
  readonly type: string;
  readonly body: Buffer;
}

/** Pages by path, `/` for index.html; empty where the window was not built. */
export function pagesOf(folder: string): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>();
  for (const file of filesIn(folder)) {
    const type = TYPES[extname(file)];
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
