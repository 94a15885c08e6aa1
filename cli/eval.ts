import { Command } from '@commander-js/extra-typings';
import { chooseModel } from '../desk/models/choose.ts';
import { evaluateAdapter } from '../desk/retrain/evaluate.ts';
import { run, type Setting } from './run.ts';
import { noteTable } from './tables.ts';
import { evaluationJson, evaluationLines } from './terminal/evaluation.ts';
import { counted } from './terminal/figures.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';

/** Length of the queue whose recall is shown. */
const FIRST = 200;

const command = () =>
  new Command('eval')
    .summary('measure an adapter on labelled rows')
    .description(
      'Measures an adapter on labelled rows, with 95% bootstrap intervals, beside character n-grams and random order. For an adapter that gives several labels, those of a row stand with | between them.',
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
  const { name } = chosen.adapter;
  if (options.json) screen.line(JSON.stringify(evaluationJson(name, measured)));
  else for (const line of evaluationLines(name, measured, screen.columns)) screen.line(line);
}
