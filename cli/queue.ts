import { Option } from '@commander-js/extra-typings';
import type { z } from 'zod';
import type { PageInput } from '../desk/contract/queue.ts';
import type { Order } from '../desk/contract/shapes.ts';
import { NOT_READ_REASONS, type NotReadReason } from '../desk/store/not-read.ts';
import { type DeskClient, VerbDesk } from './desk.ts';
import { filtered, filterOf, orderOption } from './filters.ts';
import { top } from './options.ts';
import { ranked } from './paging.ts';
import { named } from './reviewing.ts';
import { run, type Setting } from './run.ts';
import { entryLines, shownText, whereabouts } from './terminal/entries.ts';
import { count, counted } from './terminal/figures.ts';
import { NotDone, WrongUsage } from './terminal/problem.ts';
import { queueRow, unreadRow, writeRowsJson } from './terminal/queue-json.ts';
import { safeLine } from './terminal/safe-text.ts';
import { reasonInWords } from './terminal/summary.ts';
import { cut, fill } from './terminal/width.ts';

const command = () =>
  filtered('queue')
    .summary('print the queue of a workspace')
    .description(
      'Prints the messages of a workspace that nobody has decided yet, most urgent first; --status shows others. Or those that the model did not read.',
    )
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('-n, --top <n>', 'messages to print, or all', top, 20)
    .addOption(orderOption())
    .option('--reviewer <name>', 'whose queue it is: without appeals against that reviewer')
    .addOption(
      new Option('--not-read [reason]', 'messages that the model did not read, instead').choices(NOT_READ_REASONS),
    )
    .option('--unmask', 'show slurs as they stand', false)
    .option('--full', 'print whole messages instead of one line of each', false)
    .option('--json', 'print JSON', false);

/** Orders that go by what a model said. */
const BY_SCORE: readonly string[] = ['urgent', 'uncertain', 'audit'];

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const queueVerb = () => command().action((options) => run((setting) => printQueue(setting, options)));

async function printQueue(setting: Setting, options: Options): Promise<void> {
  const { screen } = setting;
  await using desk = await VerbDesk.open(setting, options.workspace);
  const { client } = desk;
  const state = await client.workspace.state();
  if (!state.open) return;
  if (state.revision === null && BY_SCORE.includes(options.order))
    throw new NotDone(
      `Nothing in ${options.workspace} has been scored yet.`,
      `Score it with \`moderato triage --workspace ${options.workspace}\`.`,
    );
  // What reviewers see differently was decided, by each of them.
  const any = options.decided !== undefined || options.order === 'disagreement';
  const filter = await filterOf(client, { ...options, status: options.status ?? (any ? 'all' : 'to-do') });
  if (options.notRead !== undefined) return await printNotRead(setting, client, filter, options);
  const reviewer = options.reviewer === undefined ? undefined : await knownReviewer(screen, client, options.reviewer);
  const input = { order: options.order as z.infer<typeof Order>, filter, reviewer };
  if (options.json) return await writeRowsJson(screen, 'queue', jsonRows(client, input, options.top));
  const { scored, waiting } = state.counts;
  let rows = 0;
  const rankColumns = String(Math.min(options.top, scored)).length;
  for await (const { rank, entry } of ranked(client, input, options.top)) {
    rows++;
    for (const line of entryLines(screen, rank, entry, { ...options, numbers: true, rankColumns })) screen.line(line);
    if (options.order === 'disagreement') await printVerdicts(screen, client, entry.message.id, reviewer);
  }
  if (rows === 0) screen.note('No message of the queue fits.');
  else
    screen.note(
      screen.style(
        'dim',
        state.revision === null
          ? `${count(rows)} shown; none has been scored yet.`
          : `${count(rows)} shown of ${count(scored)} scored by ${state.revision.name}.`,
        screen.err,
      ),
    );
  if (waiting > 0) {
    screen.note(
      `Waiting to be scored: ${counted(waiting, 'message')}. Run \`moderato triage --workspace ${options.workspace}\`.`,
    );
  }
}

/** Who decided what, below an entry. */
async function printVerdicts(
  screen: Setting['screen'],
  client: DeskClient,
  item: number,
  reviewer: number | undefined,
): Promise<void> {
  const { verdicts } = await client.queue.item({ item, reviewer });
  const names = new Map((await client.reviewers.list()).map(({ id, name }) => [id, name]));
  const labels = new Map((await client.labels.list()).map(({ id, name }) => [id, name]));
  const said = (verdicts ?? []).map(({ reviewer: by, labels: given }) => {
    const words = given.map((label) => safeLine(labels.get(label) ?? '')).join(', ') || 'none';
    return `${safeLine(names.get(by) ?? '')}: ${words}`;
  });
  if (said.length > 0) screen.line(fill('', 4) + cut(said.join(' · '), screen.columns - 4));
}

async function* jsonRows(client: DeskClient, input: z.input<typeof PageInput>, top: number): AsyncGenerator<object> {
  for await (const { rank, entry } of ranked(client, { ...input, blind: false }, top)) yield queueRow(rank, entry);
}

/** Whose queue it is. Who is new here has decided nothing, so nothing is left out: that is said, because it may be a slip. */
async function knownReviewer(screen: Setting['screen'], client: DeskClient, name: string): Promise<number | undefined> {
  const found = named(await client.reviewers.list(), name);
  if (found === undefined)
    screen.note(`${safeLine(name)} has decided nothing here yet, so nothing is left out of the queue.`);
  return found?.id;
}

/** Id of the reviewer of this name. @throws WrongUsage */
export async function reviewerOf(client: DeskClient, name: string): Promise<number> {
  const reviewers = await client.reviewers.list();
  const found = named(reviewers, name);
  if (found !== undefined) return found.id;
  throw new WrongUsage(
    `Nobody called ${name} has decided anything here.`,
    reviewers.length === 0 ? 'Leave --reviewer out.' : `There are ${reviewers.map((one) => one.name).join(', ')}.`,
  );
}

async function printNotRead(
  { screen }: Pick<Setting, 'screen'>,
  client: DeskClient,
  filter: NonNullable<z.input<typeof PageInput>['filter']>,
  options: Options,
): Promise<void> {
  const reasons: readonly NotReadReason[] = typeof options.notRead === 'string' ? [options.notRead] : NOT_READ_REASONS;
  const input = { order: 'not-read' as const, filter: { ...filter, notRead: [...reasons] } };
  if (options.json) {
    const rows = (async function* () {
      for await (const { entry } of ranked(client, input, options.top)) yield unreadRow(entry);
    })();
    return await writeRowsJson(screen, 'not_read', rows);
  }
  const { notRead } = await client.queue.facets();
  let shown = 0;
  let heading: NotReadReason | null = null;
  for await (const { entry } of ranked(client, input, options.top)) {
    const { message, notRead: reason } = entry;
    if (reason !== null && reason !== heading) {
      const all = notRead.find((one) => one.reason === reason)?.items ?? 0;
      screen.line(screen.style('bold', `${count(all)} ${reasonInWords(reason)}`));
      heading = reason;
    }
    shown++;
    const names = message.attachments.map(({ name }) => name).join(', ');
    const words = message.text.trim() === '' ? names || '(nothing)' : message.text;
    screen.line(`  ${cut(shownText(words, options.unmask), screen.columns - 2)}`);
    screen.line(screen.style('dim', fill('', 4) + cut(whereabouts(message), screen.columns - 4)));
  }
  if (shown === 0) screen.note('Every message was read.');
}
