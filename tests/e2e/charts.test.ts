/** The charts of Insights in a real browser: what they draw, what is read of them, and the same figures as tables, by keyboard. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Shown } from './browser.ts';
import { reviewRiverbank } from './screenshots/riverbank.ts';
import { goTo } from './steps.ts';

const MESSAGES = 480;
const DECIDED = 160;

/** What the desk says of promises: one kept, one that would be with items of equal weight, one far away. */
const PROMISES = [
  { share: 0.9, threshold: 0.21, surely: 0.78, flagged: 1204, items: 20, needed: 13, uneven: true },
  { share: 0.95, threshold: null, surely: null, flagged: null, items: 20, needed: 27, uneven: true },
  { share: 0.99, threshold: null, surely: null, flagged: null, items: 20, needed: 99, uneven: false },
];

const two = (value: number): string => value.toFixed(2);
const percent = (value: number): string => `${Math.round(100 * value)}%`;
/** As a score is written: .97 */
const score = (value: number): string => value.toFixed(2).replace(/^0/, '');

/** Texts of the cells of every row but the head. */
async function cells(figure: Locator): Promise<readonly (readonly string[])[]> {
  const rows = await figure.getByRole('row').all();
  const texts = rows.slice(1).map(async (row) => await row.getByRole('cell').allTextContents());
  return (await Promise.all(texts)).map((row) => row.map((text) => text.trim()));
}

/** Turns a chart into its table by keyboard alone, and back. */
async function asTable(figure: Locator, look: () => Promise<void>): Promise<void> {
  await figure.getByRole('button', { name: 'As a table' }).focus();
  await figure.page().keyboard.press('Enter');
  const back = figure.getByRole('button', { name: 'As a chart' });
  assert.ok(await back.evaluate((button) => button === document.activeElement), 'whoever pressed it stays there');
  await figure.page().keyboard.press('Tab');
  assert.equal(await figure.page().evaluate(() => document.activeElement?.querySelector('table') !== null), true);
  await look();
  await back.press('Enter');
  await figure.getByRole('table').waitFor({ state: 'detached' });
}

/** Where a sign stands: its middle, as a share of its axis. */
async function placeOf(row: Locator, sign: string): Promise<number> {
  const [track, own] = await Promise.all([row.locator('.track').boundingBox(), row.locator(sign).boundingBox()]);
  assert.ok(track && own);
  return (own.x + own.width / 2 - track.x) / track.width;
}

const shown = new Shown();
let page: Page;
before(async () => {
  await shown.start();
  await reviewRiverbank(shown, MESSAGES, DECIDED);
  page = await shown.page();
  await page.route(/insights\/calibration/, async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { json: object };
    await route.fulfill({ response, json: { ...body, json: { ...body.json, conformal: PROMISES } } });
  });
  await page.getByRole('navigation').waitFor();
  await goTo(page, 'Control+4', 'Insights');
});
after(async () => await shown[Symbol.asyncDispose]());

