import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { z } from 'zod';
import { BACKENDS } from '../engine/contract.ts';
import type { TrainingUnit } from '../engine/train/rows.ts';
import { MethodError } from '../desk/retrain/errors.ts';
import { TRAINING_METHODS, type MethodChoice, type TrainingMethod } from '../desk/retrain/method.ts';
import { PRESETS, presetOf, withPreset } from '../desk/retrain/presets.ts';
import { trainAdapter } from '../desk/retrain/train.ts';
import { aboveZero, amount, fraction, natural, positive } from './options.ts';
import { run, type Setting } from './run.ts';
import { noteTable } from './tables.ts';
import { count, counted, share } from './terminal/figures.ts';
import { Interrupted, WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';

const command = () =>
  new Command('train')
    .summary('train an adapter from labelled rows')
    .description(
      'Trains an adapter on a base model of this computer and writes it with a JSON report beside it (NAME.report.json).',
    )
    .optionsGroup('Rows:')
    .requiredOption('--train <file>', 'labelled rows to learn from: CSV, TSV, JSON lines, Parquet, also packed')
    .requiredOption('--dev <file>', 'labelled rows on which the best epoch, or the strength of a probe, is picked')
    .option('--text <column>', 'column of the text')
    .option('--label <column>', 'column of the label')
    .option('--id <column>', 'column of the id')
    .option('--neutral <label>', 'the label that means "nothing to review"; default: by its name (fine, none, 0 …)')
    .option('--no-neutral', 'no label means "nothing to review"')
    .option('--multi-label', 'a row may have several labels, with | between them; the neutral one means none', false)
    .optionsGroup('What comes out:')
    .requiredOption('--out <file>', 'the adapter: NAME.gguf', adapterName)
    .option('--name <name>', 'name of the adapter; default: that of its file', name)
    .option(
      '--languages <list>',
      'languages that it is for, such as en,de; default: those of the training texts',
      languages,
    )
    .optionsGroup('What learns:')
    .addOption(
      new Option(
        '--preset <preset>',
        `base model and method by name; options beside it win. ${PRESETS.map((name) => `${name}: ${presetOf(name).why}`).join('; ')}`,
      ).choices(PRESETS),
    )
    .option(
      '--method <method>',
      'needed without a preset. probe: a linear head on frozen states; mlp: a head with a hidden layer; lora, ds-lora, dora, adalora, houlsby: the layers learn too; full: all weights of the layers, which makes a model file of its own',
      method,
    )
    .option(
      '--model <file>',
      'base model, by path or id; default: that of the preset, else the first one that comes with the program',
    )
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
    .option('--rank <n>', 'lora, ds-lora, dora, adalora: rank of the update; default: 8', positive)
    .option('--start-rank <n>', 'adalora: rank before triplets are dropped; default: 1.5 times the rank', positive)
    .option('--alpha <n>', 'lora, ds-lora, dora, adalora: the update is scaled by alpha/rank; default: 16', aboveZero)
    .option(
      '--targets <list>',
      'linear layers that learn; default: attn_q,attn_v (houlsby: attn_output,ffn_down)',
      (text) => text.split(',').map((name) => name.trim()),
    )
    .option('--from <layer>', 'the lowest layer that learns; default: 0', natural)
    .option('--bottleneck <n>', 'houlsby: hidden width; default: 32', positive)
    .option('--gate <gate>', 'ds-lora: linear, or the hidden width of its MLP; default: 16', gate)
    .addOption(
      new Option('--scope <scope>', 'ds-lora: what a gate sees; default: token').choices([
        'token',
        'instance',
      ] as const),
    )
    .option('--hidden <n>', 'width of a hidden layer in the head; default: 0 (mlp: 128)', natural)
    .optionsGroup('How it learns:')
    .option('--epochs <n>', 'passes over the training rows; default: 3 (mlp: 20)', positive)
    .option('--patience <n>', 'epochs without a better dev macro-F1 after which it stops; default: 5', positive)
    .option('--batch <n>', 'texts of one step, however it is cut to fit the memory; default: 16', positive)
    .option('--lr <rate>', 'learning rate; default: 0.001 (mlp: 0.003, full: 0.00005)', aboveZero)
    .option('--gate-rate <n>', 'ds-lora: learning rate of gates, as a factor on the others’; default: 1', amount)
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
    .option(
      '--lambda <n>',
      'strength of the L1 that makes the update sparse; default: 0.001 for ds-lora, else 0',
      amount,
    )
    .option('--dropout <share>', 'share of what goes into a module that is left out at random; default: 0', fraction)
    .option('--label-smoothing <share>', 'share of each label that is spread over all; default: 0', fraction)
    .addOption(
      new Option(
        '--class-weights <kind>',
        'rare labels count more (balanced), or all rows the same; default: balanced',
      ).choices(['balanced', 'none'] as const),
    )
    .option('--seed <n>', 'for all that is drawn at random; default: 0', natural)
    .optionsGroup('This computer:')
    .option('--memory <mb>', 'what a step may take for its activations; default: 1024', positive)
    .addOption(new Option('--backend <backend>', 'where it is computed; default: auto').choices(BACKENDS))
    .option('--resume', 'go on with a training that was cut off, from its last whole epoch (OUT.checkpoint)', false)
    .option('--json', 'print the report as JSON', false);

const Part = z.object({ notRead: z.number() });
const Halted = z.object({ step: z.number(), rows: z.array(z.string()) });
const Report = z.object({
  devMacroF1: z.number(),
  ngramDevMacroF1: z.number().optional(),
  train: Part,
  dev: Part,
  halted: Halted.optional(),
});

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
  if (/[^/\\]\.gguf$/.test(text)) return text;
  throw new InvalidArgumentError('The name of an adapter ends in .gguf.');
}

