/** The program's own scheme, app://moderato/…: the files of the renderer, and what a page of theirs may do. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { protocol, type Session } from 'electron';
import { PAGE_TYPES, pageHeaders } from '../../desk/contract/pages.ts';

const SCHEME = 'app';
export const ORIGIN = `${SCHEME}://moderato`;
export const START_PAGE = `${ORIGIN}/index.html`;

/** Where Vite puts the built window (renderer/vite.config.ts), in a checkout and in the package. */
const FOLDER = fileURLToPath(new URL('../../dist/renderer/', import.meta.url));

const HEADERS = pageHeaders({ connects: false });

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
    const type = PAGE_TYPES[extname(path)] ?? '';
    return new Response(await readFile(join(FOLDER, path)), { headers: { ...HEADERS, 'content-type': type } });
  } catch {
    return new Response(null, { status: 404, headers: HEADERS });
  }
}

/** Path inside the folder; null for what could lead out of it, or is of no kind that is served. */
function pathOf({ pathname }: URL): string | null {
  // Names that Vite gives: no dot first, nothing to be decoded.
  if (!/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(pathname)) return null;
  return extname(pathname) in PAGE_TYPES ? pathname : null;
}
