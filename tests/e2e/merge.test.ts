/** What another reviewer decided comes into the window: a signed file of theirs, merged, and what they see differently. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Shown } from './browser.ts';
import { heading } from './steps.ts';

const ROWS = Array.from({ length: 6 }, (_, i) => `${i + 1},message ${i + 1} about the harbour`);

/** A workspace of one reviewer, with the same messages and labels as all others. */
async function decided(shown: Shown, workspace: string, reviewer: string, given: readonly ('fine' | 'insult')[]) {
  const { client } = shown;
  await client.workspace.close();
  await client.workspace.open({ path: workspace, create: 'may' });
  await shown.import(shown.file('m.csv'));
  const fine = (await client.labels.put({ name: 'fine', severity: 0 })).id;
  const insult = (await client.labels.put({ name: 'insult', severity: 2 })).id;
  const { id } = await client.reviewers.add({ name: reviewer });
  for (const [i, label] of given.entries())
    await client.review.decide({
      reviewer: id,
      seen: [{ item: i + 1, version: 1 }],
      labels: [label === 'fine' ? fine : insult],
    });
  return id;
}

describe('what another reviewer decided', () => {
  it('is merged by a key, told with what is seen differently, and shown there; a damaged file changes nothing', async () => {
    await using shown = new Shown();
    await shown.start();
    const { client } = shown;
    writeFileSync(shown.file('m.csv'), ['id,text', ...ROWS].join('\n'));
    const ben = await decided(shown, shown.file('of-ben.moderato'), 'Ben', ['fine', 'insult', 'insult']);
    const signed = shown.file('ben.json');
    await shown.ended((await client.jobs.start({ kind: 'sign', path: signed, reviewer: ben })).id);
    await decided(shown, shown.file('w.moderato'), 'Ada', ['fine', 'fine']);
    writeFileSync(shown.file('bad.json'), 'no signed file\n');

    const page = await shown.page();
    await heading(page, 'Queue');
    const merge = async (file: string): Promise<void> => {
      await page.keyboard.press('Control+Shift+M');
      const dialog = page.getByRole('dialog', { name: 'Merge signed decisions' });
      await dialog.getByRole('textbox', { name: 'File' }).fill(file);
      await dialog.getByRole('button', { name: 'Merge', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await merge(shown.file('bad.json'));
    await page.getByText(/bad\.json is no file of signed decisions/).waitFor();
    assert.equal((await client.reviewers.list()).length, 1);
    await merge(signed);
    await page.getByText(/3 new decisions of reviewer-\w{8}\. Decided differently by reviewers: 1\./).waitFor();
    await page.getByRole('button', { name: 'Show them' }).click();
    await page.getByText('message 2 about the harbour').first().waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Order' }).inputValue(), 'disagreement');
    assert.equal(await page.locator('[role="option"][aria-posinset]').count(), 1);
    assert.equal((await client.reviewers.list()).length, 2);
    assert.deepEqual(shown.complaints, []);
  });
});
