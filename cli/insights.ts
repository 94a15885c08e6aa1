import { Command } from '@commander-js/extra-typings';
import { VerbDesk } from './desk.ts';
import { fraction } from './options.ts';
import { run, type Setting } from './run.ts';
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

const command = () =>
  new Command('insights')
    .summary('what the figures say: thresholds, calibration, drift, volumes')
    .description(
      'Shows how the scores are spread, what each threshold would do, whether scores are probabilities, whether a new import reads otherwise, and how much was written where. Estimates rest on the audit sample alone.',
    )
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--threshold <score>', "flag from this score on, instead of the model's own threshold", fraction)
    .option('--bias', 'also show how wrong the same figures would be from decisions in the urgent order', false)
    .option('--json', 'print JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const insightsVerb = () => command().action((options) => run((setting) => printInsights(setting, options)));

async function printInsights(setting: Setting, options: Options): Promise<void> {
  const { screen } = setting;
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
