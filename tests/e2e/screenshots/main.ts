/**
 * Pictures of every view, light and dark, in docs/screenshots: `npm run screenshots`. A made-up community is imported, read,
 * partly decided and learned from, so that every view has something to show.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { Shown } from '../browser.ts';
import { fillRiverbank } from './riverbank.ts';

/** Where the made-up moderator would have her files: the folder of this run is nobody's. */
const HOME = '/home/ada/Documents';
const FOLDER = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));
const MESSAGES = 480;
const DECIDED = 160;
/** Charts, fonts and colours have come to rest. */
const REST_MS = 600;

/** A view, by its address, and what is to be there before the picture is taken. */
interface Pictured {
  readonly name: string;
  readonly address: string;
  readonly ready: (page: Page) => Promise<unknown>;
}

const settingsPart = (part: string): Pictured => ({
  name: part === 'review' ? 'settings' : `settings-${part}`,
  address: `#/settings?part=${part}`,
  ready: (page) => page.getByRole('tabpanel').waitFor(),
});

const VIEWS: readonly Pictured[] = [
  { name: 'queue', address: '#/queue', ready: explained },
  {
    name: 'search',
    address: '#/search',
    ready: async (page) => {
      await page.getByRole('searchbox').fill('harbour');
      await explained(page);
    },
  },
  { name: 'teach', address: '#/teach', ready: (page) => page.getByRole('figure').first().waitFor() },
  { name: 'insights', address: '#/insights', ready: (page) => page.getByRole('slider').waitFor() },
  {
    name: 'agreement',
    address: '#/insights',
    ready: async (page) => {
      await page.getByRole('figure', { name: 'Krippendorff’s α by label' }).waitFor();
      await scrolledTo(page, 'How far reviewers agree');
    },
  },
  {
    name: 'functional',
    address: '#/insights',
    ready: async (page) => {
      await page.getByRole('figure', { name: 'By what is tested' }).waitFor();
      await scrolledTo(page, 'What kinds of abuse the model sees');
    },
  },
  {
    name: 'explanations',
    address: '#/insights',
    ready: async (page) => {
      await page.getByRole('figure', { name: 'Words go' }).waitFor();
      await scrolledTo(page, 'Are the explanations true here?');
    },
  },
  { name: 'import', address: '#/import', ready: (page) => page.getByText('All that can be read').waitFor() },
  ...['review', 'wellbeing', 'keys', 'privacy', 'models', 'backend', 'language', 'about'].map(settingsPart),
  { name: 'components', address: '#/gallery', ready: (page) => page.getByRole('heading', { level: 1 }).waitFor() },
  {
    name: 'palette',
    address: '#/queue',
    ready: async (page) => {
      await page.getByRole('article').waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'keys',
    address: '#/queue',
    ready: async (page) => {
      await page.getByRole('article').waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
];

await using shown = new Shown();
await shown.start(shown.file('riverbank.moderato'));
const first = await shown.page();
await first.getByRole('navigation').waitFor();
await fillRiverbank(shown, MESSAGES, DECIDED);
mkdirSync(FOLDER, { recursive: true });
for (const scheme of ['light', 'dark'] as const) {
  for (const { name, address, ready } of VIEWS) {
    const page = await shown.page({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.evaluate((hash) => void (location.hash = hash), address);
    await ready(page);
    await pictured(page, `${name}-${scheme}`);
  }
}
// With nothing open, and locked: last, because the desk has one workspace for all windows.
await shown.client.workspace.protect({ passphrase: 'correct horse battery' });
await shown.client.workspace.lock();
await pictures('lock', 'Unlock');
await shown.client.workspace.unlock({ secret: { kind: 'passphrase', passphrase: 'correct horse battery' } });
await shown.client.workspace.close();
await pictures('first-run', 'Create and open');
console.log(`docs/screenshots: ${2 * (VIEWS.length + 2)} pictures`);

async function pictures(name: string, button: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    const page = await shown.page({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.getByRole('button', { name: button }).waitFor();
    const file = page.getByLabel('File').first();
    if (await file.isVisible()) await file.fill(`${HOME}/riverbank.moderato`);
    await pictured(page, `${name}-${scheme}`);
  }
}

/** Takes the picture, of no path of this computer. */
async function pictured(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(REST_MS);
  await page.evaluate(
    ([own, shownAs]) => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode() !== null) {
        const text = texts.currentNode;
        text.nodeValue = text.nodeValue?.replaceAll(own, shownAs) ?? null;
      }
    },
    [shown.folder, HOME] as const,
  );
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  await page.context().close();
}

/** A card of a long view. */
async function scrolledTo(page: Page, title: string): Promise<void> {
  // Charts above it have come to rest, and it with them.
  await page.waitForTimeout(REST_MS);
  await page.getByRole('heading', { name: title }).evaluate((it) => it.scrollIntoView());
  if (await page.evaluate(() => document.scrollingElement?.scrollTop !== 0)) throw new Error('the page itself scrolls');
}

/** A message, and why it has its score. */
async function explained(page: Page): Promise<void> {
  await page.getByRole('article').waitFor();
  await page.getByRole('heading', { name: 'Without this word the score falls by' }).waitFor();
}