function name(text: string): string {
  if (text.trim() !== '' && text.length <= 200) return text;
  throw new InvalidArgumentError('A name has 1 to 200 characters.');
}

function languages(text: string): readonly string[] {
  const tags = text.split(',').map((tag) => tag.trim());
  if (tags.every((tag) => /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/i.test(tag) && tag.length <= 35)) return tags;
  throw new InvalidArgumentError('It must be tags such as en,de or pt-BR.');
}

const STAGES = { reading: 'Reading the rows', opening: 'Opening the model', training: 'Training' } as const;

/** What is done while the engine counts something. */
const DOING: Readonly<Record<string, { readonly what: string; readonly unit: string }>> = {
  'tokenised texts': { what: 'Cutting the texts into tokens', unit: 'texts' },
  texts: { what: 'Reading all texts once', unit: 'texts' },
  steps: { what: 'Training', unit: 'steps' },
  'dev texts': { what: 'Measuring on dev', unit: 'texts' },
  passes: { what: 'Training the n-grams to compare with', unit: 'passes' },
} satisfies Record<TrainingUnit, object>;

async function train(setting: Setting, options: Options): Promise<void> {
  const { screen, places } = setting;
  const stopped = new AbortController();
  const signal = AbortSignal.any([setting.signal, stopped.signal]);
  using progress = new Progress(screen, { quiet: options.json });
  await using supervisor = setting.engine((line) => progress.say(line));
  const { train: trainFile, dev, out, text, label, id, neutral, name, languages, json, ...rest } = options;
  const { model, depth, pooling, instruction, resume, multiLabel, backend, preset, ...choice } = rest;
  const chosen = preset ? withPreset(preset, { model, depth, choice }) : { model, depth, choice: withMethod(choice) };
  const input = {
    ...{ name, languages, pooling, instruction, resume, multiLabel, backend, dev, out, ...chosen },
    train: trainFile,
    columns: { text, label, id },
    neutral: neutral === false ? null : neutral,
  };
  let training = false;
  setting.finish.addEventListener('abort', () => {
    // Before the first step there is nothing to keep.
    if (!training || chosen.choice.method === 'probe') stopped.abort();
    else progress.say('Finishing with the best so far. Ctrl-C again stops at once and keeps nothing.');
  });
  try {
    const { report, adapterFile, modelFile, reportFile, tables } = await trainAdapter(supervisor, places, input, {
      signal,
      finish: setting.finish,
      onStage: (stage) => progress.update({ what: STAGES[stage], done: 0, total: 0, unit: '' }),
      onNote: (note) => progress.say(safeLine(note)),
      onProgress: ({ done, total, unit, figures, note }) => {
        if (note !== undefined) return progress.say(safeLine(note));
        training ||= unit === 'dev texts' || (unit === 'steps' && done > 0);
        const doing = DOING[unit] ?? { what: 'Training', unit };
        const secondsLeft = figures?.['seconds_left'];
        progress.update({
          ...doing,
          done,
          total,
          ...(secondsLeft !== undefined && { secondsLeft }),
          ...(figures && { detail: detailOf(figures) }),
        });
      },
    });
    progress.clear();
    for (const table of tables) noteTable(screen, table);
    if (json) screen.line(JSON.stringify(report));
    else {
      const { devMacroF1, ngramDevMacroF1, train, dev, halted } = Report.parse(report);
      screen.paragraph(
        `${safeLine(adapterFile)}: macro-F1 ${share(devMacroF1)} on dev${ngramDevMacroF1 === undefined ? '' : `; character n-grams ${share(ngramDevMacroF1)}`}.`,
      );
      for (const [part, { notRead }] of [
        [options.train, train],
        [options.dev, dev],
      ] as const)
        if (notRead > 0)
          screen.paragraph(
            `${safeLine(part)}: ${counted(notRead, 'row')} not read, because the text is longer than the model takes.`,
          );
      if (modelFile !== null)
        screen.paragraph(`Its model: ${safeLine(modelFile)}. Add it with  moderato models add ${modelFile}`);
      if (halted) screen.paragraph(haltedInWords(halted), 'yellow');
      if (report['interrupted'] === true) screen.paragraph('Finished early: this is the best that there was by then.');
      screen.paragraph(
        `${chosen.choice.method === 'probe' ? 'The strength' : 'The epoch'} was picked on dev, so that figure is a little too good: measure it with  moderato eval --adapter ${adapterFile} --data FILE`,
        'dim',
      );
      screen.paragraph(`Report: ${safeLine(reportFile)}`, 'dim');
    }
  } catch (error) {
    if (signal.aborted) throw new Interrupted(`Stopped. Nothing was written to ${out}.`);
    if (error instanceof MethodError) throw new WrongUsage(error.message, error.remedy);
    throw error;
  }
}

