/** The program as people have it: the window in an Electron of its own, with desk and engine as processes beside it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Program, Screen } from '../../tests/e2e/runtime.ts';
import { Home, isThere, Started } from '../../tests/e2e/started.ts';
import { residentMegabytes } from './processes.ts';
import { decide, watchPresses } from './review.ts';
import { scroll } from './scroll.ts';
import type { Random } from '../../engine/train/random.ts';

const RUNTIME = fileURLToPath(new URL('../../.cache/electron/runtime/moderato', import.meta.url));
const STARTS = 5;
const DECISIONS = 40;
const SCROLLED_SECONDS = 6;

/** There is one to start (tests/e2e/fetch-runtime.sh). */
export const hasDesktop = (): boolean => existsSync(RUNTIME);

export interface Desktop {
  /** milliseconds from the start to a window that shows the first message and has taken a key, one for each start */
  readonly starts: readonly number[];
  /** that all its processes hold after messages were decided and the list was scrolled; null where the system does not say */
  readonly megabytes: number | null;
}

/** Starts the program with a workspace, again and again; works with it in the last one. */
export async function desktop(workspace: string, random: Random): Promise<Desktop> {
  using program = await Program.build('window');
  using screen = await Screen.open();
  using home = new Home();
  const starts: number[] = [];
  for (;;) {
    const began = performance.now();
    await using started = await Started.start(program, screen, home, [workspace]);
    const { window } = started;
    // The page looks in every frame; a locator would look twice a second, and add up to that much.
    await window.waitForFunction(isThere, 'article');
    await window.keyboard.press('j');
    await window.waitForFunction(isThere, '[role="option"][aria-current="true"][aria-posinset="2"]');
    starts.push(performance.now() - began);
    if (starts.length < STARTS) continue;
    await watchPresses(window);
    await decide(window, DECISIONS, random);
    await scroll(window, SCROLLED_SECONDS);
    return { starts, megabytes: residentMegabytes(started.processes) };
  }
}
