import { Command, Option } from '@commander-js/extra-typings';
import type { ImportReport } from '../desk/importers/report.ts';
import { VerbDesk } from './desk.ts';
import { mapping } from './options.ts';
import { imported, isIncomplete, noteImport } from './reading.ts';
import { run, type Setting } from './run.ts';
import { count, counted, duration, rate } from './terminal/figures.ts';
import { Failed, Interrupted } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';

const command = () =>
  new Command('import')
    .summary('take exports into a workspace')
    .description(
      'Takes exports into a workspace. The same export again doubles nothing; a later one brings edits and deletions.',
    )
    .argument('<export...>', 'files, folders or archives')
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato); made if it is not there')
    .option('--map <role=column,…>', 'columns of a table, such as text=comment,author=user', mapping)
    .addOption(
      new Option('--order <order>', 'order of day and month in WhatsApp files').choices([
        'day-first',
        'month-first',
      ] as const),
    )
    .option('--json', 'print the report as JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const importVerb = () =>
  command().action((exports, options) => run((setting) => importExports(setting, exports, options)));

async function importExports(setting: Setting, exports: readonly string[], options: Options): Promise<void> {
  const { screen } = setting;
  using progress = new Progress(screen, { quiet: options.json });
  const say = (line: string): void => progress.say(line);
  await using desk = await VerbDesk.open(setting, options.workspace, { create: 'may', say });
  const state = await desk.client.workspace.state();
  if (state.open) for (const warning of state.warnings) screen.note(warning);
  let report: ImportReport;
  try {
    report = await imported(desk, exports, options, progress);
  } catch (error) {
    progress.clear();
    if (!(error instanceof Interrupted)) throw error;
    const after = await desk.client.workspace.state();
    const items = after.open ? Object.values(after.counts.kinds).reduce((sum, n) => sum + n, 0) : 0;
    throw new Interrupted(
      `Stopped. ${counted(items, 'row')} are in ${options.workspace}; the same command again goes on from there.`,
    );
  }
  progress.clear();
  noteImport(screen, report);
  const { total, seconds } = report;
  if (options.json) screen.line(JSON.stringify(report));
  else if (total.rows > 0 || !isIncomplete(report)) {
    screen.paragraph(
      `${counted(total.rows, 'row')} in ${duration(seconds)}${seconds > 0.5 ? ` (${rate(total.rows / seconds)}/s)` : ''}: ` +
        `${count(total.added)} new, ${count(total.known)} already there, ${count(total.changed)} changed, ${count(total.rejected)} rejected.`,
    );
    screen.line(
      screen.style('dim', `Kept in ${options.workspace}. Next: moderato triage --workspace ${options.workspace}`),
    );
  }
  if (isIncomplete(report)) throw new Failed();
}
