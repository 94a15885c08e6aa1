/** The window of a packaged program, through the debug port that it was started with (`--remote-debugging-port=0`). */
import type { ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';

const STEP_MS = 100;

/**
 * Resolves when the window shows its page. Whoever connects while it moves from the empty page to its own waits for ever.
 * @param child standard error is a pipe
 */
export async function windowOf(child: ChildProcess, patienceMs: number): Promise<Page> {
  const late = AbortSignal.timeout(patienceMs);
  const address = await new Promise<string>((resolve, reject) => {
    late.addEventListener('abort', () => reject(new Error('The program says nothing of its debug port.')));
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /DevTools listening on (\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  while (!(await hasPage(new URL(address).host))) {
    if (late.aborted) throw new Error('No window has shown its page.');
    await setTimeout(STEP_MS);
  }
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const window = browser.contexts()[0]?.pages()[0];
  if (window === undefined) throw new Error('The window is gone.');
  return window;
}

async function hasPage(host: string): Promise<boolean> {
  const targets = (await (await fetch(`http://${host}/json/list`)).json()) as { type: string; title: string }[];
  return targets.some(({ type, title }) => type === 'page' && title === 'Moderato');
}
