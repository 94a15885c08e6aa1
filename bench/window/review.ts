/** Somebody who decides by keyboard, at the pace of a person, and how long each next message takes. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { Random } from '../../engine/train/random.ts';
import { type Press, notePresses, takePresses } from './page.ts';

/** The label's own key. */
export const KEY = '1';
/** Between two decisions: above what the guard against slips asks for (renderer/review/slips.ts). */
const PACE_MS = { least: 350, most: 500 };
const HELD_MS = 60;

/** The page notes each decision from now on. */
export async function watchPresses(page: Page): Promise<void> {
  await page.evaluate(notePresses, KEY);
}

/**
 * Decides `times` messages. @returns milliseconds from each key to the frame that shows and announces the next message
 * @throws Error where a key did not lead to the next message
 */
export async function decide(page: Page, times: number, random: Random): Promise<readonly number[]> {
  await page.evaluate(takePresses);
  for (let i = 0; i < times; i++) {
    await wait(PACE_MS.least + random() * (PACE_MS.most - PACE_MS.least));
    await page.keyboard.press(KEY, { delay: HELD_MS });
  }
  await wait(PACE_MS.most);
  const presses = await page.evaluate(takePresses);
  const took = presses.flatMap((press) => millisecondsOf(press) ?? []);
  if (took.length !== times) throw new Error(`${times} keys were pressed, and ${took.length} led to the next message.`);
  return took;
}

/**
 * Until the frame with the next message is on the screen; null where it never came. A frame's end is known for each, when it is on the
 * screen (other threads draw it) for the first one alone: later ones are taken to lag behind their end as the first did.
 */
export function millisecondsOf({ at, first, shown, presented }: Press): number | null {
  if (first === null || shown === null) return null;
  const lag = presented === null ? 0 : Math.max(0, at + presented - first);
  return shown - at + lag;
}
