/** The program, started, as a driver sees it. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import type { Page as Clients } from './fixtures/page/clients.ts';
import { RELAYED, type Program, type Screen } from './runtime.ts';

declare global {
  // In the window (fixtures/page/page.ts).
  var page: Clients;
}

/** As long as anything that happens may take on a busy machine. */
const PATIENCE_MS = 60_000;

/** A folder of settings and files that outlives a start of the program. */
export class Home implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'moderato-e2e-'));

  file(name: string): string {
    return join(this.folder, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Started implements AsyncDisposable {
  readonly app: ElectronApplication;
  readonly window: Page;
  /** what the pages said that nobody had foreseen: errors, refusals of their policy */
  readonly complaints: string[] = [];
  #ended = false;

  private constructor(app: ElectronApplication, window: Page) {
    this.app = app;
    this.window = window;
    this.#listenTo(window);
    app.on('window', (another) => this.#listenTo(another));
  }

  #listenTo(window: Page): void {
    window.on('pageerror', (error) => this.complaints.push(String(error)));
    window.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  /** Starts it, and waits for its window: the smallest one (fixtures/page) with its ports, or the program's own. */
  static async start(program: Program, screen: Screen, home: Home, words: readonly string[] = []): Promise<Started> {
    const app = await _electron.launch({
      executablePath: program.executable,
      // The tests may run as root, where Chromium's own sandbox does not start.
      args: ['--no-sandbox', '--disable-gpu', `--user-data-dir=${home.file('settings')}`, ...words],
      env: environment(screen, home),
      timeout: PATIENCE_MS,
    });
    const started = new Started(app, await app.firstWindow());
    if (program.shows === 'smallest') await started.portsOf(started.window, 1);
    // Looked for in every frame, not twice a second as a locator would: a bench measures the start.
    else await started.window.waitForFunction(isThere, 'h1', { timeout: PATIENCE_MS });
    return started;
  }

  /** Waits until a window has had its ports so many times. */
  async portsOf(window: Page, times: number): Promise<void> {
    await window.waitForFunction((least) => (globalThis.page as Clients | undefined)?.times === least, times, {
      timeout: PATIENCE_MS,
    });
  }

  get pid(): number {
    return this.app.process().pid ?? 0;
  }

  /** Ids of all its processes, but for those that only relay to a Node 24 (shim/relay.ts): the program itself has none. */
  get processes(): readonly number[] {
    return [this.pid, ...descendants(this.pid).filter((pid) => !commandOf(pid).includes('node.mojom.NodeService'))];
  }

  /** Ids of the processes under the program whose command line has this in it. */
  running(part: string): readonly number[] {
    return descendants(this.pid).filter((pid) => commandOf(pid).includes(part));
  }

  /** Has the program stay when its last window is closed, as it does on a Mac. */
  async staysWithoutWindow(): Promise<void> {
    await this.app.evaluate(({ app }) => {
      app.removeAllListeners('window-all-closed');
      app.on('window-all-closed', () => {});
    });
  }

  /** Quits as a person does, and waits for the end. */
  async quit(): Promise<void> {
    this.#ended = true;
    const gone = new Promise<void>((resolve) => this.app.process().once('exit', () => resolve()));
    await this.app.evaluate(({ app }) => app.quit()).catch(() => {});
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) await this.app.close();
  }
}

/** Whether something is in the page in which this runs, whose types a bench that starts the program has not got. */
export function isThere(selector: string): boolean {
  const { document } = globalThis as unknown as { readonly document: { querySelector(selector: string): unknown } };
  return document.querySelector(selector) !== null;
}

export function environment({ display }: Screen, home: Home): Record<string, string> {
  const { PATH = '', LANG = 'C.UTF-8' } = process.env;
  const folders = { HOME: home.folder, XDG_CONFIG_HOME: home.file('config'), XDG_DATA_HOME: home.file('data') };
  return { PATH, LANG, ...folders, ...RELAYED, DISPLAY: display };
}

/** Asks again and again until it is so. @throws Error after a minute, with what it was about */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`It did not happen within a minute: ${what}.`);
    await wait(50);
  }
}

function descendants(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isUnder = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || isUnder(parent));
  };
  return [...parents.keys()].filter(isUnder);
}

const commandOf = (pid: number): string => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
