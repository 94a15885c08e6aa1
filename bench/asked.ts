/** What somebody asks of a bench on the command line: which one, and with what. */
import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import type { BenchOptions } from './figure.ts';
import { NAMES } from './measured.ts';

type Name = (typeof NAMES)[number];

/** What each of them measures. */
const WHAT: Readonly<Record<Name, string>> = {
  ablation: 'quality: what each method learns',
  audit: 'functional tests, groups, spellings',
  desk: 'how soon the desk shows, stores and finds things',
  explain: 'whether explanations are true',
  guarantee: 'recall targets: what they save, and whether they hold',
  import: 'exports into a workspace',
  insights: 'whether the figures that the program shows are right',
  labels: 'what a decision is worth, by the order and the start',
  language: 'whether adapting to unlabelled messages first helps (PyTorch)',
  retrain: "whether 300 decisions teach a community's rule",
  score: 'texts to states',
  train: 'training',
  window: 'the window over a million messages: keys, scrolling, start, memory',
};

export interface Asked {
  readonly name: Name;
  readonly json: boolean;
  readonly options: Omit<BenchOptions, 'say'>;
}

/** @param words as they were typed. @throws CommanderError once it has printed what is wrong, or the help that was asked for */
export function asked(words: readonly string[]): Asked {
  const command = new Command('npm run bench --')
    .description(
      'Measures one of the published figures, beside its peers in the same run. What each bench needs, and how it measures: bench/README.md.',
    )
    .argument('<name>', `one of: ${NAMES.join(', ')}`, benchName)
    .option('--json', 'print JSON', false)
    .option('--data <dir>', 'folder with the data sets, for benches that read them', folder)
    .option('--peer <name>', 'a peer that needs more than this checkout, such as torch; may be said again', more)
    .option('--adapter <file>', 'adapter that is measured; default: the one that comes with the program')
    .option('--scale <n>', 'how much is measured: 0.1 is a tenth, quick and too little to publish', scale, 1)
    .option('--table <name>', 'of a bench of several parts this one alone; may be said again', more)
    .option('--seed <n>', 'of a bench with seeds this one alone; may be said again', seed)
    .option('--results <file>', 'where results are kept that a later run need not make again')
    .option('--unmask', 'print texts of data sets, which are abusive', false)
    .addHelpText('after', `\nBenches:\n${NAMES.map((name) => `  ${name.padEnd(11)}${WHAT[name]}`).join('\n')}`)
    .showHelpAfterError('`npm run bench -- --help` lists the benches and their options.')
    .exitOverride();
  if (words.length === 0) command.help({ error: true });
  command.parse(words, { from: 'user' });
  const { json, data = null, peer: peers = [], adapter = null, results = null, ...rest } = command.opts();
  const { table: tables = [], seed: seeds = [], ...others } = rest;
  return { name: command.processedArgs[0], json, options: { data, peers, adapter, results, tables, seeds, ...others } };
}

function benchName(text: string): Name {
  const known = NAMES.find((name) => name === text);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`It must be one of ${NAMES.join(', ')}.`);
}

function folder(path: string): string {
  if (existsSync(path)) return path;
  throw new InvalidArgumentError('There is no such folder.');
}

function scale(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

function seed(text: string, before: readonly number[] = []): readonly number[] {
  if (/^\d+$/.test(text)) return [...before, Number(text)];
  throw new InvalidArgumentError('It must be a whole number from 0.');
}

const more = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
