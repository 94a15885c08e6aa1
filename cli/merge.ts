import { Command } from '@commander-js/extra-typings';
import type { MergeReport } from '../desk/review/merge-job.ts';
import { VerbDesk } from './desk.ts';
import { reviewerOf } from './queue.ts';
import { showJob } from './reading.ts';
import { nameOf } from './reviewing.ts';
import { run, type Setting } from './run.ts';
import { count, counted } from './terminal/figures.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';
import type { Screen } from './terminal/screen.ts';

export const mergeVerb = () =>
  new Command('merge')
    .summary('take in what other reviewers decided, from their signed files')
    .description(
      'Takes signed files of other workspaces in, each made there with `moderato export --signed`. Files may come in any order and more than once. Every signature and every link is checked first; where one does not hold, nothing is merged.',
    )
    .argument('<file...>', 'signed files')
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--json', 'print the report as JSON', false)
    .action((files, options) =>
      run(async (setting) => {
        const { screen } = setting;
        using progress = new Progress(screen, { quiet: options.json });
        await using desk = await VerbDesk.open(setting, options.workspace, { say: (line) => progress.say(line) });
        const report = await desk.run({ kind: 'merge', paths: files }, (event) => {
          if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
        });
        progress.clear();
        if (options.json) screen.line(JSON.stringify(report));
        else printReport(screen, report, options.workspace);
      }),
    );

function printReport(screen: Screen, report: MergeReport, workspace: string): void {
  for (const { path, reviewer, links, added, decisions, erasedElsewhere } of report.files) {
    screen.line(
      `${safeLine(path)}: ${reviewer.pseudonym}, ${counted(links, 'link')}, ` +
        (added === 0 ? 'all here already' : `${count(added)} new; ${counted(decisions, 'decision')} among them`),
    );
    if (erasedElsewhere.length > 0)
      screen.paragraph(
        `  Erased there, and still here: ${counted(erasedElsewhere.length, 'message')} (item ${erasedElsewhere.slice(0, 10).join(', ')}${erasedElsewhere.length > 10 ? ' …' : ''}): \`moderato erase\` does it here.`,
      );
  }
  if (report.labels.length > 0)
    screen.paragraph(`Labels that are new here: ${report.labels.map(safeLine).join(', ')}.`);
  screen.line(`${counted(report.items, 'message')} of this workspace may stand otherwise now.`);
  if (report.waiting > 0)
    screen.paragraph(
      `Waiting for messages, or texts of them, that were not imported here: ${counted(report.waiting, 'link')}. They count once these are.`,
    );
  if (report.disagreeing > 0)
    screen.paragraph(
      `Seen differently by reviewers: ${counted(report.disagreeing, 'message')}. Look at them: moderato queue --order disagreement --workspace ${workspace}`,
    );
}

/** A reviewer's decisions as one signed file. */
export async function exportSigned(
  setting: Setting,
  options: {
    readonly workspace: string;
    readonly reviewer?: string | undefined;
    readonly out: string;
    readonly json: boolean;
  },
): Promise<void> {
  const { screen } = setting;
  using progress = new Progress(screen, { quiet: options.json });
  await using desk = await VerbDesk.open(setting, options.workspace, { say: (line) => progress.say(line) });
  const reviewer = await reviewerOf(desk.client, nameOf(options));
  const report = await desk.run({ kind: 'sign', path: options.out, reviewer }, (event) => {
    if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
  });
  progress.clear();
  if (options.json) return screen.line(JSON.stringify(report));
  screen.line(`${safeLine(report.path)}: ${counted(report.links, 'link')} of ${report.pseudonym}.`);
  screen.line(`Head ${report.head}`);
  screen.paragraph(
    'It holds no texts and no names, but the notes that were written, and sums by which a guess at a message can be checked: give it only to people who have the export.',
    'dim',
  );
}
