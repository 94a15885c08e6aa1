/** From an export to a better queue in a real browser, by keyboard: import → read → teach → promote → insights → export. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { Shown } from './browser.ts';

const sample = (name: string): string => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
/** Reading and training on a slow machine. */
const LONG_MS = 180_000;
/** Decisions, at most; abuse is rare in the sample. */
const DECIDED = { uncertain: { fine: 60, abusive: 25 }, audit: { fine: 40, abusive: 10 } } as const;

const go = async (page: Page, key: string, heading: string): Promise<void> => {
  await page.keyboard.press(key);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
};

/** Decides as the samples' own labels have it: here it matters that there are decisions, not how they are made. */
async function decide({ client }: Shown, page: Page): Promise<number> {
  await page.getByText('All that can be read has been read.').waitFor({ timeout: LONG_MS });
  const gold = new Map(
    parse<Record<string, string>>(readFileSync(sample('gold.csv')), { columns: true }).map((row) => [
      `${row['platform']} ${row['id']}`,
      row['label'],
    ]),
  );
  const labels = await client.labels.list();
  const { id: reviewer } = await client.reviewers.add({ name: 'Ada' });
  let decided = 0;
  for (const order of ['uncertain', 'audit'] as const) {
    const { entries } = await client.queue.page({ order, size: 500, filter: { statuses: ['open'] } });
    const left = { ...DECIDED[order] };
    for (const { message, audit } of entries) {
      const what = gold.get(`${message.platform} ${message.messageId}`) === 'fine' ? 'fine' : 'abusive';
      if (left[what]-- <= 0 || audit !== (order === 'audit')) continue;
      const label = labels.find(({ severity }) => (severity === 0) === (what === 'fine'));
      assert.ok(label !== undefined);
      await client.review.decide({ reviewer, seen: [{ item: message.id, version: 1 }], labels: [label.id] });
      decided++;
    }
  }
  return decided;
}

describe('the loop in the window', () => {
  it('takes an export in, learns from what was decided, promotes, shows what it is worth, and writes it out', async () => {
    await using shown = new Shown();
    await shown.start();
    const { client } = shown;
    const page = await shown.page();
    await page.getByRole('navigation').waitFor();

    // Import: a path is written, what lies there is shown, and the model reads it.
    await go(page, 'Control+5', 'Import');
    await page.getByLabel('Path of a file or folder').fill(sample('telegram.json'));
    await page.keyboard.press('Enter');
    await page.getByText('Will be read as Telegram').waitFor();
    assert.equal(await page.getByRole('list', { name: 'First messages' }).getByRole('listitem').count(), 5);
    assert.deepEqual(await client.sources.list(), [], 'nothing is taken in by looking');
    await page.getByRole('button', { name: 'Import 1 file' }).click();
    await page.getByText(/^2,047 rows in .*: 2,047 new/).waitFor();
    const decided = await decide(shown, page);

    // Teach: nothing is missing any more; the fast way, chosen in the options.
    await go(page, 'Control+3', 'Teach');
    await page.getByRole('button', { name: /Retrain/ }).waitFor();
    await page.keyboard.press('o');
    await page.getByLabel('How it learns').selectOption('fast');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('t');
    const promote = page.getByRole('button', { name: 'Promote' });
    await promote.waitFor({ timeout: LONG_MS });
    const [before, after] = (await client.revisions.list()).revisions;
    assert.ok(before?.shown === true && after?.comparison?.against === before.id);
    await page.getByRole('figure', { name: 'Training' }).waitFor();

    // Promote; what is not recommended is asked about twice.
    await page.keyboard.press('p');
    if (after.comparison.recommendation !== 'better') {
      await page.getByRole('button', { name: 'Go on' }).click();
      const really = page.getByRole('dialog').getByRole('button', { name: 'Promote' });
      assert.ok(await really.isDisabled(), 'nobody promotes against advice by a slip');
      await page.getByRole('switch').click();
      await really.click();
    }
    await page.getByText(`The queue has ${after.name} now`).waitFor();
    assert.equal((await client.revisions.list()).revisions.find((one) => one.shown)?.id, after.id);

    // Insights: a threshold is moved by keyboard, and what it would flag is what the desk says.
    await go(page, 'Control+4', 'Insights');
    const slider = page.getByRole('slider', { name: 'Flag from this score on' });
    await slider.fill('0.8');
    await slider.press('ArrowRight');
    const rows = page.waitForResponse(/insights\/thresholds/);
    await slider.press('ArrowLeft');
    await rows;
    assert.equal(await slider.getAttribute('aria-valuetext'), '.80');
    await page
      .getByText(/from \d+ audit items/)
      .first()
      .waitFor();

    // Export: from the palette, a row for each decision.
    const out = shown.file('decisions.csv');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('export decisions');
    await page.keyboard.press('Enter');
    await page.getByLabel('File').fill(out);
    await page.keyboard.press('Enter');
    await page.getByText(`decisions.csv is written: ${decided} decisions`).waitFor();
    assert.equal(parse(readFileSync(out), { columns: true }).length, decided);
    assert.deepEqual(shown.complaints, []);
  });
});
