import { resolve } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import type { Event, State } from '../desk/contract/workspace.ts';
import type { ImportReport } from '../desk/importers/report.ts';
import { chooseModel } from '../desk/models/choose.ts';
import type { ScoreReport } from '../desk/triage/score-job.ts';
import { makeScratch } from '../desk/triage/scratch.ts';
import { type DeskClient, VerbDesk } from './desk.ts';
import { TO_DO } from './filters.ts';
import { mapping, recall, RECALL_HELP, top } from './options.ts';
import { ranked } from './paging.ts';
import { imported, isIncomplete, noteImport, showJob } from './reading.ts';
import { nameOf } from './reviewing.ts';
import { run, type Setting } from './run.ts';
import { entryLines, shownText } from './terminal/entries.ts';
import { count, counted, duration, probability, rate } from './terminal/figures.ts';
import { Failed, Interrupted, WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { queueRow, writeRowsJson } from './terminal/queue-json.ts';
import { safeLine } from './terminal/safe-text.ts';
import type { Screen } from './terminal/screen.ts';
import { forecastLines, type Summary, summaryLines, summaryOf } from './terminal/summary.ts';
import { cut } from './terminal/width.ts';

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
    .option(
      '--reviewer <name>',
      'with --adapter, where the workspace has another model: who changes it; default: MODERATO_REVIEWER, else your name on this computer',
    )
    .option('-n, --top <n>', 'messages to print, or all', top, 20)
    .option('--recall <share>', RECALL_HELP, recall, 'all' as const)
    .option('--forecast', 'read a sample only, and say what each recall target would cost', false)
    .option('--map <role=column,…>', 'columns of a table, such as text=comment,author=user', mapping)
    .addOption(
      new Option('--order <order>', 'order of day and month in WhatsApp files').choices([
        'day-first',
        'month-first',
      ] as const),
    )
    .option('--any-language', 'also read messages in languages that the adapter was not measured on', false)
    .option(
      '--spellings',
      'also read texts with leetspeak, spaces and look-alike letters undone; the higher score counts',
      false,
    )
    .option('--deterministic', 'the same scores to the last bit every time; slower', false)
    .option('--unmask', 'show slurs as they stand', false)
    .option('--full', 'print whole messages instead of one line of each', false)
    .option('--json', 'print the final order as JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const triageVerb = () =>
  command().action((exports, options) => run((setting) => triageExports(setting, exports, options)));

async function triageExports(setting: Setting, exports: readonly string[], options: Options): Promise<void> {
  const { screen } = setting;
  if (exports.includes('-'))
    throw new WrongUsage('An export cannot come from standard input.', 'Name a file, a folder or an archive.');
  if (exports.length === 0 && options.workspace === undefined) {
    throw new WrongUsage('There is nothing to triage.', 'Name an export, or a workspace with --workspace.');
  }
  // What is wrong with the model is said before the export is read.
  await chooseModel(setting.places, options);
  const scratch = options.workspace === undefined ? makeScratch() : undefined;
  using _scratch = scratch;
  const file = options.workspace ?? scratch?.workspace ?? '';
  if (scratch !== undefined && !options.json)
    screen.note('No --workspace was named: messages and scores go to a private temporary file, removed at the end.');
  using progress = new Progress(screen, { quiet: options.json });
  const create = exports.length > 0 ? 'may' : 'never';
  await using desk = await VerbDesk.open(setting, file, { create, say: (line) => progress.say(line) });
  const { client } = desk;
  const { warnings, revision: before } = openState(await client.workspace.state());
  for (const warning of warnings) screen.note(warning);
  // Nobody decides anything in a file that is removed at the end.
  if (scratch !== undefined) await client.settings.set({ auditEvery: 0 });
  let report: ImportReport | null = null;
  let scored: ScoreReport;
  try {
    if (exports.length > 0) report = await imported(desk, exports, options, progress);
    scored = await scoring(desk, screen, progress, options);
  } catch (error) {
    progress.clear();
    if (!(error instanceof Interrupted)) throw error;
    throw new Interrupted(whatWasKept(openState(await client.workspace.state()), options.workspace));
  }
  progress.clear();
  if (report !== null) noteImport(screen, report);
  const incomplete = report !== null && isIncomplete(report);
  if (report?.total.rows === 0 && incomplete) throw new Failed();
  const state = openState(await client.workspace.state());
  if (before !== null && state.revision !== null && before.id !== state.revision.id)
    screen.note(
      `The queue had ${safeLine(before.name)}, and has ${safeLine(state.revision.name)} from now on: that is written down, by ${safeLine(nameOf(options))}. To go back: moderato revisions roll-back.`,
    );
  const summary = summaryOf(state, report, scored);
  if (options.json) {
    const rows = (async function* () {
      const input = { ...TO_DO_FIRST, blind: false };
      for await (const { rank, entry } of ranked(client, input, options.top)) yield queueRow(rank, entry);
    })();
    await writeRowsJson(screen, 'queue', rows, summary);
  } else await printQueue(screen, client, state, scored, summary, options);
  if (incomplete) throw new Failed();
}

const TO_DO_FIRST = { order: 'urgent', filter: { statuses: TO_DO } } as const;

type OpenState = Extract<State, { open: true }>;

function openState(state: State): OpenState {
  if (state.open) return state;
  throw new Error('the workspace was closed while it was worked on');
}

/** Messages from which on a recall target saves minutes. */
const WORTH_A_TARGET = 20_000;

/** Scores all that has no score yet, and shows what comes first as it goes. */
async function scoring(desk: VerbDesk, screen: Screen, progress: Progress, options: Options): Promise<ScoreReport> {
  let printed = false;
  let drawn = 0;
  const provisional = async ({ leaders, done, total }: Extract<Event, { kind: 'provisional' }>): Promise<void> => {
    if (options.json || leaders.length === 0 || done >= total) return;
    // On a terminal the list is drawn again as it gets better; a log has it once.
    const now = performance.now();
    if (progress.live ? now - drawn < 500 : printed) return;
    printed = true;
    drawn = now;
    const lines = await provisionalLines(screen, desk.client, leaders, done, total, options.unmask);
    if (progress.live) progress.block(lines);
    else for (const line of lines) screen.note(line);
  };
  const { workspace, adapter, model, anyLanguage, spellings, deterministic, recall: target, forecast } = options;
  let hinted = target !== 'all' || forecast || options.json;
  const hint = (total: number): void => {
    if (hinted || total < WORTH_A_TARGET) return;
    hinted = true;
    progress.say(`All ${count(total)} messages are read. What a recall target would save instead: --forecast`);
  };
  return await desk.run(
    {
      kind: 'score',
      ...(adapter !== undefined && { adapter: resolve(adapter) }),
      ...(model !== undefined && { model }),
      ...(adapter !== undefined && workspace !== undefined && { reviewer: nameOf(options) }),
      anyLanguage,
      spellings,
      deterministic,
      recall: target,
      forecast,
    },
    (event) => {
      if (event.kind === 'job' && event.job.state === 'running') {
        if (event.job.unit === 'messages') hint(event.job.total ?? 0);
        showJob(progress, event.job);
      } else if (event.kind === 'forecast') for (const line of forecastLines(event.forecast)) progress.say(line);
      // Nothing depends on this list: what goes wrong with it shows in the queue itself.
      else if (event.kind === 'provisional') provisional(event).catch(() => {});
    },
  );
}

async function provisionalLines(
  screen: Screen,
  client: DeskClient,
  leaders: Extract<Event, { kind: 'provisional' }>['leaders'],
  done: number,
  total: number,
  unmask: boolean,
): Promise<string[]> {
  const columns = Math.max(40, (screen.err.isTTY ? screen.err.columns : screen.columns) - 1);
  const style = (text: string): string => screen.style('dim', text, screen.err);
  const title = `PROVISIONAL top ${leaders.length}, from ${count(done)} of ${count(total)} messages; it will change`;
  const lines = await Promise.all(
    leaders.map(async ({ item, score }, i) => {
      const { message } = await client.queue.item({ item });
      return style(
        cut(`${String(i + 1).padStart(3)}  ${probability(score)}  ${shownText(message.text, unmask)}`, columns),
      );
    }),
  );
  return [style(cut(title, columns)), ...lines];
}

async function printQueue(
  screen: Screen,
  client: DeskClient,
  { counts, revision, guarantee }: OpenState,
  { engine, scored, read, notices, seconds }: ScoreReport,
  summary: Summary,
  options: Options,
): Promise<void> {
  const rankColumns = String(Math.min(options.top, counts.scored)).length;
  let rows = 0;
  for await (const { rank, entry } of ranked(client, TO_DO_FIRST, options.top)) {
    rows++;
    for (const line of entryLines(screen, rank, entry, {
      ...options,
      numbers: options.workspace !== undefined,
      rankColumns,
    }))
      screen.line(line);
  }
  if (rows > 0) screen.line();
  for (const line of summaryLines(summary)) screen.paragraph(line);
  if (options.forecast && counts.waiting > 0)
    screen.paragraph(`${count(counts.waiting)} wait to be read: that was a sample.`);
  if (options.recall !== 'all' && guarantee === null && counts.waiting === 0)
    screen.paragraph(`All of them were read: a recall target of ${100 * options.recall}% saves nothing here.`);
  for (const line of guarantee?.sentences ?? []) screen.paragraph(line);
  for (const line of notices) screen.paragraph(safeLine(line));
  const { scoring: took } = seconds;
  if (engine !== null && took > 0) {
    screen.paragraph(
      `Scored ${counted(scored, 'message')} in ${duration(took)} (${rate(read / took)}/s) with ${revision?.name ?? ''} on ${engine.base.name}, ${engine.backend} (${engine.layout}, ${counted(engine.threads, 'thread')}).`,
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

function whatWasKept({ counts }: OpenState, workspace: string | undefined): string {
  if (workspace === undefined) return 'Stopped. Nothing was kept, because no --workspace was named.';
  const rows = Object.values(counts.kinds).reduce((sum, n) => sum + n, 0);
  const total = counts.scored + counts.waiting;
  return (
    `Stopped. Kept in ${workspace}: ${counted(rows, 'row')} of the export and the scores of ${count(counts.scored)} of ${counted(total, 'message')}. ` +
    'Run the same command again to go on.'
  );
}
