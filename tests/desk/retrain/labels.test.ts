import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TrainingDataError } from '../../../desk/retrain/errors.ts';
import { labelsOf, rareLabels } from '../../../desk/retrain/labels.ts';
import type { LabelledTable } from '../../../desk/tables/labelled.ts';

/** `a|b`: a row with two labels */
const table = (path: string, ...cells: string[]): LabelledTable => ({
  path,
  rows: cells.map((cell, i) => ({ id: String(i), text: 'some words', labels: cell.split('|') })),
  counts: new Map(
    cells
      .flatMap((cell) => cell.split('|'))
      .map((label) => [label, cells.filter((cell) => cell.split('|').includes(label)).length]),
  ),
  leftOut: { noLabel: 0, noText: 0, rejected: 0 },
  warnings: [],
});
const of = (train: string[], dev: string[], named?: string | null) =>
  labelsOf(table('train.csv', ...train), table('dev.csv', ...dev), named);

describe('labels', () => {
  it('put the neutral one first, found by its name', () => {
    assert.deepEqual(of(['toxic', 'fine'], ['fine', 'toxic']), {
      labels: ['fine', 'toxic'],
      neutral: 'fine',
      none: null,
    });
    assert.deepEqual(of(['1', '0'], ['0', '1']), { labels: ['0', '1'], neutral: '0', none: null });
    assert.deepEqual(of(['No hate', 'hate'], ['hate', 'No hate']).neutral, 'No hate');
  });

  it('have no neutral one where several could be meant, or where it was said so', () => {
    assert.equal(of(['fine', 'none', 'x'], ['x', 'fine', 'none']).neutral, null);
    assert.deepEqual(of(['fine', 'b'], ['fine', 'b'], null), { labels: ['b', 'fine'], neutral: null, none: null });
  });

  it('follow the person who names it', () => {
    assert.deepEqual(of(['a', 'b'], ['a', 'b'], 'b'), { labels: ['b', 'a'], neutral: 'b', none: null });
    assert.throws(() => of(['a', 'b'], ['a', 'b'], 'c'), /no label "c" in train\.csv/);
  });

  it('must be two or more, and the same in both parts', () => {
    assert.throws(() => of(['a', 'a'], ['a']), TrainingDataError);
    assert.throws(() => of(['a', 'b'], ['a']), /dev\.csv: no row has the label "b"/);
    assert.throws(() => of(['a', 'b'], ['a', 'b', 'c']), /dev\.csv has the label "c"/);
  });

  it('look like another column where there are very many or very long ones', () => {
    const many = Array.from({ length: 1001 }, (_, i) => `a sentence ${i}`);
    assert.throws(() => of(many, many), /1001 different labels/);
    const long = ['x'.repeat(201), 'fine'];
    assert.throws(() => of(long, long), /a label has 201 characters/);
  });

  it('are rare where a part has fewer than ten rows of one', () => {
    const [train, dev] = [table('train.csv', ...Array<string>(10).fill('a'), 'b'), table('dev.csv', 'a', 'b')];
    const said = rareLabels(train, dev, ['a', 'b']);
    assert.match(said[0] ?? '', /^train\.csv .*\("b" 1\): too few/);
    assert.match(said[1] ?? '', /^dev\.csv .*\("a" 1, "b" 1\)/);
    assert.deepEqual(rareLabels(train, train, ['a']), []);
  });
});

describe('several labels a row', () => {
  const several = (train: string[], dev: string[], named?: string | null) =>
    labelsOf(table('train.csv', ...train), table('dev.csv', ...dev), named, true);

  it('have a word for none of them, which is no label', () => {
    const set = { labels: ['insult', 'threat'], neutral: null, none: 'none' };
    assert.deepEqual(several(['insult|threat', 'none', 'threat'], ['none', 'threat', 'insult']), set);
    // A part that has no row without a label is none that lacks something.
    assert.deepEqual(several(['insult|threat', 'none', 'threat'], ['threat', 'insult']), set);
    assert.deepEqual(several(['insult|threat', 'threat'], ['none', 'threat', 'insult']), set);
    assert.deepEqual(several(['a|b', 'a', 'b'], ['a', 'b']), { labels: ['a', 'b'], neutral: null, none: null });
    assert.equal(several(['a|b', 'a', 'leer'], ['a', 'b'], 'leer').none, 'leer');
  });

  it('must differ between rows, and be known in both parts', () => {
    assert.throws(() => several(['a|b', 'a|b'], ['a', 'b']), /every row has the same labels \("a", "b"\)/);
    assert.throws(() => several(['none', 'none'], ['none']), /every row has the same labels \("none"\)/);
    assert.throws(() => several(['a|b', 'a'], ['a']), /dev\.csv: no row has the label "b"/);
    assert.throws(() => several(['a', 'none'], ['a|c']), /dev\.csv has the label "c"/);
  });

  it('are suspected where | stands in labels', () => {
    // The table of this test cuts at |, as the reader does when it is told.
    const uncut = (path: string, ...labels: string[]): LabelledTable => ({
      ...table(path, ...labels),
      counts: new Map(labels.map((label) => [label, 1])),
    });
    assert.throws(
      () => labelsOf(uncut('train.csv', 'a|b', 'a'), uncut('dev.csv', 'a'), undefined),
      (error) => error instanceof TrainingDataError && /--multi-label/.test(error.remedy),
    );
  });
});
