/** The queue in a real browser: samples are imported, reviewed by keyboard, and what landed in the workspace is compared. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { slursIn } from '../../desk/shown/masking.ts';
import { PNG, exportWith } from '../desk/door/export-with-pictures.ts';
import { axe } from './axe.ts';
import { Shown } from './browser.ts';
import { goTo } from './steps.ts';

const SAMPLE = fileURLToPath(new URL('../../samples/discord.json', import.meta.url));

/** More than a message has to be on screen before it can be decided. */
const SEEN_MS = 400;

/** Harmless messages, enough for an audit sample. */
const SMALL = Array.from(
  { length: 24 },
  (_, i) =>
    `${i + 1},message number ${i + 1} about the harbour and its boats,Person ${i % 3},general,2026-03-01T10:00:${10 + i}Z`,
);

/** A window with three labels over the sample; the newest first, because no model has read it. */
async function withSample(shown: Shown): Promise<Page> {
  await shown.start();
  const { client } = shown;
  await client.labels.put({ name: 'Hateful', severity: 3, key: '1' });
  await client.labels.put({ name: 'Harassing', severity: 1, key: '2' });
  await client.labels.put({ name: 'Fine', severity: 0, key: '3' });
  await client.settings.set({ contact: 'Ada, day and night' });
  await shown.import(SAMPLE);
  return await newestFirst(shown);
}

async function newestFirst(shown: Shown): Promise<Page> {
  const page = await shown.page();
  // The order that it begins with needs a model's scores.
  await page.getByText('The model has not read these messages yet').waitFor();
  const read = page.waitForResponse(/queue\/page/);
  await page.getByRole('combobox', { name: 'Order' }).selectOption('newest');
  await read;
  await page.getByRole('article').waitFor();
  return page;
}

/** Number of the message that is shown, told by the row that is worked on. */
const place = async (page: Page): Promise<number> =>
  Number(await page.locator('[role="option"][aria-current="true"]').getAttribute('aria-posinset'));

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    await page.waitForTimeout(SEEN_MS);
    await page.keyboard.press(key);
  }
}

/** Until the window has nothing left to write. */
async function written(page: Page): Promise<void> {
  await page.getByText('writing…').waitFor({ state: 'detached' });
}

