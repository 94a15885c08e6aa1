/** From an export to a better queue in a real browser, by keyboard: import → read → teach → promote → insights → export. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { Shown } from './browser.ts';
import { LONG_MS, chooseFile, exportDecisions, goTo, importChosen, promote, retrain, seen, written } from './steps.ts';

const sample = (name: string): string => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
/** Decisions, at most; abuse is rare in the sample. */
const DECIDED = { uncertain: { fine: 45, abusive: 20 }, audit: { fine: 32, abusive: 10 } } as const;
/** Messages that are passed before somebody gives up, in each order. */
const PASSED = 500;

/** A text as the export and the window both have it. */
const told = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '').slice(0, 120);

/** What the samples' own labels say of a text; undefined where it names somebody, who has a pseudonym in the window. */
function goldOf(platform: string): (text: string) => 'fine' | 'abusive' | undefined {
  const rows = parse<Record<string, string>>(readFileSync(sample('gold.csv')), { columns: true });
  const labels = new Map(
    rows.filter((row) => row['platform'] === platform).map((row) => [told(row['text'] ?? ''), row['label']]),
  );
  return (text) => {
    const label = labels.get(told(text));
    return label === undefined ? undefined : label === 'fine' ? 'fine' : 'abusive';
  };
}

/** Turns to an order of the queue: with the choice above the list, or from Teach, which sends people to what teaches most. */
const TURN: Readonly<Record<keyof typeof DECIDED, (page: Page) => Promise<unknown>>> = {
  uncertain: async (page) => {
    await goTo(page, 'Control+3', 'Teach');
    await page.getByRole('button', { name: 'Decide what it is unsure of' }).waitFor();
    await page.keyboard.press('u');
  },
  audit: async (page) => await page.getByRole('combobox', { name: 'Order' }).selectOption('audit'),
};

/** Reviews an order of the queue by keyboard: decides the message that is shown, or passes it. @returns how many were decided */
async function review(page: Page, order: keyof typeof DECIDED, keys: Record<'fine' | 'abusive', string>) {
  const gold = goldOf('telegram');
  const list = page.waitForResponse(
    (response) => response.url().includes('queue/page') && (response.request().postData() ?? '').includes(order),
  );
  await TURN[order](page);
  await list;
  assert.equal(await page.getByRole('combobox', { name: 'Order' }).inputValue(), order);
  const row = page.locator('[role="option"][aria-current="true"]');
  const article = page.getByRole('article');
  const left = { ...DECIDED[order] };
  let decided = 0;
  let unknown = 0;
  for (let place = 1; place <= PASSED && left.fine + left.abusive > 0; place++) {
    await page.locator(`[role="option"][aria-current="true"][aria-posinset="${place}"]`).waitFor();
    const what = gold((await article.locator('.text .text').textContent()) ?? '');
    // Audit items are decided in their own order, where all of them stand.
    const isAudit = (await article.getByText('audit item', { exact: true }).count()) > 0;
    if (what === undefined) unknown++;
    const decides = what !== undefined && left[what] > 0 && isAudit === (order === 'audit');
    const isLast = place === Number(await row.getAttribute('aria-setsize'));
    if (decides) await seen(page);
    await page.keyboard.press(decides ? keys[what] : 'j');
    if (decides) {
      left[what]--;
      decided++;
    }
    if (isLast) break;
  }
  await written(page);
  assert.ok(unknown <= 5, `${unknown} messages that were shown are none of the sample`);
  return decided;
}

/** Decides by keyboard what a model can learn from, and what it is measured on. @returns how many were decided */
async function reviewAll({ client }: Shown, page: Page): Promise<number> {
  const labels = await client.labels.list();
  const keyOf = (isFine: boolean): string => {
    const place = labels.findIndex(({ severity }) => (severity === 0) === isFine);
    return labels[place]?.key ?? String(place + 1);
  };
  const keys = { fine: keyOf(true), abusive: keyOf(false) };
  const decided = (await review(page, 'uncertain', keys)) + (await review(page, 'audit', keys));
  assert.ok(decided >= 60, `${decided} messages were decided`);
  const { total } = await client.queue.count({ order: 'newest', filter: { statuses: ['decided'] } });
  assert.equal(total, decided, 'each key decided one message');
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
    await chooseFile(page, sample('telegram.json'), 'Telegram');
    assert.equal(await page.getByRole('list', { name: 'First messages' }).getByRole('listitem').count(), 5);
    assert.deepEqual(await client.sources.list(), [], 'nothing is taken in by looking');
    await importChosen(page);
    await page.getByText(/^2,047 rows in .*: 2,047 new/).waitFor();
    const decided = await reviewAll(shown, page);

    // Teach: nothing is missing any more; the fast way, chosen in the options.
    await retrain(page);
    const [before, after] = (await client.revisions.list()).revisions;
    assert.ok(before?.shown === true && after?.comparison?.against === before.id);
    await page.getByRole('figure', { name: 'Training' }).waitFor();

    // Promote; what is not recommended is asked about twice.
    assert.equal(await promote(page), after.comparison.recommendation === 'better' ? 'at once' : 'against advice');
    await page.getByText(`The queue has ${after.name} now`).waitFor();
    assert.equal((await client.revisions.list()).revisions.find((one) => one.shown)?.id, after.id);

    // Insights: a threshold is moved by keyboard, and what it would flag is what the desk says.
    await goTo(page, 'Control+4', 'Insights');
    const slider = page.getByRole('slider', { name: 'Flag from this score on' });
    await slider.fill('0.8');
    await slider.press('ArrowRight');
    const rows = page.waitForResponse(/insights\/thresholds/);
    await slider.press('ArrowLeft');
    await rows;
    assert.equal(await slider.getAttribute('aria-valuetext'), '.80');
    // Of what the new model has read by then.
    await page
      .getByText(/from \d+ audit items/)
      .first()
      .waitFor({ timeout: LONG_MS });

    // Export: from the palette, a row for each decision.
    const out = shown.file('decisions.csv');
    await exportDecisions(page, out, decided);
    assert.equal(parse(readFileSync(out), { columns: true }).length, decided);
    assert.deepEqual(shown.complaints, []);
  });
});
