/** Keyboard alone: where Tab goes there is something to see, it leads to all that can be used, and every setting can be set. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Shown } from './browser.ts';
import { STOPS, button, choose, part, press, tabTo, type } from './keyboard.ts';
import { heading } from './steps.ts';

const PARTS = ['review', 'wellbeing', 'keys', 'privacy', 'models', 'backend', 'language', 'about'] as const;
const ADDRESSES = [
  ...['queue', 'search', 'teach', 'insights', 'import', 'gallery'].map((view) => `#/${view}`),
  ...PARTS.map((name) => `#/settings?part=${name}`),
];
const SIZES = [
  { width: 1360, height: 820 },
  { width: 320, height: 640 },
];

const shown = new Shown();
before(async () => {
  await shown.start();
  writeFileSync(shown.file('m.csv'), 'id,text,author\n1,the harbour,Ann\n2,its boats,Ben\n3,the river,Ann\n');
  await shown.import(shown.file('m.csv'));
  for (const [severity, name] of ['fine', 'rude', 'abusive'].entries())
    await shown.client.labels.put({ name, severity });
  await shown.client.policies.put({ name: 'House rules', guidance: 'Attack ideas, never people.' });
});
after(async () => await shown[Symbol.asyncDispose]());

/** Goes round the whole page with Tab. @returns what is wrong with the stops, and what is no stop although it can be used */
async function walk(page: Page, where: string): Promise<readonly string[]> {
  const faults: string[] = [];
  await page.evaluate(() => {
    for (const one of document.querySelectorAll('[data-seen]')) one.removeAttribute('data-seen');
  });
  for (let stops = 0; ; stops++) {
    assert.ok(stops < STOPS, `${where}: it never ends`);
    await page.keyboard.press('Tab');
    const at = await page.evaluate(lookAtFocus);
    if (at === null) break;
    if (at.fault !== null) faults.push(`${where}: ${at.name} ${at.fault}`);
  }
  const passed = await page.evaluate(passedOver);
  return [...faults, ...passed.map((name) => `${where}: no key leads to ${name}`)];
}

/** What has the focus, and what is wrong with how that is seen; null where it has been before. */
function lookAtFocus(): { readonly name: string; readonly fault: string | null } | null {
  const at = document.activeElement;
  // Behind the last stop, before the first.
  if (!(at instanceof HTMLElement) || at === document.body) return { name: '', fault: null };
  if (at.dataset['seen'] !== undefined) return null;
  at.dataset['seen'] = '';
  const name = `${at.tagName.toLowerCase()} ${at.className} ${(at.ariaLabel ?? at.textContent).trim().slice(0, 30)}`;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(at);
  if (outlineStyle === 'none' || parseFloat(outlineWidth) < 1 || /rgba\(.*, 0\)|transparent/.test(outlineColor))
    return { name, fault: 'has no outline' };
  const { left, top, right, bottom } = at.getBoundingClientRect();
  const [x0, y0] = [Math.max(0, left), Math.max(0, top)];
  const [x1, y1] = [Math.min(innerWidth, right), Math.min(innerHeight, bottom)];
  if (x1 - x0 < 1 || y1 - y0 < 1) return { name, fault: 'is out of sight' };
  // Some point of it lies open: it is not covered by something that stays where it is.
  for (const [across, down] of [
    [0.5, 0.5],
    [0.05, 0.1],
    [0.95, 0.1],
    [0.05, 0.9],
    [0.95, 0.9],
  ] as const) {
    const top = document.elementFromPoint(x0 + (x1 - x0) * across, y0 + (y1 - y0) * down);
    if (top !== null && (at.contains(top) || top.contains(at))) return { name, fault: null };
  }
  return { name, fault: 'is covered' };
}

/** What can be seen and used, and was no stop. Of tabs, of a group of radio buttons and of a list one is enough. */
function passedOver(): string[] {
  const USED = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  return [...document.querySelectorAll<HTMLElement>(USED)]
    .filter((one) => !one.matches(':disabled, [data-seen], [role="tab"], input[type="radio"]:not(:checked)'))
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.closest('[inert]') === null)
    .map(
      (one) =>
        `${one.tagName.toLowerCase()} ${one.className} ${(one.ariaLabel ?? one.textContent).trim().slice(0, 30)}`,
    );
}

