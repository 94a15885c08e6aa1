/**
 * Every view and dialog as people with other eyes have it: axe has nothing to say, light and dark, with more contrast, in the
 * system's own colours, and nothing has to be moved sideways in a window of 320 pixels or at twice the size, in either language.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { faultsIn, widerThanTheirPlace } from './axe.ts';
import { Shown } from './browser.ts';
import { lostInSystemColours } from './system-colours.ts';
import { fillRiverbank } from './screenshots/riverbank.ts';

const MESSAGES = 480;
const DECIDED = 160;
/** Charts, colours and dialogs have come to rest. */
const REST_MS = 350;
const SECRET = 'correct horse battery';

interface Place {
  readonly name: string;
  readonly address: string;
  readonly ready: (page: Page) => Promise<unknown>;
  /** opens a dialog over it, which Escape closes again */
  readonly dialog?: (page: Page) => Promise<unknown>;
}

const explained = (page: Page) => page.locator('.why table').first().waitFor();
const cards = (page: Page) => page.locator('section.card').first().waitFor();
/** The last that come: a test's figures are asked for by themselves. */
const figures = async (page: Page): Promise<void> => {
  for (const name of [/^(By what is tested|Nach dem, was geprüft wird)$/, /^(Words go|Wörter gehen)$/])
    await page.getByRole('figure', { name }).waitFor();
};
const pressing = (key: string) => (page: Page) => page.keyboard.press(key);
const clicking = (selector: string) => (page: Page) => page.locator(selector).first().click();
/** By the palette, which knows every action by its English or German name. */
const doing =
  (...names: readonly [string, string]) =>
  async (page: Page) => {
    const isGerman = (await page.evaluate(() => document.documentElement.lang)) === 'de';
    await page.keyboard.press('Control+k');
    await page
      .getByRole('combobox')
      .last()
      .fill(names[isGerman ? 1 : 0]);
    await page.keyboard.press('Enter');
  };

const part = (name: string): Place => ({
  name: `settings, ${name}`,
  address: `#/settings?part=${name}`,
  ready: async (page) => {
    await page.locator(`[role="tab"][data-value="${name}"][aria-selected="true"]`).waitFor();
    await page.locator('[role="tabpanel"] section.card').first().waitFor();
  },
});
const over = (name: string, address: string, dialog: (page: Page) => Promise<unknown>): Place => ({
  ...{ name, address, dialog },
  ready: address === '#/queue' ? (page) => page.getByRole('article').waitFor() : cards,
});

const PLACES: readonly Place[] = [
  { name: 'queue', address: '#/queue', ready: explained },
  over('escalate', '#/queue', pressing('e')),
  over('decide with reasons', '#/queue', pressing('d')),
  over('note', '#/queue', pressing('n')),
  over('filter', '#/queue', pressing('f')),
  over('decide many', '#/queue', pressing('u')),
  over('palette', '#/queue', pressing('Control+k')),
  over('keys', '#/queue', pressing('?')),
  over('export decisions', '#/queue', doing('Export decisions', 'Entscheidungen exportieren')),
  over('report', '#/queue', doing('Write a report', 'Bericht schreiben')),
  over('evidence', '#/queue', doing('Export evidence', 'Belege exportieren')),
  over('signed decisions', '#/queue', pressing('Control+Shift+G')),
  over('merging', '#/queue', pressing('Control+Shift+M')),
  over('reopen', '#/queue', async (page) => {
    // In a narrow window the list of states is in the dialog of filters alone.
    await page.locator('header select').last().selectOption('decided', { force: true });
    await page.waitForTimeout(2 * REST_MS);
    await page.keyboard.press('o');
  }),
  {
    name: 'search',
    address: '#/search',
    ready: async (page) => {
      await page.getByRole('searchbox').fill('harbour');
      await explained(page);
    },
  },
  { name: 'teach', address: '#/teach', ready: (page) => page.locator('figure').first().waitFor() },
  over('how it learns', '#/teach', pressing('o')),
  over('promote what is worse', '#/teach', pressing('p')),
  over('promote what is worse, asked once more', '#/teach', async (page) => {
    await page.keyboard.press('p');
    await page.getByRole('dialog').getByRole('button').last().press('Enter');
    await page.getByRole('switch').waitFor();
  }),
  { name: 'insights', address: '#/insights', ready: figures },
  {
    name: 'insights, as tables',
    address: '#/insights?again',
    ready: async (page) => {
      await figures(page);
      const switches = page.getByRole('button', { name: /^(As a table|Als Tabelle)$/ });
      while ((await switches.count()) > 0) await switches.first().click();
    },
  },
  { name: 'import', address: '#/import', ready: cards },
  {
    name: 'import, a file',
    address: '#/import?again',
    ready: async (page) => {
      await page.locator('#import-path input').fill(table);
      await page.keyboard.press('Enter');
      await page.locator('#mapping').waitFor();
    },
  },
  ...['review', 'wellbeing', 'keys', 'privacy', 'models', 'backend', 'language', 'about'].map(part),
  over('label', '#/settings?part=review', clicking('[role="tabpanel"] .card header button')),
  over('label that is there', '#/settings?part=review', clicking('[role="tabpanel"] .card li button:last-child')),
  over('policy', '#/settings?part=review', clicking('[role="tabpanel"] .card:nth-of-type(2) header button')),
  over('delete the workspace', '#/settings?part=privacy', clicking('[role="tabpanel"] .button.danger')),
  over('fetch a model', '#/settings?part=models', clicking('[role="tabpanel"] .offer button')),
  {
    name: 'a list to choose from',
    address: '#/settings?part=language',
    ready: async (page) => {
      await page.getByRole('tabpanel').locator('select').last().press('ArrowDown');
      await page.locator('select:open option:focus').waitFor();
    },
  },
  { name: 'gallery', address: '#/gallery', ready: cards },
  { name: 'nowhere', address: '#/there-is-no-such-place', ready: (page) => page.locator('.empty').waitFor() },
];

