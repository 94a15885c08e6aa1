/** The functional audit in a real browser: a made-up suite is read, shown as bars and as tables, and stays out of the workspace. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { axe } from './axe.ts';
import { Shown } from './browser.ts';
import { LONG_MS, goTo } from './steps.ts';

const MESSAGES = Array.from(
  { length: 6 },
  (_, i) => `${i},the harbour has ${i} boats,Ann,general,2026-03-01T10:0${i}:00Z`,
);

const CASES = [
  ...Array.from({ length: 9 }, (_, i) => `derog_neg_emote_h,${i},sailors ${i} are a made up case,hateful,sailors`),
  ...Array.from({ length: 7 }, (_, i) => `ident_neutral_nh,${20 + i},women sail to harbour ${i},non-hateful,women`),
  ...Array.from({ length: 5 }, (_, i) => `made_up_h,${40 + i},a case ${i} of its own kind,hateful,<b>boats</b>`),
];

describe('the functional audit in the window', () => {
  it('is begun with a path, says what is wrong with one, and shows what came of it as bars and tables', async () => {
    await using shown = new Shown();
    await shown.start();
    const { client } = shown;
    writeFileSync(shown.file('m.csv'), `id,text,author,channel,time\n${MESSAGES.join('\n')}\n`);
    writeFileSync(
      shown.file('made-up.csv'),
      `functionality,case_id,test_case,label_gold,target_ident\n${CASES.join('\n')}\n`,
    );
    await shown.import(shown.file('m.csv'));
    await shown.ended((await client.jobs.start({ kind: 'score' })).id);
    const before = await client.queue.count({ order: 'newest' });

    const page = await shown.page();
    await page.getByRole('navigation').waitFor();
    await goTo(page, 'Control+4', 'Insights');
    const card = page.getByRole('region', { name: 'What kinds of abuse the model sees' });
    await card.getByText('No suite was read yet.').waitFor();
    const path = card.getByLabel('CSV of a test suite, or a folder of them');
    await path.fill(shown.file('none.csv'));
    await page.keyboard.press('Enter');
    await card
      .getByRole('alert')
      .getByText(/There is no .*none\.csv/)
      .waitFor();
    await path.fill(shown.file('made-up.csv'));
    await page.keyboard.press('Enter');
    await card.getByText(/^Read on .* by Abuse in English/).waitFor({ timeout: LONG_MS });
    assert.equal(await card.getByRole('alert').count(), 0, 'what failed before is not said any more');

    const report = (await client.insights.functional())?.report.figures.suites[0] ?? assert.fail();
    const tests = card.getByRole('figure', { name: 'By what is tested' });
    assert.equal(await tests.locator('.row').count(), report.functionalities.length);
    await tests.getByText('strong negative emotion').waitFor();
    await tests.getByText('made_up_h').waitFor();
    await tests.getByRole('button', { name: 'As a table' }).click();
    const [first] = report.functionalities;
    const shares = tests.getByRole('row').filter({ hasText: 'strong negative emotion' }).getByRole('cell');
    assert.deepEqual((await shares.allTextContents()).slice(1, 2), ['9']);
    assert.match(
      (await shares.nth(2).textContent()) ?? '',
      new RegExp(`^${Math.round(100 * (first?.share?.value ?? 0))}% `),
    );
    // What stands in a person's file is text.
    const groups = card.getByRole('figure', { name: 'By the group that is named' });
    await groups.getByText('<b>boats</b>', { exact: true }).waitFor();
    await groups.getByRole('button', { name: 'As a table' }).click();
    await groups.getByRole('cell', { name: '<b>boats</b>', exact: true }).waitFor();
    await card.getByRole('figure', { name: 'False alarms by word' }).getByText('women').waitFor();
    await axe(page);
    await client.preferences.set({ language: 'de' });
    await page.getByRole('figure', { name: 'Nach dem, was geprüft wird' }).waitFor();
    await page.getByText('starke negative Gefühle').waitFor();
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);

    assert.deepEqual(await client.queue.count({ order: 'newest' }), before, 'no case became a message');
    assert.equal((await client.sources.list()).length, 1);
    assert.deepEqual(shown.complaints, []);
  });
});
