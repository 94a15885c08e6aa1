import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { z } from 'zod';
import { BACKENDS } from '../engine/contract.ts';
import { TRAINING_METHODS, type TrainingMethod } from '../desk/retrain/method.ts';
import { trainAdapter } from '../desk/retrain/train.ts';
import { aboveZero, amount, fraction, natural, positive } from './options.ts';
import { run, type Setting } from './run.ts';
import { noteTable } from './tables.ts';
import { count, share } from './terminal/figures.ts';
import { Interrupted } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';

const command = () =>
  new Command('train')
    .summary('train an adapter from labelled rows')
    .description(
      'Trains an adapter on a base model of this computer and writes it with a JSON report beside it (NAME.report.json).',
    )
    .requiredOption('--train <file>', 'labelled rows to learn from: CSV, TSV, JSON lines, Parquet, also packed')
    .requiredOption('--dev <file>', 'labelled rows on which the strength of the regularisation is picked')
    .requiredOption(
      '--method <method>',
      'probe: a linear head on frozen states; mlp: a head with a hidden layer; lora, ds-lora, dora, adalora, houlsby: the layers learn too; full: all weights of the layers, which makes a model file of its own',
      method,
    )
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
    .option('--multi-label', 'a row may have several labels, with | between them; the neutral one means none', false)
    .option('--epochs <n>', 'passes over the training rows; default: 3 (mlp: 20)', positive)
    .option('--lr <rate>', 'learning rate; default: 0.001 (mlp: 0.003, full: 0.00005)', aboveZero)
    .option('--batch <n>', 'texts of one step, however it is cut to fit the memory; default: 16', positive)
    .addOption(
      new Option('--schedule <schedule>', 'how the learning rate falls after the warm-up; default: linear').choices([
        'linear',
        'cosine',
        'constant',
      ] as const),
    )
    .option('--warm-up <share>', 'share of the steps in which the learning rate rises; default: 0.06', fraction)
    .option('--weight-decay <n>', 'of AdamW; default: 0.01', amount)
    .option('--clip <n>', 'the gradient is shortened to this length; default: 1', aboveZero)
    .option('--dropout <share>', 'share of what goes into a module that is left out at random; default: 0', fraction)
    .option('--label-smoothing <share>', 'share of each label that is spread over all; default: 0', fraction)
    .addOption(
      new Option(
        '--class-weights <kind>',
        'rare labels count more (balanced), or all rows the same; default: balanced',
      ).choices(['balanced', 'none'] as const),
    )
    .option('--patience <n>', 'epochs without a better dev macro-F1 after which it stops; default: 5', positive)
    .option('--rank <n>', 'lora, ds-lora, dora, adalora: rank of the update; default: 8', positive)
    .option('--start-rank <n>', 'adalora: rank before triplets are dropped; default: 1.5 times the rank', positive)
    .option('--alpha <n>', 'lora, ds-lora, dora, adalora: the update is scaled by alpha/rank; default: 16', aboveZero)
    .option(
      '--targets <list>',
      'linear layers that learn; default: attn_q,attn_v (houlsby: attn_output,ffn_down)',
      (text) => text.split(',').map((name) => name.trim()),
    )
    .option('--bottleneck <n>', 'houlsby: hidden width; default: 32', positive)
    .option('--from <layer>', 'the lowest layer that learns; default: 0', natural)
    .option(
      '--lambda <n>',
      'strength of the L1 that makes the update sparse; default: 0.001 for ds-lora, else 0',
      amount,
    )
    .option('--gate <gate>', 'ds-lora: linear, or the hidden width of its MLP; default: 16', gate)
    .addOption(
      new Option('--scope <scope>', 'ds-lora: what a gate sees; default: token').choices([
        'token',
        'instance',
      ] as const),
    )
    .option('--gate-rate <n>', 'ds-lora: learning rate of gates, as a factor on the others’; default: 1', amount)
    .option('--hidden <n>', 'width of a hidden layer in the head; default: 0 (mlp: 128)', natural)
    .option('--memory <mb>', 'what a step may take for its activations; default: 1024', positive)
    .addOption(new Option('--backend <backend>', 'where it is computed; default: auto').choices(BACKENDS))
    .option('--resume', 'go on with a training that was cut off, from its last whole epoch (OUT.checkpoint)', false)
    .option('--seed <n>', 'for all that is drawn at random; default: 0', natural)
    .option('--json', 'print the report as JSON', false);

