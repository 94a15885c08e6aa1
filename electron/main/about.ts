/** Which program this is, and how old: updates are files that a person opens, so nobody else says that it is time. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Both are written by build/bundle.ts. */
const Package = z.object({ version: z.string() });
const Built = z.object({ built: z.iso.date() });
const DAY = 86_400_000;

export function about(now = Date.now()) {
  const { version } = Package.parse(read('package.json'));
  const { built } = Built.parse(read('built.json'));
  const days = Math.max(0, Math.floor((now - Date.parse(built)) / DAY));
  const { electron, chrome, node } = process.versions;
  return { version, built, days, runtime: `Electron ${electron}, Chromium ${chrome}, Node ${node}` };
}

/** By path: Electron reads out of its archive by paths alone. */
const read = (name: string): unknown =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8'));
