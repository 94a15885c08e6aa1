import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { trainAdapter } from '../desk/retrain/train.ts';
import { natural, positive } from './options.ts';
import { run, type Setting } from './run.ts';
import { noteTable } from './tables.ts';
import { share } from './terminal/figures.ts';
import { Interrupted } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';

/** Methods of later releases, so that asking for one is told from a slip of the pen. */
const LATER = ['lora', 'ds-lora', 'dora', 'adalora', 'houlsby', 'mlp', 'full'];

const command = () =>
  new Command('train')
    .summary('train an adapter from labelled rows')
    .description(
      'Trains an adapter on a base model of this computer and writes it with a JSON report beside it (NAME.report.json).',
    )
    .requiredOption('--train <file>', 'labelled rows to learn from: CSV, TSV, JSON lines, Parquet, also packed')
    .requiredOption('--dev <file>', 'labelled rows on which the strength of the regularisation is picked')
    .requiredOption('--method <method>', 'probe: a linear head on the frozen states of the base model', method)
    .requiredOption('--out <file>', 'the adapter: NAME.gguf', adapterName)
    .option('--model <file>', 'base model, by path or id; default: the first one that comes with the program')
    .option('--depth <n>', 'exit depth: layers that are run; default: all', positive)
    .addOption(
      new Option('--pooling <pooling>', 'how the states of the tokens become one; default: mean').choices([
        'mean',
        'last',
        'cls',
      ] as const),
    )
    .option('--instruction <text>', 'put before every text, as embedding models want it; \\n is a line break', (text) =>
      text.replaceAll('\\n', '\n'),
    )
    .option('--text <column>', 'column of the text')
    .option('--label <column>', 'column of the label')
    .option('--id <column>', 'column of the id')
    .option('--neutral <label>', 'the label that means "nothing to review"; default: by its name (fine, none, 0 …)')
    .option('--no-neutral', 'no label means "nothing to review"')
    .option('--name <name>', 'name of the adapter; default: that of its file')
    .option(
      '--languages <list>',
      'languages that it is for, such as en,de; default: those of the training texts',
      (text) => text.split(',').map((tag) => tag.trim()),
    )
    .option('--seed <n>', 'recorded in the adapter; this method draws nothing at random', natural)
    .option('--json', 'print the report as JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const trainVerb = () => command().action((options) => run((setting) => train(setting, options)));

function method(text: string): 'probe' {
  if (text === 'probe') return text;
  throw new InvalidArgumentError(
    LATER.includes(text) ? `The method ${text} comes with a later release; probe is there now.` : 'It must be probe.',
  );
}

function adapterName(text: string): string {
  if (text.endsWith('.gguf')) return text;
  throw new InvalidArgumentError('The name of an adapter ends in .gguf.');
}

const STAGES = { reading: 'Reading the rows', opening: 'Opening the model', training: 'Training' } as const;

async function train(setting: Setting, options: Options): Promise<void> {
  const { screen, places, signal } = setting;
  using progress = new Progress(screen, { quiet: options.json });
  await using supervisor = setting.engine((line) => progress.say(line));
  const { train: trainFile, dev, out, text, label, id, neutral, ...rest } = options;
  const input = {
    ...rest,
    train: trainFile,
    dev,
    out,
    columns: { text, label, id },
    neutral: neutral === false ? null : neutral,
  };
  try {
    const { report, adapterFile, reportFile, tables } = await trainAdapter(supervisor, places, input, {
      signal,
      onStage: (stage) => progress.update({ what: STAGES[stage], done: 0, total: 0, unit: '' }),
      onProgress: ({ done, total, unit }) => progress.update({ what: 'Training', done, total, unit }),
    });
    progress.clear();
    for (const table of tables) noteTable(screen, table);
    if (options.json) screen.line(JSON.stringify(report));
    else {
      const figure = (name: string): string => (typeof report[name] === 'number' ? share(report[name]) : '–');
      screen.paragraph(
        `${safeLine(adapterFile)}: macro-F1 ${figure('devMacroF1')} on dev; character n-grams ${figure('ngramDevMacroF1')}.`,
      );
      screen.paragraph(
        `The strength was picked on dev, so that figure is a little too good: measure it with  moderato eval --adapter ${adapterFile} --data FILE`,
        'dim',
      );
      screen.paragraph(`Report: ${safeLine(reportFile)}`, 'dim');
    }
  } catch (error) {
    if (signal.aborted) throw new Interrupted(`Stopped. Nothing was written to ${out}.`);
    throw error;
  }
}
