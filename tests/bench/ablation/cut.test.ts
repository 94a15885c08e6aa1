import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutOf, type Cut } from '../../../bench/ablation/cut.ts';
import type { DataChoice } from '../../../bench/ablation/spec.ts';
import { TABLES } from '../../../bench/ablation/tables/all.ts';
import { TEST_SETS, type DatasetRow, type SetName } from '../../../native-models/recipe/datasets.ts';

const WHOLE = { train: null, dev: null, test: null } as const;

/** Rows of one split, every third of label 1. */
const rowsOf = (set: string, split: string, count: number): readonly DatasetRow[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `${set}:${split}:${i}`,
    text: `${set} ${split} message ${i}`,
    label: i % 3 === 0 ? 1 : 0,
    split,
    sourceLabel: ['offensive', 'normal', 'normal'][i % 3] ?? '',
  }));

/** Official splits, a test part only, none at all, and a set that only tests. */
const SETS: Partial<Record<SetName, readonly DatasetRow[]>> = {
  hatexplain: ['train', 'dev', 'test'].flatMap((split) => rowsOf('hatexplain', split, 200)),
  germeval2018: ['train', 'test'].flatMap((split) => rowsOf('germeval2018', split, 400)),
  davidson2017: rowsOf('davidson2017', 'all', 1000),
  stormfront_hate: ['train', 'test', 'rest'].flatMap((split) => rowsOf('stormfront_hate', split, 300)),
  hatecheck: rowsOf('hatecheck', 'test', 100),
};
const read = (set: SetName): readonly DatasetRow[] => SETS[set] ?? [];
const cut = (choice: DataChoice, scale = 1): Cut => cutOf(read, choice, scale);
const splitsOf = (rows: Cut['train']): readonly string[] => [...new Set(rows.map(({ id }) => id.split(':')[1] ?? ''))];

