import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { z } from 'zod';
import { decodeAdapter } from '../../engine/adapter/file.ts';
import { Bench } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const GOOD = [
  'thanks for the help',
  'what a lovely day',
  'see you at the harbour',
  'the map is great',
  'well played all',
];
const BAD = ['you are a pig', 'get lost you worm', 'nobody likes you idiot', 'shut up you fool', 'what a stupid clown'];
const csv = (count: number, from = 0, words = ['fine', 'abusive']): string =>
  `text,label,id\n${Array.from({ length: count }, (_, i) => {
    const bad = i % 2;
    return `"${(bad ? BAD : GOOD)[i % 5]} ${from + i}",${words[bad]},r${from + i}`;
  }).join('\n')}\n`;
const train = bench.file('train.csv', csv(60));
const dev = bench.file('dev.csv', csv(20, 100));
const out = bench.path('new.gguf');
const words = (a: string, b: string, to = out): string[] => [
  'train',
  '--model',
  bench.model,
  '--method',
  'probe',
  '--train',
  a,
  '--dev',
  b,
  '--out',
  to,
];

describe('train', () => {
  it('writes an adapter for this base and a report beside it', async () => {
    const { code, out: printed, err } = await bench.run([...words(train, dev), '--json']);
    assert.equal(code, 0, err);
    const adapter = decodeAdapter(readFileSync(out), { source: out });
    assert.deepEqual(adapter.labels, ['fine', 'abusive']);
    assert.equal(adapter.neutralLabel, 'fine');
    assert.equal(adapter.name, 'new');
    assert.ok(adapter.ngrams !== undefined, 'the baseline travels in it');
    const Report = z.looseObject({
      devMacroF1: z.number(),
      data: z.looseObject({ train: z.looseObject({ rows: z.literal(60) }) }),
    });
    const report = Report.parse(JSON.parse(printed));
    assert.deepEqual(JSON.parse(readFileSync(bench.path('new.report.json'), 'utf8')), report);
  });

  it('makes one that eval measures, beside its baseline and random order', async () => {
    const data = bench.file('data.csv', csv(40, 200, ['none', 'toxic']));
    const {
      code,
      out: printed,
      err,
    } = await bench.run([
      'eval',
      '--data',
      data,
      '--adapter',
      out,
      '--model',
      bench.model,
      '--deterministic',
      '--json',
    ]);
    assert.equal(code, 0, err);
    const Figure = z.looseObject({ value: z.number(), low: z.number(), high: z.number() });
    const Figures = z.looseObject({
      accuracy: Figure,
      macro_f1: Figure,
      auprc: Figure,
      ece: Figure,
      per_class: z.record(z.string(), z.looseObject({ f1: z.number() })),
      confusion: z.object({ labels: z.array(z.string()), counts: z.array(z.array(z.int())) }),
      recall_in_first: z.array(z.looseObject({ k: z.int() })),
    });
    const measured = Figures.extend({
      rows: z.literal(40),
      renamed: z.record(z.string(), z.string()),
      char_ngrams: Figures,
      random_order: z.looseObject({ auprc: z.number() }),
    }).parse(JSON.parse(printed));
    assert.deepEqual(measured.renamed, { none: 'fine', toxic: 'abusive' });
    assert.equal(
      measured.confusion.counts.flat().reduce((a, b) => a + b),
      40,
    );
    // Half of the rows; a few rows more than that, because they are few.
    assert.ok(Math.abs(measured.random_order.auprc - 0.5) < 0.06);
    // The words tell the two apart, so whoever reads them finds all.
    assert.equal(measured.char_ngrams.accuracy.value, 1);
    assert.deepEqual(
      measured.recall_in_first.map(({ k }) => k),
      [200],
    );
  });

  it('refuses data with one label only, and writes nothing', async () => {
    const one = bench.file('one.csv', 'text,label\nhello there,fine\ngood morning,fine\n');
    const target = bench.path('none.gguf');
    const { code, err } = await bench.run(words(one, dev, target));
    assert.equal(code, 1);
    assert.match(err, /one\.csv: every row has the label "fine"/);
    assert.equal(existsSync(target), false);
  });

  it('refuses a label that dev does not have', async () => {
    const poor = bench.file('poor.csv', 'text,label\nhello there,fine\ngood morning,fine\n');
    const { code, err } = await bench.run(words(train, poor));
    assert.equal(code, 1);
    assert.match(err, /poor\.csv: no row has the label "abusive"/);
  });

  it('names the columns that there are when the label is missing', async () => {
    const bare = bench.file('bare.csv', 'said,mood\nhello there my friends,1\ngood morning my friends,0\n');
    const { code, err } = await bench.run(words(bare, dev));
    assert.equal(code, 1);
    assert.match(err, /bare\.csv/);
    assert.match(err, /said, mood/);
  });

  it('does not begin where the adapter cannot be written', async () => {
    const { code, err } = await bench.run(words(train, dev, bench.path('no/such/folder/a.gguf')));
    assert.equal(code, 1);
    assert.match(err, /no folder/);
  });
});
