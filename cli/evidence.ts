import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { VerbDesk } from './desk.ts';
import type { DeskClient } from './desk.ts';
import { filterOf, filtered, type FilterOptions } from './filters.ts';
import { showJob } from './reading.ts';
import { itemNumbers, openReview } from './reviewing.ts';
import { run } from './run.ts';
import { count, counted } from './terminal/figures.ts';
import { Failed, WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';

/** Messages in one evidence file, at most. */
const MOST = 10_000;
/** Of the queue, at once. */
const PAGE = 500;

function neighbours(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 200) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 200.');
}

function publicKey(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It must be the 64 signs that `moderato audit heads` prints as the key.');
}

const exportEvidence = () =>
  filtered('export')
    .summary('messages with context, decisions and proof, as a zip for others')
    .description(
      'Writes messages with what stood around them, all that was decided about them, and proof: sums, a signature, and the way that they took. People stand under pseudonyms; --names adds the records of the platform and real names, which is written into your chain.',
    )
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .requiredOption('--out <file>', 'the new file: .zip')
    .option('--item <number,…>', 'messages by their numbers; without it, those that the filter hits', itemNumbers)
    .option('--names', 'with the original records and real names; that they left stays in your chain', false)
    .option('--before <n>', 'messages of the channel that go along, before each', neighbours, 10)
    .option('--after <n>', 'and after each', neighbours, 5)
    .option('--reviewer <name>', 'who signs it; default: MODERATO_REVIEWER, else your name on this computer')
    .option('--json', 'print the report as JSON', false)
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await openReview(setting, options);
        using progress = new Progress(screen, { quiet: options.json });
        const items = options.item ?? (await hit(desk.client, options));
        const { out: path, names, before, after } = options;
        const report = await desk.run(
          { kind: 'evidence', path, reviewer: desk.reviewer, items: [...items], names, before, after },
          (event) => {
            if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
          },
        );
        progress.clear();
        if (options.json) return screen.line(JSON.stringify(report));
        screen.line(
          `${safeLine(report.path)}: ${counted(report.messages, 'message')}, ${report.names ? 'with records and real names; your chain says so' : 'under pseudonyms'}.`,
        );
        screen.line(`Signed with ${report.publicKey}`);
        screen.line(`Check it anywhere: moderato evidence verify ${safeLine(report.path)}`);
      }),
    );

/** Numbers of the messages that a filter hits. @throws WrongUsage */
async function hit(client: DeskClient, options: FilterOptions): Promise<readonly number[]> {
  const filter = await filterOf(client, options);
  if (Object.keys(filter).length === 0)
    throw new WrongUsage('Say which messages.', 'Give --item NUMBER,…, or a filter such as --decided LABEL.');
  const items: number[] = [];
  for (let after = null; ;) {
    const page = await client.queue.page({ order: 'newest', filter, size: PAGE, after });
    if (page.total > MOST)
      throw new WrongUsage(
        `The filter hits ${count(page.total)} messages.`,
        `One file takes ${count(MOST)}: narrow the filter, with --since and --until for example.`,
      );
    items.push(...page.entries.map(({ message }) => message.id));
    if (page.next === null) break;
    after = page.next;
  }
  if (items.length > 0) return items;
  throw new WrongUsage('The filter hits no message.', 'Look with `moderato queue --status all` first.');
}

const verify = () =>
  new Command('verify')
    .summary('check an evidence file or a report; needs no workspace')
    .argument('<file>', 'the zip, or the report')
    .option('--source <export>', 'also against the export that the messages came from')
    .option('--key <key>', 'the public key that it must be signed with', publicKey)
    .option('--json', 'print JSON', false)
    .action((path, options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = new VerbDesk(setting, (line) => screen.note(line));
        const { source, key } = options;
        const found = await desk.client.evidence.verify({
          path,
          ...(source !== undefined && { source }),
          ...(key !== undefined && { key }),
        });
        if (options.json) screen.line(JSON.stringify(found));
        else {
          for (const { file, what } of found.problems)
            screen.line(screen.style('red', `${safeLine(file)}: ${safeLine(what)}`));
          if (found.whole && found.kind === 'report') screen.line('The report is as it was signed.');
          if (found.whole && found.kind === 'evidence')
            screen.line(
              `${counted(found.messages, 'message')} in ${counted(found.files, 'file')}, as they were signed${found.made === null ? '' : ` on ${safeLine(found.made)}`}${found.names ? ', with real names' : ''}.`,
            );
          if (found.source !== null) {
            const { records, missing, unknownTexts } = found.source;
            screen.line(`Found in the export as here: ${counted(records, 'record')}.`);
            if (missing > 0) screen.line(`From another export, which was not given: ${counted(missing, 'record')}.`);
            if (unknownTexts > 0)
              screen.line(
                `Compared as whole rows, their text column not being known: ${counted(unknownTexts, 'record')}.`,
              );
          }
          if (found.whole && found.publicKey !== null) {
            screen.line(`Signed by ${safeLine(found.reviewer ?? 'somebody')} with the key ${found.publicKey}`);
            if (key === undefined)
              screen.line('That this is the reviewer’s key, only the reviewer can say: ask, then give --key.');
          }
        }
        if (!found.whole) throw new Failed();
      }),
    );

export const evidenceVerb = () =>
  new Command('evidence')
    .summary('messages as proof for others, and the check of it')
    .addCommand(exportEvidence())
    .addCommand(verify());
