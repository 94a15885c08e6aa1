/** What people do in the program's own window, by keyboard. */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import type { Page } from 'playwright-core';
import { LEAST_MS } from '../../renderer/review/slips.ts';

/** Reading, importing and training on a slow machine. */
export const LONG_MS = 600_000;
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

/** Writes the path of an export, and waits until the window says what it will be read as. */
export async function chooseFile(window: Page, path: string, format: string): Promise<void> {
  await goTo(window, 'Control+5', 'Import');
  await window.getByLabel('Path of a file or folder').fill(path);
  await window.keyboard.press('Enter');
  await window.getByText(`Will be read as ${format}`).waitFor();
}

/** Takes it in, and waits until the model has read it. */
export async function importChosen(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'Import 1 file' }).click();
  await window.getByText('All that can be read has been read.').waitFor({ timeout: LONG_MS });
}

/** Until the message was on screen for as long as a decision needs (renderer/review/slips.ts), by the window's own clock. */
export async function seen(window: Page): Promise<void> {
  await window.evaluate(
    async (ms) =>
      await new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, ms + 50))),
      ),
    LEAST_MS,
  );
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
  await written(window);
}

/** Decides the first messages of an order, each with the key of the label that its text asks for. */
async function decideEach(window: Page, count: number, labelOf: (text: string) => string): Promise<void> {
  const acts = window.getByRole('group', { name: 'What to do with it' });
  const text = window.getByRole('article').locator('.text .text');
  for (let place = 1; place <= count; place++) {
    await window.locator(`[role="option"][aria-current="true"][aria-posinset="${place}"]`).waitFor();
    const label = acts.getByRole('button', { name: labelOf((await text.textContent()) ?? '') });
    const key = await label.getAttribute('aria-keyshortcuts');
    await seen(window);
    await window.keyboard.press(key ?? '');
  }
  await written(window);
}

/** Until the window has nothing left to write. */
export async function written(window: Page): Promise<void> {
  await window.getByText('writing…').waitFor({ state: 'detached' });
}

/** Waits until the queue shows so many messages as decided: the list of before stays until the other one is there. */
export async function showsAsDecided(window: Page, count: number): Promise<void> {
  await window.getByRole('combobox', { name: 'State' }).selectOption('decided');
  await window.locator(`[role="option"][aria-setsize="${count}"]`).first().waitFor();
}

/** Has a model learn from what was decided, the fast way, and waits until it can be promoted. */
export async function retrain(window: Page): Promise<void> {
  await goTo(window, 'Control+3', 'Teach');
  await window.getByRole('button', { name: /Retrain/ }).waitFor();
  await window.keyboard.press('o');
  await window.getByLabel('How it learns').selectOption('fast');
  await window.keyboard.press('Escape');
  await window.getByRole('dialog').waitFor({ state: 'detached' });
  await window.keyboard.press('t');
  await window.getByRole('button', { name: 'Promote' }).waitFor({ timeout: LONG_MS });
}

/** From an export (CSV) of so many messages to a model that has learned from all of them and reads the queue. */
export async function teachFrom(
  window: Page,
  path: string,
  messages: number,
  labelOf: (text: string) => string,
): Promise<void> {
  await chooseFile(window, path, 'CSV');
  await importChosen(window);
  await reviewNewest(window);
  await decideEach(window, messages, labelOf);
  await retrain(window);
  await promote(window);
}

/** Promotes what came of it. @returns whether that was recommended: what is not is asked about twice */
export async function promote(window: Page): Promise<'at once' | 'against advice'> {
  await window.keyboard.press('p');
  const promoted = window.getByText(/^The queue has .* now/);
  const goOn = window.getByRole('button', { name: 'Go on' });
  await promoted.or(goOn).waitFor();
  if (!(await goOn.isVisible())) return 'at once';
  await goOn.click();
  const really = window.getByRole('dialog').getByRole('button', { name: 'Promote' });
  assert.ok(await really.isDisabled(), 'nobody promotes against advice by a slip');
  await window.getByRole('switch').click();
  await really.click();
  await promoted.waitFor();
  return 'against advice';
}

/** Writes the decisions as a table, from the palette. */
export async function exportDecisions(window: Page, path: string, decided: number): Promise<void> {
  await window.keyboard.press('Control+k');
  await window.keyboard.type('export decisions');
  await window.keyboard.press('Enter');
  await window.getByLabel('File').fill(path);
  await window.keyboard.press('Enter');
  await window.getByText(`${basename(path)} is written: ${decided} decisions`).waitFor();
}