describe('every stop of the keyboard', () => {
  for (const viewport of SIZES)
    it(`can be seen, and none is missing, at ${viewport.width} pixels`, async () => {
      const page = await shown.page({ viewport, reducedMotion: 'reduce' });
      await page.getByRole('navigation').waitFor();
      const found: string[] = [];
      for (const address of ADDRESSES) {
        await page.evaluate((hash) => void (location.hash = hash), address);
        await page.waitForTimeout(600);
        found.push(...(await walk(page, address)));
      }
      await page.context().close();
      assert.deepEqual(found, []);
      assert.deepEqual(shown.complaints, []);
    });
});

describe('by keyboard alone', () => {
  let page: Page;
  before(async () => {
    page = await shown.page();
    await heading(page, 'Queue');
  });
  const gone = async (): Promise<void> => await page.getByRole('dialog').waitFor({ state: 'detached' });
  const focused = async (there: Locator): Promise<void> => {
    const isThere = async (): Promise<boolean> => await there.evaluate((one) => one === document.activeElement);
    for (let i = 0; i < 50 && !(await isThere()); i++) await page.waitForTimeout(20);
    assert.ok(await isThere(), `the focus is on ${String(there)}`);
  };
  const saved = async (): Promise<void> => {
    await page.getByText('Saved.').first().waitFor();
    await press(page, button(page, 'Dismiss').first());
  };

  it('a label is made, changed, moved, and no longer offered', async () => {
    const { client } = shown;
    const names = async (): Promise<string[]> => (await client.labels.list()).map(({ name }) => name);
    const before = await names();
    await part(page, 'Labels and policies');
    await press(page, button(page, 'New label'));
    const dialog = page.getByRole('dialog');
    await type(page, dialog.getByLabel('Name'), 'Spam');
    await choose(page, dialog.getByLabel('Severity'), '2: serious');
    await choose(page, dialog.getByLabel('Policy'), 'House rules');
    // No to a list is no to the list alone.
    await press(page, dialog.getByLabel('Severity'), 'ArrowDown');
    await page.keyboard.press('Escape');
    assert.ok(await dialog.isVisible());
    await press(page, dialog.getByRole('button', { name: 'Save' }));
    await gone();
    const made = (await client.labels.list()).find(({ name }) => name === 'Spam');
    assert.equal(made?.severity, 2);
    assert.notEqual(made.policy, null);
    // The keyboard stays with what it moves, up to the end, where there is only the way back.
    await tabTo(page, button(page, 'Move Spam up'));
    for (let i = 0; i < before.length; i++) {
      await page.keyboard.press('Enter');
      const place = before.length - i;
      await page.locator(`[role="tabpanel"] .card:first-child li:nth-child(${place}) b`, { hasText: 'Spam' }).waitFor();
      await focused(button(page, i < before.length - 1 ? 'Move Spam up' : 'Move Spam down'));
    }
    assert.deepEqual(await names(), ['Spam', ...before]);
    await press(page, button(page, 'Change: Spam'));
    await press(page, dialog.getByRole('switch'), 'Space');
    await press(page, dialog.getByRole('button', { name: 'Save' }));
    await gone();
    assert.equal((await client.labels.list()).find(({ name }) => name === 'Spam')?.retired, true);
  });

  it('a policy is written, whom to call, how many are drawn, and who reviews', async () => {
    const { client } = shown;
    await part(page, 'Labels and policies');
    await press(page, button(page, 'New policy'));
    const dialog = page.getByRole('dialog');
    await type(page, dialog.getByLabel('Name'), 'No spam');
    await type(page, dialog.getByLabel('Text'), 'Nothing is sold here.');
    await press(page, dialog.getByRole('button', { name: 'Save' }));
    await gone();
    assert.deepEqual(
      (await client.policies.list()).map(({ name, guidance }) => `${name}: ${guidance}`),
      ['House rules: Attack ideas, never people.', 'No spam: Nothing is sold here.'],
    );
    await type(page, page.getByLabel('Whom to call'), 'the harbour master');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await saved();
    await choose(page, page.getByLabel('One in'), '50');
    await saved();
    const { contact, auditEvery } = await client.settings.get();
    assert.deepEqual([contact, auditEvery], ['the harbour master', 50]);
    await type(page, page.getByLabel('Your name in this workspace'), 'Ada');
    await page.keyboard.press('Enter');
    await saved();
    await shown.prefers(({ reviewer }) => assert.equal(reviewer, 'Ada'));
  });

  it('what is shown is switched, breaks are set, topics are left to others', async () => {
    const { client } = shown;
    await part(page, 'Wellbeing');
    const before = await client.preferences.get();
    for (const [name, key] of [
      ['Cover slurs', 'masked'],
      ['Tint words', 'tinted'],
      ['Blur images', 'blurred'],
      ['Images without colour', 'greyscale'],
    ] as const) {
      const one = page.getByRole('switch', { name });
      await press(page, one, 'Space');
      assert.equal(await one.getAttribute('aria-checked'), String(!before[key]));
    }
    await choose(page, page.getByLabel('Remind me of a break after'), '45 minutes');
    await choose(page, page.getByLabel('End a session of review after'), '90 minutes');
    await type(page, page.getByLabel('Word or phrase'), 'spiders');
    await page.keyboard.press('Enter');
    await button(page, 'Remove spiders').waitFor();
    await type(page, page.getByLabel('Word or phrase'), 'clowns');
    await page.keyboard.press('Enter');
    await press(page, button(page, 'Remove spiders'));
    await button(page, 'Remove spiders').waitFor({ state: 'detached' });
    await focused(page.getByLabel('Word or phrase'));
    await shown.prefers((now) => {
      assert.deepEqual(
        [now.masked, now.tinted, now.blurred, now.greyscale],
        [before.masked, before.tinted, before.blurred, before.greyscale].map((on) => !on),
      );
      assert.deepEqual([now.breakEvery, now.sessionCap, now.hiddenTopics], [45, 90, ['clowns']]);
    });
  });

  it('it is locked by itself or not at all, copied, and looked through', async () => {
    const { client } = shown;
    await part(page, 'Privacy');
    await choose(page, page.getByLabel('Lock by itself after'), '30 minutes');
    await saved();
    assert.equal((await client.settings.get()).lockAfter, 30);
    await press(page, page.getByRole('switch', { name: /^Lock when this computer sleeps/ }), 'Space');
    await page.waitForFunction(() => document.querySelector('[role="switch"][aria-checked="false"]') !== null);
    await shown.prefers(({ lockOnSuspend }) => assert.equal(lockOnSuspend, false));
    const copy = shown.file('copy.moderato');
    await type(page, page.getByLabel('Copy to'), copy);
    await page.keyboard.press('Enter');
    await page.getByText('copy is written.').waitFor();
    assert.ok(existsSync(copy));
    await press(page, button(page, 'Check every page'));
    await page.getByText('All pages are whole.').waitFor();
    await press(page, button(page, 'Check the chains of decisions'));
    await page.getByText(/chains? (is|are) whole\./).waitFor();
  });

  it('models are checked and one is refused; a fetch is looked at and left', async () => {
    await part(page, 'Models');
    await press(page, button(page, 'Check every file'));
    await page.getByText(/files? (is|are) as (it|they) should be/).waitFor();
    const wrong = shown.file('wrong.gguf');
    writeFileSync(wrong, 'no model');
    await type(page, page.getByRole('textbox', { name: 'File' }), wrong);
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog')
      .getByText(/wrong\.gguf cannot be used as a model/)
      .waitFor();
    await page.keyboard.press('Escape');
    await gone();
    await press(page, button(page, /^Fetch…/).first());
    await page.getByRole('dialog').getByText('huggingface.co', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await gone();
    await focused(button(page, /^Fetch…/).first());
  });

  it('models are computed where somebody says', async () => {
    await part(page, 'This computer');
    await choose(page, page.getByLabel('Where models are computed'), 'Processor (CPU) only');
    await page.waitForFunction(() => document.querySelector('select')?.value === 'cpu');
    await shown.prefers(({ backend }) => assert.equal(backend, 'cpu'));
    await tabTo(page, button(page, 'Try all of it'));
  });

  it('it is in another language and other colours at once, and about itself it says how old it is', async () => {
    await part(page, 'About');
    await page.getByText(/^Version /).waitFor();
    await part(page, 'Look');
    await choose(page, page.getByLabel('Light or dark'), 'dark');
    await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
    await choose(page, page.getByLabel('Language'), 'Deutsch');
    await heading(page, 'Einstellungen');
    await choose(page, page.getByLabel('Sprache'), 'English');
    await heading(page, 'Settings');
    await shown.prefers(({ theme, language }) => assert.deepEqual([theme, language], ['dark', 'en']));
  });

  it('and nothing unforeseen was said meanwhile', () => assert.deepEqual(shown.complaints, []));
});
