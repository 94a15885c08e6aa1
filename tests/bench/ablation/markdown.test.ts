import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Cut, CutRow } from '../../../bench/ablation/cut.ts';
import { NOT_MEASURED, type Result } from '../../../bench/ablation/ledger.ts';
import { markdown, type Measured } from '../../../bench/ablation/markdown.ts';
import { momentsOf, scoresOf, spreadOf } from '../../../bench/ablation/scores.ts';
import { ours, type Table } from '../../../bench/ablation/spec.ts';

const LABELS = [0, 1, 0, 1, 1, 0];
const test: readonly CutRow[] = LABELS.map((label, i) => ({ id: `row-${i}`, text: `secret ${i} | here`, label }));
const CUT: Cut = {
  labels: ['normal', 'hateful'],
  train: test,
  dev: test,
  test,
  slices: [{ set: 'hatexplain', from: 0, to: 6 }],
  description: 'six rows',
  hash: 'h',
};
const DATA = { set: 'hatexplain', train: null, dev: null, test: null } as const;
const RUN = ours({ model: 'minilm' }, { method: 'lora' });

/** A run that gives each text this probability of label 1. */
const result = (hateful: readonly number[], more: Partial<Result> = {}): Result => ({
  ...NOT_MEASURED,
  settings: 'a program',
  probabilities: hateful.flatMap((p) => [1 - p, p]),
  devMacroF1: [],
  itemsPerSecond: 1234.5,
  wallSeconds: 1,
  ...more,
});
const RIGHT = LABELS.map((label) => (label === 1 ? 0.9 : 0.2));
/** wrong about rows 0 and 1 */
const HALF = RIGHT.map((p, i) => (i < 2 ? 1 - p : p));

const measured = (name: string, results: readonly Result[], more: Partial<Measured> = {}): Measured => ({
  row: { name, run: RUN },
  cut: CUT,
  results,
  failure: null,
  ...more,
});
const table = (more: Partial<Table> = {}): Table =>
  ({ name: 't', title: 'A table', shape: 'rows', data: DATA, rows: [], ...more }) as Table;
const shown = (of: Table, rows: readonly Measured[], unmask = false): string => markdown(of, rows, { unmask });

describe('a table of rows', () => {
  it('shows mean and range over seeds, in the columns of its header', () => {
    const text = shown(table(), [measured('LoRA', [result(RIGHT), result(HALF)])]);
    const [header, rule, row] = text.split('\n').filter((line) => line.startsWith('|'));
    assert.equal(header?.split('|').length, row?.split('|').length);
    assert.equal(header?.split('|').length, rule?.split('|').length);
    assert.match(row ?? '', /^\| LoRA \| \.833 \| \.667 to 1\.000 \| – \| 1,235 \| – \| – \|$/);
    assert.match(text, /^## A table\n\nsix rows\n/);
  });

  it('says what is a subset, what failed, and what was disturbed, and leaves out what was not run', () => {
    const text = shown(table(), [
      measured('asked', [result(RIGHT.slice(0, 4))]),
      measured('broken', [], { failure: 'no memory' }),
      measured('busy', [result(RIGHT, { tokensPerSecond: 10, others: 0.3 })]),
      measured('peer that is not here', []),
    ]);
    assert.match(text, /asked \(first 4 test rows\) \| 1\.000/);
    assert.match(text, /\| broken \| failed: no memory \|/);
    assert.match(text, /\| ~10 \| ~1,235 \|[^]*~ other programs/);
    assert.doesNotMatch(text, /not here/);
  });

  it('says whether a bar is met', () => {
    const against = { row: 'PyTorch', by: 0.01 };
    const line = (own: readonly number[], theirs: readonly number[]): string =>
      shown(table(), [
        measured('ours', [result(own)], { row: { name: 'ours', run: RUN, against } }),
        measured('PyTorch', [result(theirs)]),
      ]);
    assert.match(line(RIGHT, HALF), /- ours: 1\.000 beside \.667 \(PyTorch\); bar −\.010: met/);
    assert.match(line(HALF, RIGHT), /bar −\.010: \*\*missed\*\*/);
  });

  it('has an AUPRC and costs where it asks for them', () => {
    const text = shown(table({ columns: ['auprc', 'cost'] } as Partial<Table>), [
      measured('LoRA', [result(RIGHT, { trainSeconds: 7, peakMegabytes: 512.4, latency: 3.21 })]),
    ]);
    assert.match(text, /\| method \| macro-F1 \| range \| AUPRC \|.*\| train s \| peak MB \| ms for one text \|/);
    assert.match(text, /\| 1\.000 \| – \| 1\.000 \|.*\| 7 \| 512 \| 3\.2 \|/);
  });
});

describe('other tables', () => {
  const gated = (hateful: readonly number[]) =>
    result(hateful, { gates: { lower: LABELS.map((label) => 0.5 + label / 4) } });

  it('show gates by class, and no band that is not there', () => {
    const text = shown(table({ shape: 'gates' }), [measured('DS-LoRA', [gated(RIGHT)])]);
    assert.match(text, /\| DS-LoRA \| normal \| \.500 ± \.000 \| – \| – \|/);
    assert.match(text, /\| DS-LoRA \| hateful \| \.750 ± \.000 \| – \| – \|/);
  });

  it('show cases by id, and texts only when asked to', () => {
    const cases = table({ shape: 'cases', count: 6 } as Partial<Table>);
    const rows = [measured('LoRA', [result(HALF)]), measured('DS-LoRA', [gated(RIGHT)])];
    const text = shown(cases, rows);
    assert.match(text, /LoRA gets 2\.0 wrong that DS-LoRA gets right, and DS-LoRA gets 0\.0 wrong/);
    assert.match(text, /\| `row-1` \| hateful \| \.100 \| \.900 \| \.750 \|/);
    assert.match(text, /\| `row-0` \| normal \| \.200 \| \.800 \| \.500 \|/);
    assert.doesNotMatch(text, /secret/);
    assert.match(shown(cases, rows, true), /secret 1 \\\| here/);
  });

  it('show each test set in its own column', () => {
    const slices = [
      { set: 'davidson2017', from: 0, to: 3 },
      { set: 'hatexplain', from: 3, to: 6 },
    ] as const;
    const text = shown(table({ shape: 'sets' }), [
      measured('hatexplain', [result(RIGHT)]),
      measured('davidson', [result(HALF)], { cut: { ...CUT, slices } }),
    ]);
    const [header, , first, second] = text.split('\n').filter((line) => line.startsWith('|'));
    assert.match(header ?? '', /HateXplain \(6\) \| Davidson \(3\) \|/);
    assert.match(first ?? '', /\| hatexplain \| 6 \| 1\.000 \| – \|/);
    assert.match(second ?? '', /\| davidson \| 6 \| 1\.000 \| \.250 \|/);
  });
});

describe('scores', () => {
  it('are those of the rows that were read', () => {
    assert.deepEqual(scoresOf(result(RIGHT.slice(0, 2)), CUT), [{ macroF1: 1, auprc: 1 }]);
  });

  it('have no spread without values', () => {
    assert.equal(spreadOf([null, null]), null);
    assert.deepEqual(spreadOf([1, null, 3]), { mean: 2, least: 1, most: 3, count: 2 });
    assert.deepEqual(momentsOf([1, 3]), { mean: 2, deviation: Math.SQRT2 });
  });
});
