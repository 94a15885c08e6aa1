import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { makeScratch } from '../desk/triage/scratch.ts';
import { VerbDesk } from './desk.ts';
import { fraction } from './options.ts';
import { showJob } from './reading.ts';
import { run, type Setting } from './run.ts';
import { explanationLines } from './terminal/explanations.ts';
import { functionalLines } from './terminal/functional.ts';
import {
  auditLines,
  biasLines,
  conformalLines,
  driftLines,
  histogramLines,
  reliabilityLines,
  thresholdLines,
  volumeLines,
} from './terminal/insights.ts';
import { WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';

const command = () =>
  new Command('insights')
    .summary('what the figures say: thresholds, calibration, drift, volumes, test suites, explanations')
    .description(
      'Shows how the scores are spread, what each threshold would do, whether scores are probabilities, whether a new import reads otherwise, and how much was written where. Estimates rest on the audit sample alone.',
    )
    .option('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--threshold <score>', "flag from this score on, instead of the model's own threshold", fraction)
    .option('--bias', 'also show how wrong the same figures would be from decisions in the urgent order', false)
    .option(
      '--functional <path>',
      'instead: what the model makes of your copy of HateCheck, HatemojiCheck or Multilingual HateCheck (CSV, or a folder of them)',
    )
    .option(
      '--explanations',
      'instead: whether the explanations are true for the flagged messages of this workspace',
      false,
    )
    .option('--adapter <file>', 'with --functional: this adapter, instead of the model of the queue')
    .option('--model <file>', 'with --functional: its base model, by path or id')
    .option('--json', 'print JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const insightsVerb = () =>
  command().action((options) =>
    run((setting) => {
      if (options.functional === undefined)
        return options.explanations ? printExplanations(setting, options) : printInsights(setting, options);
      if (options.explanations)
        throw new WrongUsage('These are two tests.', 'Name --functional or --explanations, one at a time.');
      return printFunctional(setting, options, options.functional);
    }),
  );

async function printFunctional(setting: Setting, options: Options, path: string): Promise<void> {
  const { screen } = setting;
  using scratch = options.workspace === undefined ? makeScratch() : undefined;
  using progress = new Progress(screen, { quiet: options.json });
  await using desk = await VerbDesk.open(setting, options.workspace ?? scratch?.workspace ?? '', {
    create: scratch === undefined ? 'never' : 'may',
    say: (line) => progress.say(line),
  });
  const { adapter, model } = options;
  const report = await desk.run(
    {
      kind: 'functional',
      path: resolve(path),
      ...(adapter !== undefined && { adapter: resolve(adapter) }),
      ...(model !== undefined && { model }),
    },
    (event) => {
      if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
    },
  );
  progress.clear();
  if (options.json) screen.line(JSON.stringify(report));
  else for (const line of functionalLines(report, screen.columns)) screen.line(line);
}

async function printExplanations(setting: Setting, options: Options): Promise<void> {
  const { screen } = setting;
  if (options.workspace === undefined)
    throw new WrongUsage('There are no messages to explain.', 'Name a workspace with --workspace.');
  using progress = new Progress(screen, { quiet: options.json });
  await using desk = await VerbDesk.open(setting, options.workspace, { say: (line) => progress.say(line) });
  const report = await desk.run({ kind: 'explanations' }, (event) => {
    if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
  });
  progress.clear();
  if (options.json) screen.line(JSON.stringify(report));
  else for (const line of explanationLines(report, screen.columns)) screen.line(line);
}

async function printInsights(setting: Setting, options: Options): Promise<void> {
  const { screen } = setting;
  if (options.workspace === undefined)
    throw new WrongUsage(
      'There is nothing to look at.',
      'Name a workspace with --workspace, or test cases with --functional.',
    );
  await using desk = await VerbDesk.open(setting, options.workspace);
  const { insights } = desk.client;
  const asked = options.threshold === undefined ? {} : { threshold: options.threshold };
  const thresholds = await insights.thresholds(asked);
  const calibration = await insights.calibration();
  const drift = await insights.drift();
  const volumes = await insights.volumes(asked);
  if (options.json) return screen.line(JSON.stringify({ thresholds, calibration, drift, volumes }));
  const { columns } = screen;
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['Scores', histogramLines(thresholds, columns)],
    ['Thresholds', [...thresholdLines(thresholds, columns), ...(options.bias ? biasLines(thresholds, columns) : [])]],
    ['Calibration', reliabilityLines(calibration, columns)],
    ['Thresholds with a promise', conformalLines(calibration, columns)],
    ['Imports', driftLines(drift, columns)],
    ['Channels', volumeLines(volumes, columns)],
  ];
  for (const line of auditLines(thresholds, columns)) screen.line(line);
  for (const [title, lines] of parts) {
    screen.line();
    screen.line(screen.style('bold', title));
    for (const line of lines) screen.line(line);
  }
}