const PASSES = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'narrow, light, in German', options: { colorScheme: 'light', locale: 'de-DE', ...narrow() } },
  { name: 'narrow, dark', options: { colorScheme: 'dark', ...narrow() } },
  { name: 'dark, with more contrast', options: { colorScheme: 'dark', contrast: 'more' } },
  {
    name: 'in the colours of the system, without motion',
    options: { forcedColors: 'active', reducedMotion: 'reduce' },
  },
  {
    name: 'at twice the size, in German',
    options: { locale: 'de-DE', viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  },
] as const;

function narrow() {
  return { viewport: { width: 320, height: 640 } } as const;
}

let table = '';
const shown = new Shown();
before(async () => {
  await shown.start(shown.file('riverbank.moderato'));
  table = shown.file('table.csv');
  writeFileSync(
    table,
    'when,who,what\n2026-03-01T10:00:00Z,Ann,the harbour has boats\n2026-03-01T10:01:00Z,Ben,three\n',
  );
  await fillRiverbank(shown, MESSAGES, DECIDED);
});
after(async () => await shown[Symbol.asyncDispose]());

/** What is wrong with what is shown, with the name of the place. */
async function faults(page: Page, where: string): Promise<readonly string[]> {
  await page.waitForTimeout(REST_MS);
  const found = [...(await faultsIn(page)), ...(await widerThanTheirPlace(page)), ...(await lostInSystemColours(page))];
  return found.map((fault) => `${where}: ${fault}`);
}

/** The challenger as one that is worse, whatever came of the training here: promoting it is asked about twice. */
async function challengedByWorse(page: Page): Promise<void> {
  await page.route('**/revisions/list', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replaceAll(/"recommendation":"[a-z-]+"/g, '"recommendation":"worse"');
    await route.fulfill({ response: answer, body });
  });
}

describe('every view and dialog', () => {
  for (const { name, options } of PASSES)
    it(`can be read by everybody: ${name}`, async () => {
      const page = await shown.page(options);
      await challengedByWorse(page);
      await page.getByRole('navigation').waitFor();
      const found: string[] = [];
      for (const { name: place, address, ready, dialog } of PLACES) {
        await page.evaluate((hash) => void (location.hash = hash), address);
        await ready(page);
        if (dialog !== undefined) {
          // A key does nothing before the view is there to hear it.
          await page.waitForTimeout(REST_MS);
          await dialog(page);
          await page.getByRole('dialog').waitFor();
        }
        found.push(...(await faults(page, place)));
        if (dialog !== undefined) {
          await page.keyboard.press('Escape');
          await page.getByRole('dialog').waitFor({ state: 'detached' });
        }
      }
      await page.context().close();
      assert.deepEqual(found, []);
      assert.deepEqual(shown.complaints, []);
    });
});

describe('the start', () => {
  it('can be read by everybody: the recovery key, which is shown once', async () => {
    const page = await shown.page();
    await page.getByRole('navigation').waitFor();
    await page.evaluate(() => void (location.hash = '#/settings?part=privacy'));
    await page.getByLabel('New passphrase', { exact: true }).fill(SECRET);
    await page.getByLabel('New passphrase once more').fill(SECRET);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').locator('.key').waitFor();
    const found: string[] = [];
    for (const { name, options } of PASSES) {
      const { viewport, ...media } = {
        viewport: { width: 1360, height: 820 },
        forcedColors: 'none',
        contrast: 'no-preference',
        ...options,
      } as const;
      await page.setViewportSize(viewport);
      await page.emulateMedia(media);
      found.push(...(await faults(page, `recovery key, ${name}`)));
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').locator('.key').waitFor();
    await page.context().close();
    assert.deepEqual(found, []);
    assert.deepEqual(shown.complaints, []);
  });

  it('can be read by everybody: the lock screen and the first run', async () => {
    const { client } = shown;
    // It is encrypted by now.
    await client.workspace.lock();
    const found: string[] = [];
    for (const what of ['lock screen', 'first run'] as const) {
      for (const { name, options } of PASSES) {
        const page = await shown.page(options);
        await cards(page);
        found.push(...(await faults(page, `${what}, ${name}`)));
        await page.context().close();
      }
      if (what === 'first run') continue;
      await client.workspace.unlock({ secret: { kind: 'passphrase', passphrase: SECRET } });
      await client.workspace.close();
    }
    assert.deepEqual(found, []);
    assert.deepEqual(shown.complaints, []);
  });
});
