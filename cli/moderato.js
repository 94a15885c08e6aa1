#!/usr/bin/env node
// Starts the command line. The program is TypeScript that Node 24 runs as it stands; on an older Node this file starts
// the Node 24 that `npm ci` has put beside it. Plain JavaScript, because an older Node must be able to read it.
import { URL, fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';

const main = new URL('./main.ts', import.meta.url);

if (Number(process.versions.node.split('.')[0]) >= 24) await import(main.href);
else startNewerNode();

function startNewerNode() {
  let node;
  try {
    const folder = join(createRequire(import.meta.url).resolve('node/package.json'), '..', 'bin');
    node = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    console.error(
      `moderato: this is Node ${process.versions.node}, and the Node 24 that comes with the checkout is not installed.\n` +
        'Run `npm ci` in the folder of the program (without --omit=dev), or install Node 24 or newer.',
    );
    process.exit(1);
  }
  const child = spawn(node, [...process.execArgv, fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself, as part of the same terminal job; this process only waits for its end.
  // A signal that was sent to this process alone is handed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`moderato: ${node} could not be started (${error.message}). Run \`npm ci\` again.`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}
