/** Which program this is, and how old: updates are files that a person opens, so nobody else says that it is time. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Package = z.object({ version: z.string(), built: z.iso.date() });
const DAY = 86_400_000;

export function about(now = Date.now()) {
  const { version, built } = Package.parse(
    JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')),
  );
  const days = Math.max(0, Math.floor((now - Date.parse(built)) / DAY));
  const { electron, chrome, node } = process.versions;
  return { version, built, days, runtime: `Electron ${electron}, Chromium ${chrome}, Node ${node}` };
}