const Halted = z.object({ step: z.number(), rows: z.array(z.string()) });

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const trainVerb = () =>
  command().action((options) => run((setting) => train(setting, options), { finishes: true }));

function method(text: string): TrainingMethod {
  const known = TRAINING_METHODS.find((one) => one === text);
  if (known) return known;
  throw new InvalidArgumentError(`It must be one of ${TRAINING_METHODS.join(', ')}.`);
}

function gate(text: string): 'linear' | number {
  return text === 'linear' ? text : positive(text);
}

function adapterName(text: string): string {
  if (text.endsWith('.gguf')) return text;
  throw new InvalidArgumentError('The name of an adapter ends in .gguf.');
}

const STAGES = { reading: 'Reading the rows', opening: 'Opening the model', training: 'Training' } as const;

async function train(setting: Setting, options: Options): Promise<void> {
  const { screen, places } = setting;
  const stopped = new AbortController();
  const signal = AbortSignal.any([setting.signal, stopped.signal]);
  using progress = new Progress(screen, { quiet: options.json });
  await using supervisor = setting.engine((line) => progress.say(line));
  const { train: trainFile, dev, out, text, label, id, neutral, name, languages, json, ...rest } = options;
  const { model, depth, pooling, instruction, resume, multiLabel, backend, ...choice } = rest;
  const input = {
    ...{ name, languages, model, depth, pooling, instruction, choice, resume, multiLabel, backend, dev, out },
    train: trainFile,
    columns: { text, label, id },
    neutral: neutral === false ? null : neutral,
  };
  let training = false;
  setting.finish.addEventListener('abort', () => {
    // Before the first step there is nothing to keep.
    if (!training || options.method === 'probe') stopped.abort();
    else progress.say('Finishing with the best so far. Ctrl-C again stops at once and keeps nothing.');
  });
  try {
    const { report, adapterFile, modelFile, reportFile, tables } = await trainAdapter(supervisor, places, input, {
      signal,
      finish: setting.finish,
      onStage: (stage) => progress.update({ what: STAGES[stage], done: 0, total: 0, unit: '' }),
      onProgress: ({ done, total, unit, figures, note }) => {
        if (note !== undefined) progress.say(note);
        training = true;
        progress.update({ what: 'Training', done, total, unit, ...(figures && { detail: detailOf(figures) }) });
      },
    });
    progress.clear();
    for (const table of tables) noteTable(screen, table);
    if (json) screen.line(JSON.stringify(report));
    else {
      const figure = (of: string): string => (typeof report[of] === 'number' ? share(report[of]) : '–');
      screen.paragraph(
        `${safeLine(adapterFile)}: macro-F1 ${figure('devMacroF1')} on dev; character n-grams ${figure('ngramDevMacroF1')}.`,
      );
      if (modelFile !== null)
        screen.paragraph(`Its model: ${safeLine(modelFile)}. Add it with  moderato models add ${modelFile}`);
      const halted = Halted.safeParse(report['halted']).data;
      if (halted)
        screen.paragraph(
          `Stopped at step ${halted.step}: its numbers were no longer finite. This is the best of the epochs before. The batch held the rows ${halted.rows.map(safeLine).join(', ')}.`,
          'yellow',
        );
      if (report['interrupted'] === true) screen.paragraph('Finished early: this is the best that there was by then.');
      screen.paragraph(
        `${options.method === 'probe' ? 'The strength' : 'The epoch'} was picked on dev, so that figure is a little too good: measure it with  moderato eval --adapter ${adapterFile} --data FILE`,
        'dim',
      );
      screen.paragraph(`Report: ${safeLine(reportFile)}`, 'dim');
    }
  } catch (error) {
    if (signal.aborted) throw new Interrupted(`Stopped. Nothing was written to ${out}.`);
    throw error;
  }
}

function detailOf(figures: Readonly<Record<string, number>>): string {
  const { epoch, loss, dev_macro_f1: f1, tokens_per_second: rate } = figures;
  return [
    epoch === undefined ? '' : `epoch ${epoch}`,
    loss === undefined ? '' : `loss ${loss.toFixed(3)}`,
    f1 === undefined ? '' : `dev F1 ${share(f1)}`,
    rate === undefined ? '' : `${count(rate)} tok/s`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
