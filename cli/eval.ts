import { Command } from '@commander-js/extra-typings';
import { chooseModel } from '../desk/models/choose.ts';
import type { Evaluation } from '../desk/insight/evaluation.ts';
import { evaluateAdapter, type Measured } from '../desk/retrain/evaluate.ts';
import { run, type Setting } from './run.ts';
import { noteTable } from './tables.ts';
import { count, counted, share } from './terminal/figures.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';
import type { Screen } from './terminal/screen.ts';
import { table } from './terminal/table.ts';
import { wrap } from './terminal/width.ts';

/** Length of the queue whose recall is shown. */
const FIRST = 200;

const command = () =>
  new Command('eval')
    .summary('measure an adapter on labelled rows')
    .description(
      'Measures an adapter on labelled rows, with 95% bootstrap intervals, beside character n-grams and random order.',
    )
    .requiredOption('--data <file>', 'labelled rows: CSV, TSV, JSON lines, Parquet, also packed; - is standard input')
    .option('--adapter <file>', 'adapter to measure; default: the one that comes with the program')
    .option('--model <file>', 'base model, by path or id; default: the one that the adapter names')
    .option('--text <column>', 'column of the text')
    .option('--label <column>', 'column of the label')
    .option('--id <column>', 'column of the id')
    .option('--deterministic', 'the same scores to the last bit every time; slower', false)
    .option('--json', 'print JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const evalVerb = () => command().action((options) => run((setting) => evaluateData(setting, options)));

const STAGES = { reading: 'Reading the rows', opening: 'Opening the model', measuring: 'Measuring' } as const;

async function evaluateData(setting: Setting, options: Options): Promise<void> {
  const { screen, places, signal } = setting;
  const chosen = await chooseModel(places, options);
  using progress = new Progress(screen, { quiet: options.json });
  await using supervisor = setting.engine((line) => progress.say(line));
  const { data, text, label, id, deterministic } = options;
  const input = { data, columns: { text, label, id }, chosen, deterministic, firsts: [FIRST] };
  const measured = await evaluateAdapter(supervisor, places, input, {
    signal,
    onStage: (stage) => progress.update({ what: STAGES[stage], done: 0, total: 0, unit: '' }),
    onProgress: (done, total) => progress.update({ what: 'Scoring', done, total, unit: 'rows' }),
  });
  progress.clear();
  noteTable(screen, measured.table);
  for (const [word, meant] of Object.entries(measured.renamed)) {
    screen.note(`  "${safeLine(word)}" of the data counts as "${safeLine(meant)}" of the adapter.`);
  }
  if (measured.notRead > 0)
    screen.note(`  ${counted(measured.notRead, 'row')} not read by the model; they are in no figure.`);
  if (options.json) screen.line(JSON.stringify(asJson(chosen.adapter.name, measured)));
  else for (const line of lines(screen, chosen.adapter.name, measured)) screen.line(line);
}

function asJson(adapter: string, { model, ngrams, labels, notRead, renamed }: Measured): object {
  const { random_order, confusion, ...figures } = model;
  const baseline = (e: Evaluation): object => {
    const { rows: _rows, positives: _positives, random_order: _random, confusion: counts, ...rest } = e;
    return { ...rest, confusion: { labels, counts } };
  };
  return {
    adapter,
    ...figures,
    not_read: notRead,
    renamed,
    confusion: { labels, counts: confusion },
    char_ngrams: ngrams === null ? null : baseline(ngrams),
    random_order,
  };
}

function lines(screen: Screen, adapter: string, { model, ngrams, labels }: Measured): string[] {
  const value = ({ value: v, low, high }: { value: number; low: number; high: number }): string =>
    Number.isNaN(v) ? '–' : `${share(v)} (${share(low)} … ${share(high)})`;
  const random = model.random_order;
  const first = (e: Evaluation): string => (e.recall_in_first[0] === undefined ? '–' : value(e.recall_in_first[0]));
  const plain = (n: number | undefined): string => (n === undefined || Number.isNaN(n) ? '–' : share(n));
  const rows: [string, (e: Evaluation) => string, string][] = [
    ['accuracy', (e) => value(e.accuracy), ''],
    ['macro-F1', (e) => value(e.macro_f1), ''],
    ['AUPRC', (e) => value(e.auprc), plain(random.auprc)],
    ['AUROC', (e) => value(e.auroc), plain(random.auroc)],
    ['ECE', (e) => value(e.ece), ''],
    [`recall in the first ${FIRST}`, first, plain(random.recall_in_first[0]?.value)],
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
  const right = (head: string) => ({ head, side: 'right' as const });
  return [
    `${counted(model.rows, 'row')}, ${count(model.positives)} to find. In brackets: 95% interval (bootstrap).`,
    '',
    ...table(heads, cells, screen.columns),
    '',
    ...table(
      [{ head: 'label' }, right('precision'), right('recall'), right('F1'), right('rows')],
      classes,
      screen.columns,
    ),
    '',
    ...table(
      [{ head: 'given \\ said' }, ...labels.map((label) => right(safeLine(label)))],
      labels.map((label, i) => [safeLine(label), ...(model.confusion[i] ?? []).map(count)]),
      screen.columns,
    ),
    ...(ngrams === null ? wrap('This adapter carries no n-gram baseline.', screen.columns) : []),
  ];
}
