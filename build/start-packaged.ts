/** Starts a packaged program, waits until its window shows a page, and ends it: `node build/start-packaged.ts PROGRAM`. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { windowOf } from './packaged-window.ts';

const PATIENCE_MS = 60_000;

const [program = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'moderato-start-'));
const words = [
  `--user-data-dir=${folder}`,
  '--remote-debugging-port=0',
  ...(process.platform === 'linux' ? ['--no-sandbox'] : []),
];
const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
const window = await windowOf(child, PATIENCE_MS).catch((error: unknown) => {
  child.kill('SIGKILL');
  throw error;
});
const [address, title] = [window.url(), await window.title()];
console.log(`${address}: ${title}`);
const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
// The last window closed is the end of the program; on a Mac it stays, and is told to end.
await window.close();
if (process.platform === 'darwin') child.kill('SIGTERM');
const code = await ended;
if (code !== 0 && process.platform !== 'darwin') throw new Error(`The program ended with code ${code}.`);
process.exit(address === 'app://moderato/index.html' ? 0 : 1);
