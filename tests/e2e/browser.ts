/** The window in a real browser: `moderato serve` in folders of its own, and Chromium without a screen that shows it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import { type Browser, type Page, chromium } from 'playwright-core';
import type { Contract } from '../../desk/contract.ts';
import type { Preferences } from '../../desk/contract/preferences.ts';
import { builtWindow } from './window.ts';

/** As long as a busy machine may take. */
const SLOW_MS = 30_000;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a browser is. @throws with the package that has one */
export function browserPath(): string {
  const found = [process.env['MODERATO_CHROMIUM'] ?? '', ...CHROMIUM].find((path) => path !== '' && existsSync(path));
  if (found === undefined)
    throw new Error('There is no Chromium: apt-get install chromium, or name one in MODERATO_CHROMIUM.');
  return found;
}

export class Shown implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'moderato-window-'));
  #serve: ChildProcess | undefined;
  #browser: Browser | undefined;
  /** what the page said that nobody had foreseen: errors, refusals of its policy */
  readonly complaints: string[] = [];
  address = '';
  client!: ContractRouterClient<Contract>;

  file(name: string): string {
    return join(this.folder, name);
  }

  /** What its processes are told: settings and files of their own. */
  get environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.folder,
      XDG_CONFIG_HOME: this.file('config'),
      XDG_DATA_HOME: this.file('data'),
      TMPDIR: tmpdir(),
      TZ: 'UTC',
    };
  }

  /** Opens the desk, with the workspace `w.moderato` unless another is named; the window is built first. */
  async start(workspace = this.file('w.moderato')): Promise<void> {
    await builtWindow();
    this.#serve = spawn(process.execPath, [join(ROOT, 'cli/moderato.js'), 'serve', '--workspace', workspace], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: this.environment,
    });
    const lines = createInterface({ input: this.#serve.stdout! });
    [this.address] = (await once(lines, 'line')) as [string];
    const [origin = '', token = ''] = this.address.split('/#');
    this.client = createORPCClient(
      new RPCLink({ url: `${origin}/door`, headers: { authorization: `Bearer ${token}` } }),
    );
  }

  /** A page that shows the window. */
  async page(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    this.#browser ??= await chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox'] });
    const context = await this.#browser.newContext({
      viewport: { width: 1360, height: 820 },
      locale: 'en-GB',
      ...options,
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      // What the desk refuses is an answer, though the browser calls it an error.
      if (message.type() === 'error' && !message.text().includes('status of 422')) this.complaints.push(message.text());
    });
    await page.goto(this.address);
    return page;
  }

  /** What the desk has of how somebody likes the window, which shows a change at once: tries again until that holds. */
  async prefers(holds: (now: Preferences) => void): Promise<void> {
    for (const end = performance.now() + SLOW_MS; ;) {
      const now = await this.client.preferences.get();
      try {
        return holds(now);
      } catch (error) {
        if (performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Imports files, and waits until that is done. */
  async import(...paths: readonly string[]): Promise<void> {
    const { id } = await this.client.jobs.start({ kind: 'import', paths: [...paths] });
    await this.ended(id);
  }

  async ended(id: number): Promise<void> {
    for (;;) {
      const job = await this.client.jobs.get({ job: id });
      if (job.state === 'done') return;
      if (job.state === 'failed' || job.state === 'cancelled') throw new Error(job.problem?.message ?? job.state);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser?.close();
    const serve = this.#serve;
    if (serve !== undefined && serve.exitCode === null) {
      serve.kill('SIGINT');
      await once(serve, 'close');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