describe('the queue', () => {
  it('is reviewed by keyboard alone, and what was decided is in the workspace', async () => {
    await using shown = new Shown();
    const page = await withSample(shown);
    const { client } = shown;
    const { entries } = await client.queue.page({ order: 'newest', size: 40 });
    const id = (i: number): number => entries[i]?.message.id ?? 0;

    await press(page, '1', '2', 's', '3', '0');
    await written(page);
    assert.equal(await place(page), 6);
    const labels = await client.labels.list();
    const named = async (i: number) => {
      const { status, labels: decided } = await client.queue.item({ item: id(i) });
      return [status, decided?.map((one) => labels.find((label) => label.id === one)?.name)];
    };
    assert.deepEqual(await Promise.all([0, 1, 2, 3, 4].map(named)), [
      ['decided', ['Hateful']],
      ['decided', ['Harassing']],
      ['skipped', undefined],
      ['decided', ['Fine']],
      ['decided', []],
    ]);

    // Undo goes back to what it took back; redo does it again.
    await press(page, 'Control+z');
    await page.waitForFunction(() => document.querySelector('[aria-current="true"][aria-posinset="5"]') !== null);
    assert.deepEqual(await named(4), ['open', undefined]);
    await press(page, 'Control+Shift+Z');
    await page.getByRole('article').getByText('nothing applies').waitFor();
    assert.deepEqual(await named(4), ['decided', []]);

    // With reasons, a note and the words that it rests on.
    await press(page, 'j', 'm', 'ArrowRight', 'Space', 'd');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox', { name: 'Harassing' }).check();
    await dialog.getByRole('checkbox', { name: 'Hateful' }).check();
    await dialog.getByLabel('Another reason').fill('twice already');
    await dialog.getByLabel('Note').fill('seen before');
    await dialog.getByRole('button', { name: 'Decide' }).click();
    await written(page);
    const [said] = await client.review.history({ item: id(5) });
    assert.deepEqual(
      [said?.labels.toSorted(), said?.reasons, said?.note],
      [['Harassing', 'Hateful'], ['twice already'], 'seen before'],
    );
    assert.equal(said?.spans.length, 1);

    // What cannot wait stands first, and whom to call is said.
    await press(page, 'e');
    await dialog.getByText('Ada, day and night').waitFor();
    await dialog.getByRole('radio', { name: 'Threat to life' }).check();
    await dialog.getByRole('button', { name: 'Escalate' }).click();
    await page.getByText('Whom to call: Ada, day and night').waitFor();
    const [first] = (await client.queue.page({ order: 'urgent' })).entries;
    assert.deepEqual([first?.message.id, first?.status], [id(6), 'escalated']);

    assert.ok((await client.audit.verify({})).whole);
    assert.deepEqual(shown.complaints, []);
  });

  it('decides once for a key that is held, and nothing that was hardly on screen', async () => {
    await using shown = new Shown();
    const page = await withSample(shown);
    await page.waitForTimeout(SEEN_MS);
    const decided = async (): Promise<number> => {
      await written(page);
      return (await shown.client.queue.count({ order: 'newest', filter: { statuses: ['decided'] } })).total;
    };
    // The browser repeats a key that goes down again and again.
    await page.keyboard.down('1');
    for (let i = 0; i < 8; i++) {
      await page.waitForTimeout(50);
      await page.keyboard.down('1');
    }
    await page.keyboard.up('1');
    assert.equal(await decided(), 1);
    // A focused button that Enter is held on is clicked each time.
    await page.getByRole('button', { name: 'Fine' }).focus();
    for (let i = 0; i < 8; i++) {
      await page.keyboard.down('Enter');
      await page.waitForTimeout(60);
    }
    await page.keyboard.up('Enter');
    assert.equal(await decided(), 2);
    // Two keys right after each other: the second meant the message that was gone.
    await page.waitForTimeout(SEEN_MS);
    await page.keyboard.press('1');
    await page.keyboard.press('2');
    assert.equal(await decided(), 3);
    // A key that leads to another view comes up there, and is not taken for one that is held.
    await goTo(page, 'Control+5', 'Import');
    await goTo(page, 'Control+1', 'Queue');
    await page.getByRole('article').waitFor();
    await press(page, '1', '1');
    assert.equal(await decided(), 5);
  });

  it('decides many at once after showing which, and takes all of it back with one undo', async () => {
    await using shown = new Shown();
    const page = await withSample(shown);
    const count = async (): Promise<number> =>
      (await shown.client.queue.count({ order: 'newest', filter: { statuses: ['decided'] } })).total;
    await press(page, 'Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown', '1');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('This hits 4 messages.').waitFor();
    assert.equal(await count(), 0);
    await dialog.getByRole('button', { name: 'Decide all 4' }).click();
    await page.getByText('Decided 4 messages.').waitFor();
    assert.equal(await count(), 4);
    const progress = (await page.getByText(/^4 of [\d,]+$/).textContent()) ?? '';

    const { entries } = await shown.client.queue.page({ order: 'newest', filter: { statuses: ['open'] }, size: 1 });
    const author = entries[0]?.message.author?.id ?? 0;
    const { total } = await shown.client.queue.count({
      order: 'newest',
      filter: { authors: [author], statuses: ['open'] },
    });
    await press(page, 'u');
    await dialog.getByText(`This hits ${total === 1 ? 'one message' : `${total} messages`}.`).waitFor();
    await dialog.getByRole('radio', { name: 'Fine' }).check();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.querySelector('[aria-current="true"]') !== null);
    assert.equal(await count(), 4 + total);
    // What offers to take something back takes back that, and is gone once it would be something else.
    const offers = page.locator('.toast').getByRole('button', { name: 'Undo' });
    assert.equal(await offers.count(), 1);
    await press(page, 'Control+z');
    await page.getByText('Taken back.').first().waitFor();
    assert.equal(await count(), 4);
    await page.getByText(progress, { exact: true }).waitFor();
    assert.equal(await offers.count(), 0);

    // By keyboard, it gives the focus back to where it was.
    await page.locator('[role="listbox"]').focus();
    await press(page, 'u');
    await dialog.getByRole('radio', { name: 'Fine' }).check();
    await page.keyboard.press('Enter');
    await offers.waitFor();
    await page.locator('[role="listbox"]').focus();
    await offers.focus();
    await page.keyboard.press('Enter');
    await offers.waitFor({ state: 'detached' });
    assert.ok(await page.locator('[role="listbox"]').evaluate((list) => list === document.activeElement));
    await page.waitForFunction(() => document.querySelector('[aria-current="true"]') !== null);
    assert.equal(await count(), 4);
  });

  it('shows hostile text as text, in the list, in the message, and to a reader of the screen', async () => {
    await using shown = new Shown();
    await shown.start();
    const texts = [
      '<img src=x onerror="document.title=1"> <script>document.title=1</script> &lt;b&gt;',
      'user \u202egnp.exe\u202c and \u2066isolated\u2069',
      `z${'\u0335\u0322\u0353\u0345\u0349\u0347'.repeat(40)}algo`,
      'one line of a megabyte '.repeat(45_600),
      'w'.repeat(5000),
      'https://example.org/ javascript:alert(1)',
    ];
    const rows = texts.map(
      (text, i) => `${i + 1},"${text.replaceAll('"', '""')}",<b>Ann</b>,<i>x</i>,2026-03-01T10:0${i}:00Z`,
    );
    const file = shown.file('hostile.csv');
    writeFileSync(file, `id,text,author,channel,time\n${rows.join('\n')}\n`);
    await shown.import(file);
    const page = await newestFirst(shown);
    const article = page.getByRole('article');
    for (let i = texts.length - 1; i >= 0; i--) {
      const start = (await article.innerText()).replace(/\s+/gu, ' ');
      if (i === 0) assert.ok(start.includes('<img src=x onerror="document.title=1"> <script>'), start);
      if (i === 1) assert.ok(start.includes('‹U+202E›gnp.exe‹U+202C›'), start);
      if (i > 0) await press(page, 'j');
    }
    assert.equal(
      await page.locator('article img, article script, article a, [role="option"] img, [role="option"] b i').count(),
      0,
    );
    const box = await article.boundingBox();
    assert.ok(box !== null && box.width < 1360);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    assert.match(await page.title(), /Queue/);
    assert.deepEqual(shown.complaints, []);
  });

  it('opens a picture on a key, blurred and grey at first, and only from beside its export', async () => {
    await using shown = new Shown();
    await shown.start();
    await shown.import(exportWith(shown.folder, ['p.png', '../p.png'], { 'export/p.png': PNG, 'p.png': PNG }));
    const page = await newestFirst(shown);
    const picture = page.getByRole('img', { name: 'picture p1.png' });
    await press(page, 'i');
    await page.getByText('This attachment lies outside of its export.').waitFor();
    await press(page, 'j');
    assert.equal(await picture.count(), 0);
    await press(page, 'i');
    const filter = (): Promise<string> => picture.evaluate((image) => getComputedStyle(image).filter);
    assert.match(await filter(), /blur.*grayscale/);
    await press(page, 'i');
    assert.equal(await filter(), 'none');
    await press(page, 'i');
    assert.equal(await picture.count(), 0);
    await shown.client.preferences.set({ blurred: false });
    await press(page, 'i');
    assert.equal(await filter(), 'grayscale(1)');
    assert.deepEqual(shown.complaints, []);
  });

  it('leaves topics to others, and covers slurs until somebody looks, each where it is set so', async () => {
    await using shown = new Shown();
    const page = await withSample(shown);
    const { client } = shown;
    const all = await client.queue.count({ order: 'newest' });
    const without = await client.queue.count({ order: 'newest', filter: { without: ['people'] } });
    assert.ok(without.total < all.total);
    const listed = async (count: number): Promise<void> => {
      await page.locator(`[role="option"][aria-setsize="${count}"]`).first().waitFor();
    };
    await client.preferences.set({ hiddenTopics: ['people'] });
    await page.getByText('one topic hidden').waitFor();
    await listed(without.total);
    await client.preferences.set({ hiddenTopics: [] });
    await listed(all.total);

    const { entries } = await client.queue.page({ order: 'newest', size: 500 });
    const covered = entries.find(({ message }) => slursIn(message.text.slice(0, 200)).length > 0)?.message;
    assert.ok(covered !== undefined);
    await page.evaluate((item) => (location.hash = `#/search?item=${item}`), covered.id);
    await listed(1);
    const masks = page.locator('article .mask');
    const rows = page.locator('[role="option"]').filter({ hasText: '▇' });
    assert.ok((await masks.count()) > 0);
    assert.equal(await rows.count(), 1);
    // Nothing of the word is read or seen; its key opens it.
    assert.equal(await masks.first().locator('span').isVisible(), false);
    await press(page, 'v');
    assert.equal(await masks.count(), 0);
    await press(page, 'v');
    assert.ok((await masks.count()) > 0);
    await client.preferences.set({ masked: false });
    await masks.first().waitFor({ state: 'detached' });
    assert.equal(await rows.count(), 0);
  });

  it('shows an audit item without score, tint or explanation until it is decided', async () => {
    await using shown = new Shown();
    await shown.start();
    const { client } = shown;
    await client.settings.set({ auditEvery: 2 });
    await client.labels.put({ name: 'Hateful', severity: 3, key: '1' });
    writeFileSync(shown.file('small.csv'), `id,text,author,channel,time\n${SMALL.join('\n')}\n`);
    await shown.import(shown.file('small.csv'));
    await shown.ended((await client.jobs.start({ kind: 'score' })).id);
    const { entries } = await client.queue.page({ order: 'audit' });
    const item = entries[0]?.message.id ?? 0;
    const page = await shown.page();
    const explained: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('queue/explain')) explained.push(request.postData() ?? '');
    });
    await page.evaluate((id) => (location.hash = `#/search?item=${id}`), item);
    await page.getByRole('article').getByText('audit item').waitFor();
    await page.getByText('This is an audit item').waitFor();
    await page.waitForTimeout(SEEN_MS);
    assert.equal(await page.locator('[role="option"] .score, article mark, .why table').count(), 0);
    assert.deepEqual(explained, []);
    await press(page, '1');
    await page.locator('[role="option"] .score').waitFor();
    await page.locator('.why table').first().waitFor();
    assert.equal(explained.length, 1);
  });

  it('has nothing that axe complains of, light and dark, narrow, with a dialog over it', async () => {
    await using shown = new Shown();
    const page = await withSample(shown);
    await press(page, '1', 'k');
    await axe(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    // Colours take a moment to get there.
    await page.waitForTimeout(SEEN_MS);
    await axe(page);
    for (const key of ['e', 'd', 'n', 'f', 'u']) {
      await press(page, key);
      await page.getByRole('dialog').waitFor();
      await page.waitForTimeout(SEEN_MS);
      await axe(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await press(page, 'm');
    await axe(page);
    await page.setViewportSize({ width: 320, height: 640 });
    await axe(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await page.getByRole('button', { name: /^List/ }).click();
    await axe(page);
    await page.setViewportSize({ width: 1360, height: 820 });
    await press(page, '/');
    await page.keyboard.type('nothing like this anywhere');
    await page.getByText('Nothing was found').waitFor();
    await axe(page);
  });

  it('says the next message to readers of the screen, with slurs left out', async () => {
    await using shown = new Shown();
    const page = await withSample(shown);
    const [, second] = (await shown.client.queue.page({ order: 'newest', size: 2 })).entries;
    await press(page, '1');
    const said = page.locator('[aria-live="polite"]').last();
    await page.waitForFunction(
      (name) => document.querySelector('div.unseen[aria-live="polite"]')?.textContent?.includes(name) === true,
      second?.message.author?.pseudonym ?? '',
    );
    assert.match((await said.textContent()) ?? '', /in #/);
  });
});

describe('a search', () => {
  it('takes what is typed right after its key, however fast', async () => {
    await using shown = new Shown();
    const page = await withSample(shown);
    const focused = await page.evaluate(async () => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true }));
      // The next key is another task; what this one does in its own is done by now.
      for (let i = 0; i < 50; i++) await Promise.resolve();
      return document.activeElement?.getAttribute('type');
    });
    assert.equal(focused, 'search');
  });

  it('finds what was decided, too, and decides all that it found', async () => {
    await using shown = new Shown();
    const page = await withSample(shown);
    const filter = { text: 'people' };
    const { total } = await shown.client.queue.count({ order: 'newest', filter });
    await press(page, '/');
    await page.keyboard.type('people');
    await page.getByRole('status').getByText(`${total} messages`).waitFor();
    await page.keyboard.press('Enter');
    await press(page, '3');
    await written(page);
    await page.getByRole('button', { name: 'Decide all that was found' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`This hits ${total - 1} messages.`).waitFor();
    await dialog.getByRole('radio', { name: 'Hateful' }).check();
    await dialog.getByRole('button', { name: `Decide all ${total - 1}` }).click();
    await page.getByText(`Decided ${total - 1} messages.`).waitFor();
    const decided = await shown.client.queue.count({ order: 'newest', filter: { ...filter, statuses: ['decided'] } });
    assert.equal(decided.total, total);
  });
});
