/** Starts a packaged program, waits until its window shows a page, and ends it: `node build/start-packaged.ts PROGRAM`. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PATIENCE_MS = 60_000;

const [program = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'moderato-start-'));
const words = [
  `--user-data-dir=${folder}`,
  '--remote-debugging-port=0',
  ...(process.platform === 'linux' ? ['--no-sandbox'] : []),
];
const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
const late = setTimeout(() => {
  console.error(`No window came up within ${PATIENCE_MS / 1000} s.`);
  child.kill('SIGKILL');
  process.exit(1);
}, PATIENCE_MS);
const address = await new Promise<string>((resolve) => {
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    const found = /DevTools listening on (\S+)/.exec(said)?.[1];
    if (found !== undefined) resolve(found);
  });
});
const browser = await chromium.connectOverCDP(address, { noDefaults: true });
const [context] = browser.contexts();
const window = context?.pages()[0] ?? (await context?.waitForEvent('page'));
await window?.waitForLoadState('load');
console.log(`${window?.url()}: ${await window?.title()}`);
const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
// The last window closed is the end of the program; on a Mac it stays, and is told to end.
await window?.close();
if (process.platform === 'darwin') child.kill('SIGTERM');
const code = await ended;
clearTimeout(late);
if (code !== 0 && process.platform !== 'darwin') throw new Error(`The program ended with code ${code}.`);
process.exit(window?.url() === 'app://moderato/index.html' ? 0 : 1);
