/** What goes wrong in front of somebody, in a real browser: each is said where it matters, with a way out of it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { Shown } from './browser.ts';
import { heading } from './steps.ts';

const ROWS = Array.from(
  { length: 40 },
  (_, i) => `${i},message ${i} about the harbour,Ann,general,2026-03-01T10:00:${10 + i}Z`,
);
/** A decision needs a message to be on screen for a while. */
const SEEN_MS = 250;

async function withMessages(shown: Shown, workspace?: string): Promise<void> {
  await shown.start(workspace);
  await shown.client.labels.put({ name: 'Fine', severity: 0, key: '1' });
  writeFileSync(shown.file('m.csv'), ['id,text,author,channel,time', ...ROWS].join('\n'));
  await shown.import(shown.file('m.csv'));
}

/** Writes over all of a file but its first page: SQLite knows it, and cannot read it. */
function spoil(path: string): void {
  const { size } = statSync(path);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(size - 4096, 0x5a), 0, size - 4096, 4096);
  closeSync(file);
}

const dialog = (page: Page) => page.getByRole('dialog');

describe('a workspace that is damaged', () => {
  it('is refused with the ways out: tried again, taken out of the list, or left for another one', async () => {
    await using shown = new Shown();
    await withMessages(shown);
    const { client } = shown;
    const damaged = shown.file('damaged.moderato');
    await client.workspace.copy({ to: damaged });
    await client.preferences.set({ recent: [damaged, shown.file('w.moderato')] });
    await client.workspace.close();
    spoil(damaged);
    const page = await shown.page();
    await heading(page, 'Moderato');
    await page.getByRole('button', { name: damaged }).click();
    await dialog(page).getByRole('heading', { name: 'damaged was not opened' }).waitFor();
    await dialog(page)
      .getByRole('alert')
      .getByText(/damaged\.moderato is damaged/)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Try again' }).click();
    await dialog(page).getByRole('button', { name: 'Take it out of the list' }).click();
    await page.getByRole('button', { name: damaged }).waitFor({ state: 'detached' });
    assert.deepEqual((await client.preferences.get()).recent, [shown.file('w.moderato')]);
    // What is left opens.
    await page.getByRole('button', { name: shown.file('w.moderato') }).click();
    await heading(page, 'Queue');
    assert.deepEqual(shown.complaints, []);
  });
});

describe('a model that is missing', () => {
  it('is said in the queue, and leads to the models', async () => {
    await using shown = new Shown();
    await withMessages(shown);
    const { client } = shown;
    const page = await shown.page();
    await heading(page, 'Queue');
    await client.jobs.start({ kind: 'score', model: shown.file('gone.gguf') });
    await page
      .getByRole('alert')
      .getByText(/gone\.gguf/)
      .waitFor();
    await page.getByRole('link', { name: 'Choose a model' }).click();
    await page.getByRole('tab', { name: 'Models', selected: true }).waitFor();
    assert.deepEqual(shown.complaints, []);
  });
});

describe('a full disk', () => {
  it('stops whoever decides instead of passing by, and what was confirmed is kept', async (t: TestContext) => {
    await using shown = new Shown();
    const place = shown.file('disk');
    mkdirSync(place);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'none', place]).status !== 0) {
      t.skip('making a small disk needs root: mount -t tmpfs was refused');
      return;
    }
    try {
      await withMessages(shown, `${place}/w.moderato`);
      const page = await shown.page();
      await heading(page, 'Queue');
      await page.getByRole('combobox', { name: 'Order' }).selectOption('newest');
      await page.getByRole('article').waitFor();
      assert.throws(() => writeFileSync(`${place}/filler`, Buffer.alloc(8 << 20)), /ENOSPC/);
      const stopped = dialog(page).getByRole('heading', { name: 'This cannot go on' });
      for (let i = 0; i < ROWS.length && !(await stopped.isVisible()); i++) {
        await page.waitForTimeout(SEEN_MS);
        await page.keyboard.press('1');
      }
      await stopped.waitFor();
      await dialog(page)
        .getByText(/There is no room left on the disk/)
        .waitFor();
      // There is room again: the same key decides.
      spawnSync('mount', ['-o', 'remount,size=60m', place]);
      const decided = async (): Promise<number> =>
        (await shown.client.queue.count({ order: 'newest', filter: { statuses: ['decided'] } })).total;
      const before = await decided();
      await page.keyboard.press('Enter');
      await dialog(page).waitFor({ state: 'detached' });
      await page.waitForTimeout(2 * SEEN_MS);
      await page.keyboard.press('1');
      await page.getByText('writing…').waitFor({ state: 'detached' });
      assert.equal(await decided(), before + 1);
    } finally {
      await shown.client.workspace.close().catch(() => {});
      spawnSync('umount', [place]);
    }
  });
});

describe('a view that is a file of its own', () => {
  it('shows that it is on its way, and a way out where it cannot be had', async () => {
    await using shown = new Shown();
    await withMessages(shown);
    const page = await shown.page();
    await heading(page, 'Queue');
    const gate = Promise.withResolvers<void>();
    await page.route(/TeachView.*\.js$/, async (route) => {
      // The file is asked for more than once: ahead, and where it is loaded.
      await gate.promise;
      await route.abort();
    });
    await page.keyboard.press('Control+3');
    await page.getByRole('status').getByText('One moment…').waitFor();
    gate.resolve();
    await page.getByRole('alert').getByText('This view could not be loaded.').waitFor();
    await page.unroute(/TeachView.*\.js$/);
    await page.getByRole('button', { name: 'Load anew' }).click();
    await heading(page, 'Teach');
  });

  it('says that what it shows is old when it cannot be asked for anew', async () => {
    await using shown = new Shown();
    await withMessages(shown);
    const { client } = shown;
    await shown.ended((await client.jobs.start({ kind: 'score' })).id);
    const reviewer = (await client.reviewers.add({ name: 'Ada' })).id;
    const page = await shown.page();
    await heading(page, 'Queue');
    const old = page.getByText('What is shown is from before');
    let item = 1;
    for (const [key, name, call] of [
      ['Control+3', 'Teach', /door\/revisions\/list/],
      ['Control+4', 'Insights', /door\/insights\/calibration/],
    ] as const) {
      await page.keyboard.press(key);
      await heading(page, name);
      await page.locator('section.card').first().waitFor();
      assert.equal(await old.count(), 0);
      await page.route(call, (route) => route.fulfill({ status: 500, json: { json: { message: 'broken' } } }));
      await client.review.decide({ reviewer, seen: [{ item: item++, version: 1 }], labels: [] });
      await old.waitFor();
      await page.locator('section.card').first().waitFor();
      await page.unroute(call);
      await page.getByRole('button', { name: 'Try again' }).click();
      await old.waitFor({ state: 'detached' });
    }
  });
});

describe('the title of the window', () => {
  it('is that of what is shown: of a view, of the lock screen, of the first page', async () => {
    await using shown = new Shown();
    await withMessages(shown);
    const { client } = shown;
    const secret = { kind: 'passphrase', passphrase: 'correct horse battery' } as const;
    const page = await shown.page();
    const titled = (title: string) => page.waitForFunction((wanted) => document.title === wanted, title);
    await titled('Queue · w · Moderato');
    await client.workspace.protect({ passphrase: secret.passphrase });
    await client.workspace.lock();
    await titled('w is locked · Moderato');
    await client.workspace.unlock({ secret });
    await titled('Queue · w · Moderato');
    await client.workspace.close();
    await titled('Moderato');
  });
});
