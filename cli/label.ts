import { filterOf, filtered, labelOf } from './filters.ts';
import { positive } from './options.ts';
import { itemNumbers, openReview, seenNow, touched } from './reviewing.ts';
import { run, type Setting } from './run.ts';
import { counted } from './terminal/figures.ts';
import { WrongUsage } from './terminal/problem.ts';

const command = () =>
  filtered('label')
    .summary('decide messages, one by one or all that a filter hits')
    .description(
      'Decides messages. Name them by --item, as `moderato queue` prints them, or with the same filters as the queue: then it says how many it hits, and decides them when --expect names that number.',
    )
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .requiredOption('--as <label,…>', 'the label, or several; none: nothing applies')
    .option('--item <number,…>', 'messages by their numbers', itemNumbers)
    .option('--expect <n>', 'how many the filter hits', positive)
    .option('--reason <words>', 'why, for others')
    .option('--note <words>', 'more about it')
    .option('--settle', 'say what holds where other reviewers see it differently', false)
    .option('--reviewer <name>', 'who decides; default: MODERATO_REVIEWER, else your name on this computer')
    .option('--json', 'print JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const labelVerb = () => command().action((options) => run((setting) => label(setting, options)));

async function label(setting: Setting, options: Options): Promise<void> {
  const { screen } = setting;
  await using desk = await openReview(setting, options);
  const { client, reviewer } = desk;
  const names = options.as === 'none' ? [] : options.as.split(',').map((name) => name.trim());
  const labels = await Promise.all(names.map((name) => labelOf(client, name)));
  const decision = {
    labels,
    reasons: options.reason === undefined ? [] : [options.reason],
    note: options.note ?? null,
  };
  const filter = await filterOf(client, options);
  if (options.item === undefined && Object.keys(filter).length === 0)
    throw new WrongUsage('Nothing says which messages are meant.', 'Name them with --item, or give a filter.');
  if (options.item !== undefined) {
    const seen = await seenNow(client, options.item);
    const done = await client.review.decide({ reviewer, seen, ...decision, settles: options.settle });
    if (options.json) screen.line(JSON.stringify(done));
    else screen.line(`Decided ${touched(done)}.`);
    return;
  }
  if (options.settle)
    throw new WrongUsage('Only named messages can be settled.', 'Name them with --item: look at what each says.');
  const { total } = await client.queue.count({ filter, reviewer });
  if (options.expect === undefined || options.expect !== total) {
    if (options.json) screen.line(JSON.stringify({ total }));
    else screen.line(`This hits ${counted(total, 'message')}. To decide them: --expect ${total}.`);
    if (options.expect !== undefined)
      throw new WrongUsage(`--expect ${options.expect} is not what it hits.`, 'Look again.');
    return;
  }
  const done = await client.review.decideAll({ reviewer, filter, expected: total, ...decision });
  if (options.json) screen.line(JSON.stringify(done));
  else screen.line(`Decided ${touched(done)}. One \`moderato undo\` takes all of it back.`);
}
