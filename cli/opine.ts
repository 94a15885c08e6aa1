import type { OpineReport } from '../desk/opinion/opine-job.ts';
import { type DeskClient, VerbDesk } from './desk.ts';
import { TO_DO, filterOf, filtered } from './filters.ts';
import { positive } from './options.ts';
import { ranked } from './paging.ts';
import { showJob } from './reading.ts';
import { itemNumbers } from './reviewing.ts';
import { run, type Setting } from './run.ts';
import { count, counted, duration, rate } from './terminal/figures.ts';
import { Interrupted, NotDone, WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';

const command = () =>
  filtered('opine')
    .summary('ask a larger model about messages, in the words of your policies')
    .description(
      'Asks a chat model that you added which of your labels a message deserves, by your own policies and guidance. What it says stands in the queue as its opinion, under its name; it decides nothing. The most uncertain messages are asked about first.',
    )
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .requiredOption('--model <file>', 'an instruct or chat model, by path or id (`moderato models list`)')
    .option('-n, --top <n>', 'messages, the most uncertain ones', positive, 200)
    .option('--item <number,…>', 'just these messages, by their numbers', itemNumbers)
    .option('--policy <name>', 'ask about this policy alone; default: all of them')
    .option('--json', 'print JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const opineVerb = () => command().action((options) => run((setting) => opine(setting, options)));

async function opine(setting: Setting, options: Options): Promise<void> {
  const { screen } = setting;
  using progress = new Progress(screen, { quiet: options.json });
  await using desk = await VerbDesk.open(setting, options.workspace, { say: (line) => progress.say(line) });
  const { client } = desk;
  const { model, policy, top } = options;
  const items = options.item ?? (await hit(client, options));
  if (items?.length === 0)
    throw new NotDone('No message fits.', 'Give another filter; audit items are left out until they are decided.');
  const report = await desk
    .run(
      {
        kind: 'opine',
        model,
        top,
        ...(items !== undefined && { items: [...items] }),
        ...(policy !== undefined && { policy: await policyOf(client, policy) }),
      },
      (event) => {
        if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
        if (event.kind === 'notice') progress.say(safeLine(event.message));
      },
    )
    .catch((error: unknown) => {
      if (error instanceof Interrupted)
        throw new Interrupted('Stopped. What it said is kept; the same command goes on with the rest.');
      throw error;
    });
  progress.clear();
  if (options.json) return screen.line(JSON.stringify(report));
  for (const line of reportLines(report)) screen.line(line);
  screen.paragraph(
    `These are the model's opinions, not decisions: moderato queue --order uncertain --workspace ${options.workspace}`,
    'dim',
  );
}

/** Messages that a filter hits, the most uncertain first; undefined where none was given. */
async function hit(client: DeskClient, options: Options): Promise<readonly number[] | undefined> {
  const filter = await filterOf(client, options);
  const { status, decided } = options;
  if (status === undefined && Object.keys(filter).length === 0) return undefined;
  const open = status === undefined && decided === undefined ? { statuses: TO_DO } : {};
  const input = { order: 'uncertain' as const, filter: { ...open, ...filter } };
  const items: number[] = [];
  for await (const { entry } of ranked(client, input, options.top)) items.push(entry.message.id);
  return items;
}

async function policyOf(client: DeskClient, wanted: string): Promise<number> {
  const policies = await client.policies.list();
  const found = policies.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return found.id;
  throw new WrongUsage(
    `There is no policy "${wanted}".`,
    policies.length === 0
      ? 'Write one: moderato policies --put NAME --guidance WORDS'
      : `There ${policies.length === 1 ? 'is' : 'are'} ${policies.map(({ name }) => safeLine(name)).join(', ')}.`,
  );
}

function reportLines({ model, backend, asked, before, audit, labels, notRead, seconds }: OpineReport): string[] {
  const said = Object.entries(labels).sort(([, a], [, b]) => b - a);
  const left = Object.entries(notRead).map(([reason, n]) => `${count(n)} ${reason}`);
  const pace = seconds > 0 && asked > 0 ? `, ${rate(asked / seconds)} a second` : '';
  return [
    `${safeLine(model.name)} gave its opinion on ${counted(asked, 'message')} in ${duration(seconds)} (${backend}${pace}).`,
    ...said.map(([label, n]) => `  ${count(n)} ${safeLine(label)}`),
    ...(before > 0 ? [`It had been asked the same about ${counted(before, 'message')} before.`] : []),
    ...(audit > 0 ? [`${counted(audit, 'audit item')} left out: they are decided without any model.`] : []),
    ...(left.length > 0 ? [`Not read: ${left.join(', ')}.`] : []),
  ];
}
