/** The program's own scheme, app://moderato/…: the files of the renderer, and what a page of theirs may do. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { protocol, type Session } from 'electron';

const SCHEME = 'app';
export const ORIGIN = `${SCHEME}://moderato`;
export const START_PAGE = `${ORIGIN}/index.html`;

const FOLDER = fileURLToPath(new URL('../../renderer/', import.meta.url));

/** Nothing that is not named: no connection, no frame, no plug-in, no worker, no style or script in the page itself. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  // Pictures out of an export come over the port as bytes, and are shown from memory.
  "img-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** What a renderer is made of; a file of another kind is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Must be called before Electron is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
}

export function isOwn(address: string): boolean {
  return address.startsWith(`${ORIGIN}/`);
}

export function serveScheme(session: Session): void {
  session.protocol.handle(SCHEME, async ({ url, method }) => answer(url, method));
}

/** @param address of what a page asks for */
async function answer(address: string, method: string): Promise<Response> {
  const path = isOwn(address) && method === 'GET' ? pathOf(new URL(address)) : null;
  if (path === null) return new Response(null, { status: 404, headers: HEADERS });
  try {
    const type = TYPES[extname(path)] ?? '';
    return new Response(await readFile(join(FOLDER, path)), { headers: { ...HEADERS, 'content-type': type } });
  } catch {
    return new Response(null, { status: 404, headers: HEADERS });
  }
}

/** Path inside the folder; null for what could lead out of it, or is of no kind that is served. */
function pathOf({ pathname }: URL): string | null {
  // Names that Vite gives: no dot first, nothing to be decoded.
  if (!/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(pathname)) return null;
  return extname(pathname) in TYPES ? pathname : null;
}
