/** A break and the end of a session, in a real browser whose clock is the test's: nothing is decided, and nobody is locked in. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Shown } from './browser.ts';
import { goTo, heading } from './steps.ts';

const ROWS = Array.from(
  { length: 12 },
  (_, i) => `${i},message ${i} about the harbour,Ann,general,2026-03-01T10:00:${10 + i}Z`,
);
const NEARLY_A_MINUTE = 50_000;
const SECRET = 'correct horse battery';

/** A window with messages, newest first, and a clock that can be put forward. */
async function withClock(shown: Shown): Promise<Page> {
  await shown.start();
  const { client } = shown;
  await client.labels.put({ name: 'Fine', severity: 0, key: '1' });
  writeFileSync(shown.file('m.csv'), ['id,text,author,channel,time', ...ROWS].join('\n'));
  await shown.import(shown.file('m.csv'));
  const page = await shown.page();
  await page.getByRole('navigation').waitFor();
  await page.clock.install();
  await page.reload();
  await newestFirst(page);
  return page;
}

async function newestFirst(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Order' }).selectOption('newest');
  await page.getByRole('article').waitFor();
}

/** Somebody goes to the next message, about once a minute. */
async function review(page: Page, minutes: number): Promise<void> {
  for (let i = 0; i <= minutes + 1; i++) {
    await page.keyboard.press('j');
    await page.clock.fastForward(NEARLY_A_MINUTE);
  }
}

const decided = async ({ client }: Shown): Promise<number> =>
  (await client.queue.count({ order: 'newest', filter: { statuses: ['decided'] } })).total;

/** Nothing is decided by its key, and each other key does what it does. */
async function isPaused(shown: Shown, page: Page, button: string): Promise<void> {
  const wayOut = page.getByRole('button', { name: button });
  const focused = async (): Promise<void> => {
    await wayOut.waitFor();
    await page.waitForFunction((name) => document.activeElement?.textContent.trim() === name, button);
  };
  await focused();
  await page.keyboard.press('1');
  await page.keyboard.press('e');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  assert.equal(await page.getByRole('option', { name: 'Fine' }).count(), 0, 'the palette decides nothing either');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await goTo(page, 'Control+3', 'Teach');
  await goTo(page, 'Control+1', 'Queue');
  await focused();
  assert.equal(await decided(shown), 0);
}

describe('a break', () => {
  it('stops what decides and nothing else, and has its way out under the fingers', async () => {
    await using shown = new Shown();
    const page = await withClock(shown);
    await shown.client.preferences.set({ breakEvery: 1 });
    await review(page, 1);
    await page.getByRole('dialog', { name: 'Time for a break?' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await isPaused(shown, page, 'I am back');
    await page.keyboard.press('Enter');
    await page.getByRole('article').waitFor();
    await page.clock.fastForward(1000);
    await page.waitForTimeout(400);
    await page.keyboard.press('1');
    await page.getByText('writing…').waitFor({ state: 'detached' });
    assert.equal(await decided(shown), 1);
    assert.deepEqual(shown.complaints, []);
  });
});

describe('the end of a session', () => {
  it('stops what decides and nothing else: the workspace can be locked by its key', async () => {
    await using shown = new Shown();
    const page = await withClock(shown);
    const { client } = shown;
    await client.workspace.protect({ passphrase: SECRET });
    await client.preferences.set({ breakEvery: 0, sessionCap: 1 });
    await page.reload();
    await newestFirst(page);
    await review(page, 1);
    await isPaused(shown, page, 'Fifteen minutes more');
    await page.keyboard.press('Control+Shift+L');
    await heading(page, 'w is locked');
    assert.deepEqual(shown.complaints, []);
  });
});
