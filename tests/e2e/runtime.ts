/** The Electron that the tests start: an older one, with the shim of tests/e2e/shim between it and the program. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { bundle } from '../../build/bundle.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CACHE = join(ROOT, '.cache');
const RUNTIME = join(CACHE, 'electron/runtime');
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the program's processes are told, so that desk and engine run on this Node. */
export const RELAYED = { MODERATO_E2E_NODE: process.execPath, MODERATO_E2E_CHILD: here('shim/child.ts') } as const;

/** The program's own window, or the smallest there can be (fixtures/page), which does what a test says. */
export type Shows = 'window' | 'smallest';

/** A program to start: the runtime with the bundled sources in it, in a folder that is removed at the end. */
export class Program implements Disposable {
  readonly folder: string;
  readonly shows: Shows;

  private constructor(folder: string, shows: Shows) {
    this.folder = folder;
    this.shows = shows;
  }

  get executable(): string {
    return join(this.folder, 'runtime/moderato');
  }

  static async build(shows: Shows = 'smallest'): Promise<Program> {
    if (!existsSync(join(RUNTIME, 'moderato')))
      throw new Error(
        'There is no Electron to test with. Fetch it: bash tests/e2e/fetch-runtime.sh (needs python3 and pip).',
      );
    mkdirSync(join(CACHE, 'e2e'), { recursive: true });
    const program = new Program(mkdtempSync(join(CACHE, 'e2e/')), shows);
    const { folder } = program;
    // The program finds its resources beside itself: every test has its own, of the same files.
    execFileSync('cp', ['-al', RUNTIME, join(folder, 'runtime')]);
    const shim = {
      main: here('shim/electron-main.ts'),
      preload: here('shim/electron-preload.ts'),
      cli: here('shim/cli.ts'),
      relay: 'tests/e2e/shim/relay.ts',
    };
    await bundle({
      out: join(folder, 'app'),
      renderer: shows === 'window' ? await ownWindow(join(folder, 'page')) : await smallestWindow(join(folder, 'page')),
      shim,
    });
    symlinkSync(join(folder, 'app'), join(folder, 'runtime/resources/app'));
    return program;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The program's own, and before it what the older Chromium lacks. */
async function ownWindow(outDir: string): Promise<string> {
  const bridged: Plugin = {
    name: 'bridged',
    transform: (code, id) =>
      id === join(ROOT, 'renderer/main.ts') ? `import ${JSON.stringify(here('shim/page.ts'))};\n${code}` : null,
  };
  await build({
    configFile: join(ROOT, 'renderer/vite.config.ts'),
    logLevel: 'warn',
    plugins: [bridged],
    build: { outDir },
  });
  return outDir;
}

async function smallestWindow(outDir: string): Promise<string> {
  await build({
    configFile: false,
    root: here('fixtures/page'),
    base: './',
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, target: 'chrome108', modulePreload: false },
  });
  return outDir;
}

/** A screen that nobody sees. */
export class Screen implements Disposable {
  readonly #server: ChildProcess;
  readonly display: string;

  private constructor(server: ChildProcess, display: string) {
    this.#server = server;
    this.display = display;
  }

  static async open(): Promise<Screen> {
    const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const number = await new Promise<string>((resolve, reject) => {
      server.once('error', () => reject(new Error('There is no screen to test on. Install it: apt-get install xvfb')));
      server.once('exit', () => reject(new Error('Xvfb ended at once: is /tmp/.X11-unix writable?')));
      (server.stdio[3] as Readable).once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    });
    return new Screen(server, `:${number}`);
  }

  [Symbol.dispose](): void {
    this.#server.kill('SIGKILL');
  }
}