function withMethod({ method, ...choice }: Partial<MethodChoice>): MethodChoice {
  if (method) return { ...choice, method };
  throw new WrongUsage(
    'It was not said what to train.',
    `Name a preset (--preset ${PRESETS.join('|')}) or a method (--method).`,
  );
}

/** Rows of a batch that are named. */
const NAMED = 32;

function haltedInWords({ step, rows }: z.infer<typeof Halted>): string {
  const more = rows.length > NAMED ? ` and ${count(rows.length - NAMED)} more` : '';
  const where =
    rows.length === 0
      ? `Stopped after step ${step}: on dev its numbers were no longer finite.`
      : `Stopped at step ${step}: its numbers were no longer finite. The batch held the rows ${rows.slice(0, NAMED).map(safeLine).join(', ')}${more}.`;
  return `${where} This is the best of the epochs before.`;
}

function detailOf(figures: Readonly<Record<string, number>>): string {
  const { epoch, epochs, loss, dev_macro_f1: f1, tokens_per_second: rate } = figures;
  return [
    epoch === undefined ? '' : `epoch ${epoch}${epochs === undefined ? '' : ` of ${epochs}`}`,
    loss === undefined ? '' : `loss ${loss.toFixed(3)}`,
    f1 === undefined ? '' : `dev F1 ${share(f1)}`,
    rate === undefined ? '' : `${count(rate)} tok/s`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
