/** What an adapter is worth, as JSON and as tables. */
import type { Evaluation, Figure } from '../../desk/insight/evaluation.ts';
import type { MultiLabelEvaluation } from '../../desk/insight/multi-label.ts';
import type { Measured } from '../../desk/retrain/evaluate.ts';
import { count, counted, share } from './figures.ts';
import { safeLine } from './safe-text.ts';
import { table } from './table.ts';
import { wrap } from './width.ts';

type Exclusive = Extract<Measured, { task: 'exclusive' }>;
type MultiLabel = Extract<Measured, { task: 'multi-label' }>;

export function evaluationJson(adapter: string, measured: Measured): object {
  const { notRead: not_read, renamed } = measured;
  return measured.task === 'exclusive'
    ? { adapter, ...exclusiveJson(measured), not_read, renamed }
    : { adapter, task: measured.task, ...measured.model, none_label: measured.none, not_read, renamed };
}

function exclusiveJson({ model, ngrams, labels }: Exclusive): object {
  const { random_order, confusion, ...figures } = model;
  const baseline = (e: Evaluation): object => {
    const { rows: _rows, positives: _positives, random_order: _random, confusion: counts, ...rest } = e;
    return { ...rest, confusion: { labels, counts } };
  };
  return {
    ...figures,
    confusion: { labels, counts: confusion },
    char_ngrams: ngrams === null ? null : baseline(ngrams),
    random_order,
  };
}

/** Lines for a terminal of so many columns. @param adapter its name */
export function evaluationLines(adapter: string, measured: Measured, columns: number): string[] {
  return measured.task === 'exclusive'
    ? exclusiveLines(adapter, measured, columns)
    : multiLabelLines(adapter, measured, columns);
}

const value = ({ value: v, low, high }: Figure): string =>
  Number.isNaN(v) ? '–' : `${share(v)} (${share(low)} … ${share(high)})`;
const plain = (n: number | undefined): string => (n === undefined || Number.isNaN(n) ? '–' : share(n));
const right = (head: string) => ({ head, side: 'right' as const });
const INTERVALS = 'In brackets: 95% interval (bootstrap).';

type Queue = Pick<Evaluation, 'auprc' | 'auroc' | 'recall_in_first' | 'random_order'>;

/** Figures of the order of the queue: name, what the order gives, what a random one gives. */
function queueRows<E extends Queue>(model: E): readonly [string, (e: E) => string, string][] {
  const random = model.random_order;
  return [
    ['AUPRC', (e) => value(e.auprc), plain(random.auprc)],
    ['AUROC', (e) => value(e.auroc), plain(random.auroc)],
    ...model.recall_in_first.map(({ k }, i): [string, (e: E) => string, string] => [
      `recall in the first ${k}`,
      (e) => (e.recall_in_first[i] === undefined ? '–' : value(e.recall_in_first[i])),
      plain(random.recall_in_first[i]?.value),
    ]),
  ];
}

function exclusiveLines(adapter: string, { model, ngrams, labels }: Exclusive, columns: number): string[] {
  const rows: readonly [string, (e: Evaluation) => string, string][] = [
    ['accuracy', (e) => value(e.accuracy), ''],
    ['macro-F1', (e) => value(e.macro_f1), ''],
    ['ECE', (e) => value(e.ece), ''],
    ...queueRows(model),
  ];
  const heads = [
    { head: '' },
    { head: safeLine(adapter) },
    ...(ngrams === null ? [] : [{ head: 'character n-grams' }]),
    { head: 'random order' },
  ];
  const cells = rows.map(([name, of, chance]) => [name, of(model), ...(ngrams === null ? [] : [of(ngrams)]), chance]);
  const classes = Object.entries(model.per_class).map(([label, figures]) => [
    safeLine(label),
    share(figures.precision),
    share(figures.recall),
    share(figures.f1),
    count(figures.support),
  ]);
  return [
    `${counted(model.rows, 'row')}, ${count(model.positives)} to find. ${INTERVALS}`,
    '',
    ...table(heads, cells, columns),
    '',
    ...table([{ head: 'label' }, right('precision'), right('recall'), right('F1'), right('rows')], classes, columns),
    '',
    ...table(
      [{ head: 'given \\ said' }, ...labels.map((label) => right(safeLine(label)))],
      labels.map((label, i) => [safeLine(label), ...(model.confusion[i] ?? []).map(count)]),
      columns,
    ),
    ...(ngrams === null ? wrap('This adapter carries no n-gram baseline.', columns) : []),
  ];
}

function multiLabelLines(adapter: string, { model, none }: MultiLabel, columns: number): string[] {
  const rows: readonly [string, (e: MultiLabelEvaluation) => string, string][] = [
    ['all labels right', (e) => value(e.exact_match), ''],
    ['macro-F1', (e) => value(e.macro_f1), ''],
    ['ECE, mean of the labels', (e) => value(e.ece), ''],
    ...queueRows(model),
  ];
  const heads = [{ head: '' }, { head: safeLine(adapter) }, { head: 'random order' }];
  const labels = Object.entries(model.per_label).map(([label, figures]) => [
    safeLine(label),
    share(figures.precision),
    share(figures.recall),
    share(figures.f1),
    plain(figures.auprc),
    plain(figures.ece),
    count(figures.support),
  ]);
  const columnsOfLabels = ['precision', 'recall', 'F1', 'AUPRC', 'ECE', 'rows'].map(right);
  return [
    `${counted(model.rows, 'row')}, ${count(model.positives)} with any label. ${INTERVALS}`,
    ...(none === null ? [] : [`"${safeLine(none)}" stands for no label.`]),
    '',
    ...table(
      heads,
      rows.map(([name, of, chance]) => [name, of(model), chance]),
      columns,
    ),
    '',
    ...table([{ head: 'label' }, ...columnsOfLabels], labels, columns),
    '',
    ...wrap('The order of the queue is by the most probable label of a row, to find rows with any.', columns),
  ];
}
