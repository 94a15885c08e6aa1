/** What people do in the program's own window, by keyboard. */
import type { Page } from 'playwright-core';

/** Reading, importing and training on a slow machine. */
export const LONG_MS = 180_000;
/** More than a message has to be on screen before it can be decided. */
const SEEN_MS = 400;

export const heading = async (window: Page, name: string): Promise<void> =>
  await window.getByRole('heading', { level: 1, name }).waitFor();

/** Goes to a view by its key, and waits until it is there. */
export async function goTo(window: Page, key: string, name: string): Promise<void> {
  await window.keyboard.press(key);
  await heading(window, name);
}

/** Starts a workspace, on the page that a window shows at first. */
export async function create(window: Page, workspace: string): Promise<void> {
  await heading(window, 'Moderato');
  await window.getByLabel('File').first().fill(workspace);
  await window.keyboard.press('Enter');
  await window.getByRole('navigation').waitFor();
}

/** The newest first: what the model has not read stands in no other order. */
export async function reviewNewest(window: Page): Promise<void> {
  await goTo(window, 'Control+1', 'Queue');
  await window.getByRole('combobox', { name: 'Order' }).selectOption('newest');
  await window.getByRole('article').waitFor();
  await window.getByRole('heading', { level: 1 }).focus();
}

/** Decides what is shown with a label's key. */
export async function decide(window: Page, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await window.waitForTimeout(SEEN_MS);
    await window.keyboard.press('1');
  }
  await window.getByText('writing…').waitFor({ state: 'detached' });
}

/** Waits until the queue shows so many messages as decided: the list of before stays until the other one is there. */
export async function showsAsDecided(window: Page, count: number): Promise<void> {
  await window.getByRole('combobox', { name: 'State' }).selectOption('decided');
  await window.locator(`[role="option"][aria-setsize="${count}"]`).first().waitFor();
}
