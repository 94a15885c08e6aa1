/** The built window, made once for all tests: `npm test` builds it before; a test that is run alone does where it is old. */
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What it is made of, as far as it changes. */
const SOURCES = 'renderer,desk/contract,desk/shown';

/** Folder of the window, where `moderato serve` shows it from. */
export async function builtWindow(): Promise<string> {
  const folder = join(ROOT, 'dist/renderer');
  if (isOld(join(folder, 'index.html')))
    await build({ configFile: join(ROOT, 'renderer/vite.config.ts'), logLevel: 'warn' });
  return folder;
}

function isOld(page: string): boolean {
  if (!existsSync(page)) return true;
  const built = statSync(page).mtimeMs;
  return globSync(`{${SOURCES}}/**/*.{ts,svelte,css,html}`, { cwd: ROOT }).some(
    (file) => statSync(join(ROOT, file)).mtimeMs > built,
  );
}
