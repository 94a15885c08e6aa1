/** Settings, lock and import in a real browser, by keyboard alone: keys, encryption, deleting, and columns of a table. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { Shown } from './browser.ts';
import { button, choose, part, press, tabTo, type } from './keyboard.ts';
import { goTo, heading } from './steps.ts';

const SECRET = 'correct horse battery';

describe('the settings', () => {
  it('give an action another key, and ask before it is taken from somebody', async () => {
    await using shown = new Shown();
    await shown.start();
    const { client } = shown;
    const page = await shown.page();
    await heading(page, 'Queue');
    await part(page, 'Keys');
    const skip = button(page, /^Change the key of Skip/);
    await press(page, skip);
    await page.keyboard.press('n');
    const clash = page.getByRole('alert').getByText(/Note/);
    await clash.waitFor();
    assert.deepEqual((await client.preferences.get()).keys, {}, 'nothing is taken before it is asked for');
    await press(page, page.getByRole('alert').getByRole('button').first());
    await clash.waitFor({ state: 'detached' });
    assert.ok(await skip.evaluate((one) => one === document.activeElement), 'the keyboard goes on with that key');
    await shown.prefers(({ keys }) => assert.deepEqual(keys, { 'queue.skip': 'N', 'queue.note': '' }));
    // What belongs to the system is refused, and Escape leaves all as it is.
    await press(page, skip);
    await page.keyboard.press('Control+w');
    await page
      .getByRole('alert')
      .getByText(/^Ctrl W belongs/)
      .waitFor();
    await page.keyboard.press('Escape');
    assert.equal((await client.preferences.get()).keys['queue.skip'], 'N');
    assert.deepEqual(shown.complaints, []);
  });

  it('encrypt the workspace; it is locked, refuses what is wrong, opens, and is deleted', async () => {
    await using shown = new Shown();
    await shown.start();
    const { client } = shown;
    writeFileSync(shown.file('m.csv'), 'id,text,author\n1,the harbour,Ann\n2,its boats,Ben\n');
    await shown.import(shown.file('m.csv'));
    const page = await shown.page();
    await heading(page, 'Queue');
    await part(page, 'Privacy');
    await type(page, page.getByLabel('New passphrase', { exact: true }), SECRET);
    await type(page, page.getByLabel('New passphrase once more'), SECRET);
    await page.keyboard.press('Enter');
    await press(page, button(page, 'I have kept it'));
    await page.getByText('This workspace is encrypted.').waitFor();
    await page.keyboard.press('Control+Shift+L');
    await heading(page, 'w is locked');
    const secret = page.getByLabel('Passphrase, or recovery key');
    await type(page, secret, 'something else');
    await page.keyboard.press('Enter');
    await page
      .getByRole('alert')
      .getByText(/does not open w\.moderato/)
      .waitFor();
    await type(page, secret, SECRET);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').waitFor();
    const state = await client.workspace.state();
    assert.ok(state.open && state.encrypted && state.counts.kinds.message === 2);
    await part(page, 'Privacy');
    await press(page, button(page, 'Delete this workspace'));
    const sure = button(page, 'Delete for good');
    await type(page, page.getByLabel('Write w to confirm'), 'v');
    assert.ok(await sure.isDisabled(), 'nobody deletes another one than they mean');
    await type(page, page.getByLabel('Write w to confirm'), 'w');
    await press(page, sure);
    await heading(page, 'Moderato');
    assert.equal(existsSync(shown.file('w.moderato')), false);
    assert.deepEqual(shown.complaints, []);
  });
});

describe('an import', () => {
  it('asks which column holds what, and shows the rows that were rejected', async () => {
    await using shown = new Shown();
    await shown.start();
    const { client } = shown;
    const table = shown.file('table.csv');
    writeFileSync(
      table,
      ['a,b,c', ...Array.from({ length: 6 }, (_, i) => `2026-03-01T10:0${i}:00Z,Ann,the harbour has ${i} boats`)]
        .concat('"torn,Ben,never closed')
        .join('\n'),
    );
    const page = await shown.page();
    await heading(page, 'Queue');
    await goTo(page, 'Control+5', 'Import');
    await type(page, page.getByLabel('Path of a file or folder'), table);
    await page.keyboard.press('Enter');
    const holds = (column: string): Locator => page.getByRole('combobox', { name: `${column}: Holds` });
    // Nothing is chosen by going past, nor by what is typed, nor by what is looked at and left.
    let asked = 0;
    page.on('request', (request) => void (request.url().endsWith('/imports/preview') && asked++));
    await tabTo(page, holds('b'));
    const before = await holds('b').inputValue();
    for (const key of ['ArrowDown', 'End', 'w', 'PageUp']) {
      await page.keyboard.press(key);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Escape');
      assert.equal(await holds('b').inputValue(), before, `${key}, then Escape`);
    }
    assert.equal(asked, 0, 'nothing is read anew before somebody said yes');
    for (const [column, role] of [
      ['c', 'the text'],
      ['a', 'when'],
      ['b', 'who wrote it'],
    ] as const) {
      await choose(page, holds(column), role);
    }
    assert.ok(asked > 0);
    await press(page, button(page, /Import 1 file/));
    const rejected = page.getByText('1 row was rejected');
    await rejected.waitFor();
    await press(page, page.locator('summary', { hasText: '1 row was rejected' }));
    await page.getByRole('cell', { name: /torn/ }).waitFor();
    const { entries } = await client.queue.page({ order: 'newest', size: 20 });
    assert.equal(entries.length, 6);
    assert.ok(entries.every(({ message }) => message.text.startsWith('the harbour has') && message.author !== null));
    assert.deepEqual(shown.complaints, []);
  });
});
