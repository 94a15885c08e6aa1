import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TrainingDataError } from '../../../desk/retrain/errors.ts';
import { labelsOf } from '../../../desk/retrain/labels.ts';
import type { LabelledTable } from '../../../desk/tables/labelled.ts';

const table = (path: string, ...labels: string[]): LabelledTable => ({
  path,
  rows: labels.map((label, i) => ({ id: String(i), text: 'some words', labels: [label] })),
  counts: new Map(labels.map((label) => [label, labels.filter((other) => other === label).length])),
  leftOut: { noLabel: 0, noText: 0, rejected: 0 },
  warnings: [],
});
const of = (train: string[], dev: string[], named?: string | null) =>
  labelsOf(table('train.csv', ...train), table('dev.csv', ...dev), named);

describe('labels', () => {
  it('put the neutral one first, found by its name', () => {
    assert.deepEqual(of(['toxic', 'fine'], ['fine', 'toxic']), { labels: ['fine', 'toxic'], neutral: 'fine' });
    assert.deepEqual(of(['1', '0'], ['0', '1']), { labels: ['0', '1'], neutral: '0' });
    assert.deepEqual(of(['No hate', 'hate'], ['hate', 'No hate']).neutral, 'No hate');
  });

  it('have no neutral one where several could be meant, or where it was said so', () => {
    assert.equal(of(['fine', 'none', 'x'], ['x', 'fine', 'none']).neutral, null);
    assert.deepEqual(of(['fine', 'b'], ['fine', 'b'], null), { labels: ['b', 'fine'], neutral: null });
  });

  it('follow the person who names it', () => {
    assert.deepEqual(of(['a', 'b'], ['a', 'b'], 'b'), { labels: ['b', 'a'], neutral: 'b' });
    assert.throws(() => of(['a', 'b'], ['a', 'b'], 'c'), /no label "c" in train\.csv/);
  });

  it('must be two or more, and the same in both parts', () => {
    assert.throws(() => of(['a', 'a'], ['a']), TrainingDataError);
    assert.throws(() => of(['a', 'b'], ['a']), /dev\.csv: no row has the label "b"/);
    assert.throws(() => of(['a', 'b'], ['a', 'b', 'c']), /dev\.csv has the label "c"/);
  });
});
