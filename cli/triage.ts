import { Command, Option } from '@commander-js/extra-typings';
import { openExport } from '../desk/importers/registry.ts';
import { chooseModel } from '../desk/models/choose.ts';
import { listQueue } from '../desk/queue/list.ts';
import type { Workspace } from '../desk/store/workspace.ts';
import { openForImport, triage, TriageStopped, type TriageHooks, type TriageReport } from '../desk/triage/run.ts';
import type { Leader } from '../desk/triage/leading.ts';
import { makeScratch } from '../desk/triage/scratch.ts';
import { mapping, recall, RECALL_HELP, top } from './options.ts';
import { isIncomplete, noteImport, onImport, readingOf } from './reading.ts';
import { run, type Setting } from './run.ts';
import { entryLines, shownText } from './terminal/entries.ts';
import { count, counted, duration, probability, rate } from './terminal/figures.ts';
import { Failed, Interrupted, WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import type { Screen } from './terminal/screen.ts';
import { summaryLines, summaryOf } from './terminal/summary.ts';
import { cut } from './terminal/width.ts';
import { writeQueueJson } from './terminal/queue-json.ts';

const PROVISIONAL = 10;

const command = () =>
  new Command('triage')
    .summary('import, score and print the ranked queue: the main job')
    .description(
      'Imports exports, scores every message on this computer and prints the most urgent ones first. Without --workspace nothing is kept.',
    )
    .argument(
      '[export...]',
      'files, folders or archives: Discord, Telegram, WhatsApp, Mastodon, Reddit, CSV, TSV, JSON lines, Parquet; none: score what a workspace holds',
    )
    .option(
      '-w, --workspace <file>',
      'keep messages and scores in this workspace (NAME.moderato); made if it is not there',
    )
    .option('--adapter <file>', 'adapter to score with; default: the one that comes with the program')
    .option('--model <file>', 'base model, by path or id; default: the one that the adapter names')
    .option('-n, --top <n>', 'messages to print, or all', top, 20)
    .option('--recall <share>', RECALL_HELP, recall, 'all')
    .option('--map <role=column,…>', 'columns of a table, such as text=comment,author=user', mapping)
    .addOption(
      new Option('--order <order>', 'order of day and month in WhatsApp files').choices([
        'day-first',
        'month-first',
      ] as const),
    )
    .option('--any-language', 'also read messages in languages that the adapter was not measured on', false)
    .option('--deterministic', 'the same scores to the last bit every time; slower', false)
    .option('--unmask', 'show slurs as they stand', false)
    .option('--full', 'print whole messages instead of one line of each', false)
    .option('--json', 'print the final order as JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const triageVerb = () =>
  command().action((exports, options) => run((setting) => triageExports(setting, exports, options)));

async function triageExports(setting: Setting, exports: readonly string[], options: Options): Promise<void> {
  const { screen, places, signal } = setting;
  if (exports.includes('-'))
    throw new WrongUsage('An export cannot come from standard input.', 'Name a file, a folder or an archive.');
  if (exports.length === 0 && options.workspace === undefined) {
    throw new WrongUsage('There is nothing to triage.', 'Name an export, or a workspace with --workspace.');
  }
  const chosen = await chooseModel(places, options);
  const scratch = options.workspace === undefined ? makeScratch() : undefined;
  using _scratch = scratch;
  const file = options.workspace ?? scratch?.workspace ?? '';
  if (scratch !== undefined && !options.json)
    screen.note('No --workspace was named: messages and scores go to a private temporary file, removed at the end.');
  using opened = openForImport(file, { make: exports.length > 0 });
  const { workspace } = opened;
  for (const warning of workspace.warnings) screen.note(warning);
  using progress = new Progress(screen, { quiet: options.json });
  await using supervisor = setting.engine((line) => progress.say(line));
  const input = {
    paths: exports,
    open: openExport,
    reading: readingOf(options),
    chosen,
    deterministic: options.deterministic,
    anyLanguage: options.anyLanguage,
    leaders: PROVISIONAL,
  };
  let report: TriageReport;
  try {
    report = await triage(workspace, supervisor, places, input, hooksOf(screen, progress, workspace, options, signal));
  } catch (error) {
    progress.clear();
    if (error instanceof TriageStopped) throw new Interrupted(whatWasKept(error, options.workspace));
    throw error;
  }
  progress.clear();
  noteImport(screen, report.imported);
  const { total } = report.imported;
  if (total.rows === 0 && isIncomplete(report.imported)) throw new Failed();
  if (options.json) await writeQueueJson(screen, workspace, report.revision, options, summaryOf(workspace, report));
  else printQueue(screen, workspace, report, options);
  if (isIncomplete(report.imported)) throw new Failed();
}

function hooksOf(
  screen: Screen,
  progress: Progress,
  workspace: Workspace,
  options: Options,
  signal: AbortSignal,
): TriageHooks {
  let printed = false;
  let drawn = 0;
  return {
    signal,
    onImport: onImport(progress),
    onOpening: () => progress.update({ what: 'Opening the model', done: 0, total: 0, unit: '' }),
    onScoring: (done, total) => {
      if (total > 0) progress.update({ what: 'Scoring', done, total, unit: 'messages' });
    },
    onProvisional: (leaders, done, total) => {
      if (options.json || done >= total) return;
      // On a terminal the list is drawn again as it gets better; a log has it once.
      const now = performance.now();
      if (progress.live ? now - drawn < 500 : printed) return;
      printed = true;
      drawn = now;
      const lines = provisionalLines(screen, workspace, leaders, done, total, options.unmask);
      if (progress.live) progress.block(lines);
      else for (const line of lines) screen.note(line);
    },
  };
}

function provisionalLines(
  screen: Screen,
  workspace: Workspace,
  leaders: readonly Leader[],
  done: number,
  total: number,
  unmask: boolean,
): string[] {
  const columns = Math.max(40, (screen.err.isTTY ? screen.err.columns : screen.columns) - 1);
  const style = (text: string): string => screen.style('dim', text, screen.err);
  const title = `PROVISIONAL top ${leaders.length}, from ${count(done)} of ${count(total)} messages; it will change`;
  return [
    style(cut(title, columns)),
    ...leaders.map(({ item, score }, i) => {
      const { text = '', platform = '' } = workspace.items.get(item) ?? {};
      const shown = shownText(workspace.authors.maskMentions(text, platform), unmask);
      return style(cut(`${String(i + 1).padStart(3)}  ${probability(score)}  ${shown}`, columns));
    }),
  ];
}

function printQueue(screen: Screen, workspace: Workspace, report: TriageReport, options: Options): void {
  const rankColumns = String(Math.min(options.top, report.before + report.scored)).length;
  let rows = 0;
  for (const row of listQueue(workspace, report.revision, { top: options.top })) {
    rows++;
    for (const line of entryLines(screen, row, { ...options, rankColumns })) screen.line(line);
  }
  if (rows > 0) screen.line();
  const summary = summaryOf(workspace, report);
  for (const line of summaryLines(summary)) screen.paragraph(line);
  const { engine, seconds } = report;
  const { scoring } = seconds;
  if (engine !== null && scoring > 0) {
    screen.paragraph(
      `Scored ${counted(report.scored, 'message')} in ${duration(scoring)} (${rate(report.scored / scoring)}/s) with ${report.revision.name} on ${engine.base.name}, ${engine.backend} (${engine.layout}, ${counted(engine.threads, 'thread')}).`,
    );
  }
  screen.line();
  for (const line of whatNext(options)) screen.paragraph(line, 'dim');
}

function whatNext({ workspace, top: printed }: Options): string[] {
  if (workspace === undefined) {
    return ['Keep it next time: add --workspace NAME.moderato, then read on with `moderato queue`.'];
  }
  const name = /^[\w./-]+$/.test(workspace) ? workspace : `'${workspace}'`;
  return [
    `Kept in ${workspace}. Read on: moderato queue --workspace ${name} --top ${Number.isFinite(printed) ? printed * 5 : 'all'}`,
    `What the model did not read: moderato queue --workspace ${name} --not-read`,
  ];
}

function whatWasKept({ rows, scored, total }: TriageStopped, workspace: string | undefined): string {
  if (workspace === undefined) return 'Stopped. Nothing was kept, because no --workspace was named.';
  return (
    `Stopped. Kept in ${workspace}: ${counted(rows, 'row')} of the export and the scores of ${count(scored)} of ${counted(total, 'message')}. ` +
    'Run the same command again to go on.'
  );
}