describe('the rows of a quality table', () => {
  it('are the official splits, in the order of the file', () => {
    const { train, dev, test, labels } = cut({ set: 'hatexplain', train: 100, dev: null, test: 60 });
    assert.deepEqual([train.length, dev.length, test.length], [100, 200, 60]);
    assert.deepEqual([splitsOf(train), splitsOf(dev), splitsOf(test)], [['train'], ['dev'], ['test']]);
    assert.deepEqual(
      train.map(({ id }) => id),
      rowsOf('hatexplain', 'train', 100).map(({ id }) => id),
    );
    assert.deepEqual(labels, ['normal', 'hateful']);
  });

  it('have a dev part cut from train where there is none, and test parts where there are no splits', () => {
    const german = cut({ set: 'germeval2018', ...WHOLE });
    assert.deepEqual(
      [splitsOf(german.train), splitsOf(german.dev), splitsOf(german.test)],
      [['train'], ['train'], ['test']],
    );
    assert.equal(german.train.length + german.dev.length, 400);
    const tweets = cut({ set: 'davidson2017', ...WHOLE });
    assert.equal(tweets.train.length + tweets.dev.length + tweets.test.length, 1000);
    assert.ok(Math.abs(tweets.test.length - 200) < 50 && Math.abs(tweets.dev.length - 150) < 50);
    assert.ok(!splitsOf(cut({ set: 'stormfront_hate', ...WHOLE }).train).includes('rest'));
  });

  it('are cut by the text alone, whatever stands beside it in the file', () => {
    const [a, b] = [{ set: 'davidson2017', ...WHOLE } as const, (SETS.davidson2017 ?? []).toReversed()];
    assert.deepEqual(
      cut(a),
      cutOf(() => b, a, 1),
    );
  });

  it('never hold a text in two parts, under whichever id and however it is written', () => {
    const twice = (split: string, text: string): DatasetRow => ({ ...rowsOf('x', split, 1)[0]!, text });
    const rows = [
      ...read('hatexplain'),
      twice('train', 'HateXplain  TEST message 7'),
      twice('train', 'hatexplain dev message 7'),
      twice('dev', 'hatexplain test message 8'),
    ];
    const { train, dev, test } = cutOf(() => rows, { set: 'hatexplain', ...WHOLE, test: 50 }, 1);
    assert.deepEqual([train.length, dev.length, test.length], [200, 200, 50]);
  });

  it('leave out of training what another set tests', () => {
    const tests = read('hatecheck').map((row) => ({
      ...row,
      text: row.text.replace('hatecheck test', 'hatexplain train'),
    }));
    const from = (set: SetName) => (set === 'hatecheck' ? tests : read(set));
    const { train, test, slices } = cutOf(from, { set: 'hatexplain', ...WHOLE, others: ['hatecheck'] }, 1);
    assert.equal(train.length, 100);
    assert.deepEqual(slices, [
      { set: 'hatexplain', from: 0, to: 200 },
      { set: 'hatecheck', from: 200, to: 300 },
    ]);
    assert.ok(test.slice(200).every(({ id }) => id.startsWith('hatecheck:')));
  });

  it('keep all rare positives beside a fixed number of others', () => {
    const { train } = cut({ set: 'davidson2017', ...WHOLE, negatives: 0.5 });
    const positive = train.filter(({ label }) => label === 1).length;
    assert.equal(positive, cut({ set: 'davidson2017', ...WHOLE }).train.filter(({ label }) => label === 1).length);
    assert.equal(train.length, positive + Math.round(positive / 2));
    // whatever is cut off later, both labels are left
    const half = train.slice(0, train.length / 2).filter(({ label }) => label === 1).length;
    assert.ok(Math.abs(half / (train.length / 2) - 2 / 3) < 0.1);
  });

  it('may have the classes of the source', () => {
    const { labels, train } = cut({ set: 'hatexplain', ...WHOLE, labels: 'original' });
    assert.deepEqual(labels, ['offensive', 'normal']);
    assert.ok(train.every(({ id, label }) => label === (Number(id.split(':')[2]) % 3 === 0 ? 0 : 1)));
  });

  it('are fewer at a smaller scale, and have another hash', () => {
    const [whole, half] = [cut({ set: 'hatexplain', ...WHOLE }), cut({ set: 'hatexplain', ...WHOLE }, 0.5)];
    assert.deepEqual([half.train.length, half.dev.length, half.test.length], [100, 100, 100]);
    assert.match(half.description, /100 of 200 training rows/);
    assert.notEqual(whole.hash, half.hash);
  });

  it('are cleaned: no handle, no entity, no text beyond what an encoder reads', () => {
    const text = `@somebody &amp; more ${'long '.repeat(400)}`;
    const rows = read('hatexplain').map((row, i) => (i === 0 ? { ...row, text } : row));
    const [first] = cutOf(() => rows, { set: 'hatexplain', ...WHOLE }, 1).train;
    assert.match(first?.text ?? '', /^@user & more long/);
    assert.equal(first?.text.length, 1000);
  });
});

describe('the quality tables', () => {
  const rows = TABLES.flatMap((table) => table.rows.map((row) => ({ table, row, data: row.data ?? table.data })));

  it('have names of their own, and rows too', () => {
    assert.equal(new Set(TABLES.map(({ name }) => name)).size, TABLES.length);
    for (const { name, rows } of TABLES) assert.equal(new Set(rows.map((row) => row.name)).size, rows.length, name);
  });

  it('never train on a set that only tests', () => {
    const tests: readonly string[] = TEST_SETS;
    for (const { data, row } of rows) assert.ok(!tests.includes(data.set), row.name);
  });

  it('hold rows against rows that are there', () => {
    for (const { table, row } of rows)
      if (table.shape === 'rows' && row.against)
        assert.ok(
          table.rows.some(({ name }) => name === row.against?.row),
          row.name,
        );
  });
});
