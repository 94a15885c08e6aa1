import { Option } from '@commander-js/extra-typings';
import { PRESETS, presetOf } from '../desk/retrain/presets.ts';
import type { RetrainReport } from '../desk/retrain/retrain-job.ts';
import { VerbDesk, type DeskClient } from './desk.ts';
import { flipLines } from './flips.ts';
import { showJob } from './reading.ts';
import { LEAST_FOR_CURVE } from '../desk/retrain/recommendations.ts';
import { comparisonLines, confirmed, promoted, promotedSentence, signed } from './revisions.ts';
import { reviewerOf, reviewing } from './reviewing.ts';
import { run, type Setting } from './run.ts';
import { counted, duration } from './terminal/figures.ts';
import { Interrupted, WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';
import type { Screen } from './terminal/screen.ts';
import { wrap } from './terminal/width.ts';

const command = () =>
  reviewing('retrain')
    .summary('learn from what was decided, and compare with the model of the queue')
    .description(
      'Trains a model on what was decided and compares it with the one of the queue: on audit items, and where fewer than 150 were decided, on all decisions by cross-fitting. Says whether it is better. The queue stays as it is unless --promote says otherwise.',
    )
    .addOption(
      new Option(
        '--preset <preset>',
        `what learns; ${PRESETS.map((name) => `${name}: ${presetOf(name).why}`).join('; ')}`,
      )
        .choices(PRESETS)
        .default('balanced' as const),
    )
    .option('--name <name>', 'what it is called in the list of revisions', 'trained here')
    .option('--model <file>', 'base model, by path or id; default: that of the preset')
    .option('--weak', 'learn, with less weight, also from the opinions of a larger model (moderato opine)', false)
    .addOption(
      new Option(
        '--promote <when>',
        'auto: where it is recommended; ask: whatever comes of it, twice where it is not recommended; never',
      )
        .choices(['auto', 'ask', 'never'] as const)
        .default('never' as const),
    )
    .option('--unmask', 'show slurs as they stand', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const retrainVerb = () => command().action((options) => run((setting) => retrain(setting, options)));

async function retrain(setting: Setting, options: Options): Promise<void> {
  const { screen } = setting;
  if (options.promote === 'ask' && !process.stdin.isTTY)
    throw new WrongUsage(
      'Nobody can be asked here.',
      'Use --promote auto or never, then `moderato revisions promote`.',
    );
  using progress = new Progress(screen, { quiet: options.json });
  await using desk = await VerbDesk.open(setting, options.workspace, { say: (line) => progress.say(line) });
  const { preset, name, model, weak } = options;
  const report = await desk
    .run({ kind: 'retrain', preset, name, weak, ...(model !== undefined && { model }) }, (event) => {
      if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
    })
    .catch((error: unknown) => {
      if (error instanceof Interrupted) throw new Interrupted('Stopped. The queue has the model that it had.');
      throw error;
    });
  progress.clear();
  // Who is asked must have seen it.
  if (!options.json || options.promote === 'ask') {
    const lines = await reportLines(screen, desk.client, report, options.unmask);
    for (const line of lines)
      if (options.json) screen.note(line);
      else screen.line(line);
  }
  const to = await promotion(setting, desk.client, options, report);
  if (options.json) return screen.line(JSON.stringify({ ...report, promoted: to }));
  if (to === null) return screen.paragraph(whatNext(options, report), 'dim');
  screen.paragraph(promotedSentence(to));
  screen.paragraph(`Let it read everything: moderato triage --workspace ${options.workspace}`, 'dim');
}

/** The revision that the queue has now, as `--promote` says; null where it keeps the model that it had. */
async function promotion(
  setting: Setting,
  client: DeskClient,
  options: Options,
  { revision, name, comparison }: RetrainReport,
): Promise<number | null> {
  const { promote: when } = options;
  const recommended = comparison.recommendation === 'better';
  if (when === 'never' || (when === 'auto' && !recommended)) return null;
  if (when === 'ask' && !(await confirmed(`Promote ${safeLine(name)}?`))) return null;
  return await promoted(setting, client, {
    reviewer: await reviewerOf(client, options),
    revision,
    ...(!recommended && { override: comparison.recommendation }),
    sure: recommended,
  });
}

async function reportLines(
  screen: Screen,
  client: DeskClient,
  report: RetrainReport,
  unmask: boolean,
): Promise<string[]> {
  const { revision, name, train, dev, replayed, fromChampion, comparison, more, seconds } = report;
  const { columns } = screen;
  const { messages: opinions, models } = comparison.opinions;
  return [
    `${safeLine(name)} is revision ${revision}: learned from ${counted(train, 'decision')} in ${duration(seconds)}`,
    `(${dev} more to pick the best epoch, ${replayed} public ones beside them; ${fromChampion ? 'it went on from the model of the queue' : 'it began anew'}).`,
    ...(opinions > 0
      ? [
          `${counted(opinions, 'message')} more that nobody decided (weak): what ${models.map(safeLine).join(' and ')} says of them.`,
        ]
      : []),
    '',
    ...comparisonLines(comparison, columns),
    ...(await flipLines(screen, client, comparison.flips, unmask)),
    ...wrap(moreSentence(more), columns),
    '',
  ];
}

const MORE: Readonly<Record<NonNullable<RetrainReport['more']>['verdict'], string>> = {
  pay: 'More decisions pay',
  'hardly-pay': 'More decisions hardly pay',
  unclear: 'Whether more decisions pay is not clear yet',
};

function moreSentence(more: RetrainReport['more']): string {
  if (more === null)
    return `Whether more decisions pay cannot be said: that takes ${LEAST_FOR_CURVE} with something wrong and ${LEAST_FOR_CURVE} without, from which the model of the queue has not learned.`;
  const { value, low, high } = more.gain;
  const where =
    more.verdict === 'hardly-pay' ? '' : ' What it is unsure of mostly teaches most: moderato queue --order uncertain.';
  return `${MORE[more.verdict]}: ${more.more} more would add about ${signed(value)} to the AUROC (95%: ${signed(low)} to ${signed(high)}).${where}`;
}

function whatNext({ workspace }: Options, { revision, comparison }: RetrainReport): string {
  const override = comparison.recommendation === 'better' ? '' : ` --override ${comparison.recommendation}`;
  return `The queue has the model that it had. To change that: moderato revisions promote ${revision} --workspace ${workspace}${override}`;
}
