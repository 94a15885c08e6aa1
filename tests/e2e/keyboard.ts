/** The window by keyboard alone: going to what is meant by Tab, and doing there what a keyboard can. */
import type { Locator, Page } from 'playwright-core';
import { goTo } from './steps.ts';

/** Stops of the keyboard that a page has at most. */
export const STOPS = 300;

export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name });

/** Goes on with Tab until `there` has the focus. @throws where no way leads to it */
export async function tabTo(page: Page, there: Locator): Promise<void> {
  await there.waitFor();
  for (let i = 0; i < STOPS; i++) {
    if (await there.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no key leads to ${String(there)}`);
}

export async function press(page: Page, there: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, there);
  await page.keyboard.press(key);
}

export async function type(page: Page, there: Locator, text: string): Promise<void> {
  await tabTo(page, there);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
}

/** Opens a list, goes to what is meant, and says yes. @throws where it is not in the list */
export async function choose(page: Page, list: Locator, title: string): Promise<void> {
  await press(page, list, 'ArrowDown');
  await page.keyboard.press('Home');
  for (let i = 0; i < STOPS; i++) {
    const at = await page.evaluate(() => document.activeElement?.textContent.trim());
    if (at === title) return await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`${title} is not in the list`);
}

/** A tab of the settings: the tabs are one stop, in which arrows move. */
export async function part(page: Page, name: string): Promise<void> {
  await goTo(page, 'Control+,', 'Settings');
  const tab = page.getByRole('tab', { name });
  await tabTo(page, page.getByRole('tab', { selected: true }));
  for (let i = 0; i < 8 && (await tab.getAttribute('aria-selected')) !== 'true'; i++)
    await page.keyboard.press('ArrowRight');
  await page.getByRole('tab', { name, selected: true }).waitFor();
}