describe('the charts of Insights', () => {
  it('show how far reviewers agree where it lies between chance and the same, with its interval', async () => {
    const { all } = await shown.client.reviewers.agreement();
    const alpha = all.alpha ?? assert.fail();
    const figure = page.getByRole('figure', { name: 'Krippendorff’s α by label' });
    const rows = figure.getByRole('listitem');
    await rows.first().waitFor();
    assert.equal(await rows.count(), 1 + all.labels.length);
    const whole = rows.filter({ hasText: 'all labels' });
    const words = `${two(alpha.value)} (${two(alpha.low)} … ${two(alpha.high)})`;
    assert.match((await whole.textContent()) ?? '', new RegExp(words.replace(/[().]/g, '\\$&')), 'what is read');
    assert.ok(Math.abs((await placeOf(whole, '.sign')) - (1 + alpha.value) / 2) < 0.01, 'what is seen');
    assert.ok(Math.abs((await placeOf(whole, '.span')) - (2 + alpha.low + alpha.high) / 4) < 0.01, 'its interval');
    await asTable(figure, async () => {
      const [first] = await cells(figure);
      assert.deepEqual([first?.[0], first?.[1], first?.[3]], ['all labels', String(all.messages), words]);
    });

    const pairs = page.getByRole('figure', { name: 'Cohen’s κ of two reviewers' });
    const kappa = all.pairs[0]?.kappa ?? assert.fail();
    assert.ok(Math.abs((await placeOf(pairs.getByRole('listitem'), '.sign')) - (1 + kappa.value) / 2) < 0.01);
  });

  it('show the scores of a new import beside those before, and how far they moved', async () => {
    const [drift] = await shown.client.insights.drift();
    assert.ok(drift);
    const spread = page.getByRole('figure', { name: 'Scores of community-later.csv and of the imports before' });
    await spread.locator('canvas').waitFor();
    await asTable(spread, async () => {
      const expected = drift.bars.map(({ from, to, before: was, now }) => [
        `${score(from)} – ${to === 1 ? '1' : score(to)}`,
        percent(was / drift.before),
        percent(now / drift.now),
      ]);
      assert.deepEqual(await cells(spread), expected);
    });
    const moved = page.getByRole('figure', { name: 'Stability index' });
    await moved
      .getByRole('listitem')
      .filter({ hasText: `community-later.csv ${two(drift.psi)}` })
      .waitFor();
    const bar = await moved.locator('.bar').evaluate((it) => [it.style.left, it.style.right]);
    assert.equal(bar[0], '0%');
    assert.ok(Math.abs(parseFloat(bar[1] ?? '') - (100 - 200 * Math.min(0.5, drift.psi))) < 0.1);
    await asTable(moved, async () => assert.equal((await cells(moved))[0]?.[3], two(drift.psi)));
  });

  it('show what each promise would flag, and say in words why one cannot be given', async () => {
    const figure = page.getByRole('figure', { name: 'Thresholds with a promise' });
    const row = (share: string) => figure.getByRole('listitem').filter({ hasText: `${share} of all abuse` });
    await row('90%')
      .getByText('1,204 messages score as high · Surely caught: 78% · 20 with abuse, 13 needed')
      .waitFor();
    assert.equal(
      await row('90%')
        .locator('.bar')
        .evaluate((it) => `${it.style.left} ${it.style.right}`),
      '21% 0%',
    );
    const because = 'because some stand for many more messages than others';
    await row('95%').getByText(`20 with abuse, about 27 needed, ${because}`).waitFor();
    await row('99%').getByText('20 with abuse, 99 needed', { exact: true }).waitFor();
    assert.equal(await figure.locator('.bar').count(), 1, 'what is not known is not drawn');
    await asTable(figure, async () => {
      const rows = (await cells(figure)).map((texts) => texts.slice(0, 4));
      assert.deepEqual(rows, [
        ['90%', '.21', '1,204', '78%'],
        ['95%', '–', '–', '–'],
        ['99%', '–', '–', '–'],
      ]);
    });
  });

  it('show how wrong one would be from the urgent order, beside the audit', async () => {
    const { rows, urgent } = await shown.client.insights.thresholds({});
    const figure = page.getByRole('figure', { name: 'Right among flagged, from the urgent order' });
    await page.getByText('The same from the urgent order', { exact: true }).click();
    await figure.locator('canvas').waitFor();
    const said = (value: number | null | undefined): string => (typeof value === 'number' ? percent(value) : '–');
    await asTable(figure, async () =>
      assert.deepEqual(
        await cells(figure),
        urgent.rows.map(({ threshold, precision }, i) => [
          score(threshold),
          said(rows[i]?.precision?.value),
          said(precision),
        ]),
      ),
    );
  });

  it('name each day below its bar', async () => {
    const figure = page.getByRole('figure', { name: 'How much is written where' });
    await figure.waitFor();
    // Drawn on a canvas: what stands there is told by the words that it was asked to draw.
    const drawn = await page.evaluate(async () => {
      const said: string[] = [];
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text: string, x: number, y: number) {
        said.push(text);
        fillText.call(this, text, x, y);
      };
      document.documentElement.dataset['theme'] = 'dark';
      await new Promise((resolve) => setTimeout(resolve, 500));
      document.documentElement.dataset['theme'] = 'light';
      CanvasRenderingContext2D.prototype.fillText = fillText;
      return said.filter((text) => /^\d+ \w+$/.test(text));
    });
    assert.ok(drawn.length > 5, drawn.join());
    const days = drawn.map((text) => Date.parse(`${text} 2026 UTC`));
    const steps = new Set(days.slice(1).map((day, i) => day - (days[i] ?? 0)));
    assert.equal(steps.size, 1, `${drawn.join()} are as far apart`);
  });

  it('keep their words whole in a narrow window, and say them in German', async () => {
    await shown.client.preferences.set({ language: 'de' });
    await page.setViewportSize({ width: 320, height: 640 });
    const row = page.getByRole('figure', { name: 'Krippendorffs α je Label' }).getByRole('listitem').first();
    await row.getByText('alle Labels').waitFor();
    const [name, track] = await Promise.all([row.locator('.name').boundingBox(), row.locator('.track').boundingBox()]);
    assert.ok(name && track && name.y + name.height <= track.y + 1, 'a name stands above what it names');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    assert.deepEqual(shown.complaints, []);
  });
});
