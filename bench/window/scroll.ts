/** Scrolling through the list with a wheel, and whether every frame came in time. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { type Frame, noteFrames, takeFrames } from './page.ts';

/** About a hundred rows a second. */
const STEP_PX = 100;
const STEP_MS = 16;
const FRAME_MS = 1000 / 60;

export interface Scrolled {
  /** in the middle one of all seconds */
  readonly framesPerSecond: number;
  /** share of the frames that 60 a second would have had and that did not come */
  readonly dropped: number;
  /** share of rows in sight, over all frames, of which nothing was there yet */
  readonly missing: number;
}

/** Turns the wheel over the list for so long, down, and then as long up again. */
export async function scroll(page: Page, seconds: number): Promise<Scrolled> {
  const box = await page.locator('[role="listbox"]').boundingBox();
  if (box === null) throw new Error('There is no list to scroll.');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.evaluate(noteFrames);
  for (const direction of [1, -1]) {
    const end = performance.now() + (seconds / 2) * 1000;
    while (performance.now() < end) {
      const next = wait(STEP_MS);
      await page.mouse.wheel(0, direction * STEP_PX);
      await next;
    }
  }
  return scrolledOf(await page.evaluate(takeFrames));
}

export function scrolledOf(frames: readonly Frame[]): Scrolled {
  const gaps = frames.slice(1).map(({ at }, i) => at - (frames[i]?.at ?? NaN));
  const wanted = gaps.reduce((sum, gap) => sum + Math.max(1, Math.round(gap / FRAME_MS)), 0);
  const begin = frames[0]?.at ?? 0;
  const seconds: number[] = [];
  for (const { at } of frames) {
    const second = Math.floor((at - begin) / 1000);
    seconds[second] = (seconds[second] ?? 0) + 1;
  }
  // The last one is not a whole one.
  const whole = Array.from(seconds.slice(0, -1), (count = 0) => count).sort((a, b) => a - b);
  return {
    framesPerSecond: whole[whole.length >> 1] ?? NaN,
    dropped: (wanted - gaps.length) / wanted,
    missing: frames.reduce((sum, { missing }) => sum + missing, 0) / frames.length,
  };
}
