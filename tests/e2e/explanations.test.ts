/** The test of the explanations in a real browser: refused where too little is flagged, shown as curves and as tables, and outdated. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { decodeAdapter, encodeAdapter } from '../../engine/adapter/file.ts';
import { axe } from './axe.ts';
import { Shown } from './browser.ts';
import { LONG_MS, goTo } from './steps.ts';

const INSULTS = ['idiot', 'moron', 'stupid liar', 'pathetic clown', 'filthy rat', 'worthless scum', 'disgusting pig'];
const PLACES = ['harbour', 'market', 'museum'];
const rude = INSULTS.flatMap((insult, i) =>
  PLACES.map((place, j) => `the man at the ${place} is a ${insult} and talks ${i + j} hours too long`),
);
const plain = PLACES.flatMap((place) => [1, 2, 3, 4].map((n) => `we met at the ${place} and looked at ${n} boats`));
const table = (name: string, texts: readonly string[]): string =>
  [
    'id,text,author,channel,time',
    ...texts.map((text, i) => `${name}${i},${text},Ann,general,2026-03-01T10:00:00Z`),
  ].join('\n');

/** The adapter that comes along under another name: another revision. */
function otherAdapter(shown: Shown): string {
  const bytes = readFileSync(new URL('../../native-models/default.adapter.gguf', import.meta.url));
  writeFileSync(
    shown.file('other.gguf'),
    encodeAdapter({ ...decodeAdapter(bytes, { source: 'default' }), name: 'Another' }),
  );
  return shown.file('other.gguf');
}

describe('the test of the explanations in the window', () => {
  it('says what is missing, shows what came of it as curves and tables, and that the queue has another model', async () => {
    await using shown = new Shown();
    await shown.start();
    const { client } = shown;
    await client.settings.set({ auditEvery: 0 });
    const read = async (name: string, texts: readonly string[]): Promise<void> => {
      writeFileSync(shown.file(name), table(name, texts));
      await shown.import(shown.file(name));
      await shown.ended((await client.jobs.start({ kind: 'score' })).id);
    };
    await read('few.csv', plain);

    const page = await shown.page();
    await page.getByRole('navigation').waitFor();
    await goTo(page, 'Control+4', 'Insights');
    const card = page.getByRole('region', { name: 'Are the explanations true here?' });
    await card.getByText('They were not tested yet.').waitFor();
    await card.getByRole('button', { name: 'Test the explanations' }).click();
    await card
      .getByRole('alert')
      .getByText(/The test takes at least 10\./)
      .waitFor();

    await read('rude.csv', rude);
    await card.getByRole('button', { name: 'Test the explanations' }).click();
    await card.getByText('Testing the explanations').waitFor();
    await card.getByText(/^Tested on .*: Abuse in English/).waitFor({ timeout: LONG_MS });
    assert.equal(await card.getByRole('alert').count(), 0, 'what failed before is not said any more');
    const { report } = (await client.insights.explanations()) ?? assert.fail();
    await card.getByText(report.figures.sentences[0] ?? assert.fail()).waitFor();

    const curves = card.getByRole('figure', { name: 'Words go' });
    await curves.locator('canvas').waitFor();
    await curves.getByRole('button', { name: 'As a table' }).click();
    const rows = curves.getByRole('row');
    assert.equal(await rows.count(), 1 + report.figures.steps.length);
    const last = await rows.last().getByRole('cell').allTextContents();
    const { effects, longest, random } = report.figures.deletion.curves;
    assert.deepEqual(
      last.map((text) => text.trim()),
      ['100%', ...[effects, longest, random].map((curve) => (curve.at(-1) ?? NaN).toFixed(2))],
    );
    const comparison = card.getByRole('figure', { name: 'Causes against other orders of the words' });
    await comparison.getByRole('listitem').filter({ hasText: 'random words' }).waitFor();
    await comparison.getByRole('button', { name: 'As a table' }).click();
    await comparison.getByRole('row').filter({ hasText: 'random words' }).waitFor();
    await axe(page);

    // What was said is of the model before.
    const other = await client.jobs.start({ kind: 'score', adapter: otherAdapter(shown), reviewer: 'Ada' });
    await shown.ended(other.id);
    await card.getByText('The queue has another model now').waitFor({ timeout: LONG_MS });

    await client.preferences.set({ language: 'de' });
    const german = page.getByRole('region', { name: 'Stimmen die Erklärungen hier?' });
    await german.getByText(/^Werden die als Gründe genannten Wörter weggenommen/).waitFor();
    await german.getByRole('figure', { name: 'Wörter kommen zurück' }).waitFor();
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    assert.deepEqual(shown.complaints, []);
  });
});
