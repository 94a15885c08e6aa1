import { Command, Option } from '@commander-js/extra-typings';
import { z } from 'zod';
import { listNotRead, listQueue, QueueFilterError } from '../desk/queue/list.ts';
import type { Revision } from '../desk/store/revisions.ts';
import type { NotReadReason } from '../desk/store/scores.ts';
import { Workspace } from '../desk/store/workspace.ts';
import { QUEUE_REVISION } from '../desk/triage/run.ts';
import { top } from './options.ts';
import { run, type Setting } from './run.ts';
import { entryLines, shownText, whereabouts } from './terminal/entries.ts';
import { count } from './terminal/figures.ts';
import { itemJson, writeQueueJson, writeRowsJson } from './terminal/queue-json.ts';
import { reasonInWords } from './terminal/summary.ts';
import { cut, fill } from './terminal/width.ts';

const REASONS = ['empty', 'media-only', 'over-long', 'language', 'engine-failed'] as const satisfies NotReadReason[];

const command = () =>
  new Command('queue')
    .summary('print the queue of a workspace')
    .description('Prints the scored messages of a workspace, most urgent first, or those that the model did not read.')
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('-n, --top <n>', 'messages to print, or all', top, 20)
    .option('--label <label>', 'only messages with this label')
    .option('--channel <name>', 'only this channel, by name or id')
    .option('--search <words>', 'only messages that hold all of these words; "several words" stand together')
    .addOption(new Option('--not-read [reason]', 'messages that the model did not read, instead').choices(REASONS))
    .option('--unmask', 'show slurs as they stand', false)
    .option('--full', 'print whole messages instead of one line of each', false)
    .option('--json', 'print JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const queueVerb = () => command().action((options) => run((setting) => printQueue(setting, options)));

async function printQueue({ screen }: Setting, options: Options): Promise<void> {
  using workspace = Workspace.open(options.workspace);
  const revision = revisionOf(workspace, options.workspace);
  if (options.notRead !== undefined) {
    await printNotRead({ screen }, workspace, revision, options);
    return;
  }
  if (options.json) {
    await writeQueueJson(screen, workspace, revision, options);
    return;
  }
  const { scored, waiting } = workspace.counts.revision(revision.id);
  let rows = 0;
  for (const row of listQueue(workspace, revision, options)) {
    rows++;
    const rankColumns = String(Math.min(options.top, scored)).length;
    for (const line of entryLines(screen, row, { ...options, rankColumns })) screen.line(line);
  }
  if (rows === 0) screen.note('No message of the queue fits.');
  else
    screen.note(
      screen.style('dim', `${count(rows)} shown of ${count(scored)} scored by ${revision.name}.`, screen.err),
    );
  if (waiting > 0) {
    screen.note(
      `${count(waiting)} messages wait to be scored: run \`moderato triage --workspace ${options.workspace}\`.`,
    );
  }
}

/** The revision that scored last. */
function revisionOf(workspace: Workspace, file: string): Revision {
  const id = workspace.settings.get(QUEUE_REVISION, z.int());
  const revision = id === undefined ? undefined : workspace.revisions.get(id);
  if (revision !== undefined) return revision;
  throw new QueueFilterError(
    `Nothing in ${file} has been scored yet.`,
    `Score it with \`moderato triage --workspace ${file}\`.`,
  );
}

async function printNotRead(
  { screen }: Pick<Setting, 'screen'>,
  workspace: Workspace,
  revision: Revision,
  options: Options,
): Promise<void> {
  const reasons = typeof options.notRead === 'string' ? [options.notRead] : REASONS;
  const rows = listNotRead(workspace, revision, reasons, options);
  if (options.json) {
    const json = rows.map(({ item, text, reason }) => ({ ...itemJson(item, text), not_read: reason }));
    await writeRowsJson(screen, 'not_read', json);
    return;
  }
  let shown = 0;
  let heading: NotReadReason | undefined;
  for (const { item, text, reason } of rows) {
    if (reason !== heading) {
      const all = workspace.counts.revision(revision.id).notRead[reason] ?? 0;
      screen.line(screen.style('bold', `${count(all)} ${reasonInWords(reason)}`));
      heading = reason;
    }
    shown++;
    const names = item.attachments.map(({ name }) => name).join(', ');
    const words = text.trim() === '' ? names || '(nothing)' : text;
    const line = cut(shownText(words, options.unmask), screen.columns - 2);
    screen.line(`  ${line}`);
    screen.line(screen.style('dim', fill('', 4) + cut(whereabouts(item), screen.columns - 4)));
  }
  if (shown === 0) screen.note('Every message was read.');
}
