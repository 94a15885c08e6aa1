import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import bench from '../../bench/explain.ts';
import type { BenchOptions } from '../../bench/figure.ts';
import { abusiveTexts } from '../../bench/rationales.ts';

const INSULTS = ['idiot', 'moron', 'stupid liar', 'pathetic clown', 'filthy rat'];
const PLAIN: Omit<BenchOptions, 'data' | 'say'> = {
  peers: [],
  adapter: null,
  scale: 1,
  tables: [],
  seeds: [],
  results: null,
  unmask: false,
};
/** Ten texts whose insult is marked, and two that do not belong. */
const rows = Array.from({ length: 12 }, (_, i) => {
  const insult = INSULTS[i % INSULTS.length] ?? '';
  const text = `number ${i} of the harbour committee is a ${insult} and talks too long`;
  const start = text.indexOf(insult);
  return `${i},${text},${i === 0 ? 0 : 1},${i === 1 ? 'train' : 'test'},"[[${start},${start + insult.length}]]"`;
});

describe('the bench of explanations', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-bench-explain-'));
  writeFileSync(
    join(folder, 'hatexplain.csv.gz'),
    gzipSync(`id,text,label,split,rationale_spans\r\n${rows.join('\r\n')}\r\n`),
  );
  after(() => rmSync(folder, { recursive: true }));

  it('takes the abusive texts of the test split, with what was marked', () => {
    const { texts } = abusiveTexts(folder);
    assert.equal(texts.length, 10);
    for (const { text, spans } of texts)
      assert.ok(spans.length === 1 && spans.every(([from, to]) => INSULTS.includes(text.slice(from, to))));
    assert.deepEqual(abusiveTexts(folder), abusiveTexts(folder));
    assert.ok(abusiveTexts(null).texts.length > 200);
  });

  it('finds that word effects lower the score sooner than chance, and point at the insult', async () => {
    const said: string[] = [];
    const options = {
      ...PLAIN,
      data: folder,
      scale: 0.05,
      say: (line: string) => void said.push(line),
    };
    const made = await bench(options);
    const figures = 'text' in made ? made.figures : made;
    const ratio = (name: string, peer: string | null) =>
      figures.find((figure) => figure.name === name && figure.peer === peer)?.ratio ?? NaN;
    assert.ok(ratio('explain.deletion.effects', 'random order') > 1.1, JSON.stringify(figures));
    assert.ok(ratio('explain.rationale.effects', 'random order') > 1.5, JSON.stringify(figures));
    assert.ok(figures.some(({ name, value }) => name === 'explain.deletion.effects.sooner' && value > 0.8));
    // The shipped adapter has gates; on five texts their order says nothing yet.
    for (const band of ['lower', 'middle', 'upper'])
      assert.ok(
        figures.some(({ name, value }) => name.includes(`gates.${band}`) && value > 0 && value < 1),
        band,
      );
    // No message in what is said.
    assert.ok(said.every((line) => !line.includes('harbour')));
  });

  it('says when there are too few texts', async () => {
    const options = { ...PLAIN, data: folder, say: () => {} };
    await assert.rejects(bench(options), /10 texts for this bench, 200 are needed/);
  });
});
