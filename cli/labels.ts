import { VerbDesk } from './desk.ts';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { run } from './run.ts';
import { labelOf } from './filters.ts';
import { natural } from './options.ts';
import { table } from './terminal/table.ts';
import { safeLine } from './terminal/safe-text.ts';

const SEVERITIES = ['nothing to act on', 'mild', 'serious', 'the worst'] as const;

function severity(text: string): number {
  const n = natural(text);
  if (n < SEVERITIES.length) return n;
  throw new InvalidArgumentError('It must be 0 (nothing to act on), 1 (mild), 2 (serious) or 3 (the worst).');
}

/** Shows and changes the words that a community decides in. */
export const labelsVerb = () =>
  new Command('labels')
    .summary('the words that your community decides in')
    .description('Lists the labels of a workspace; adds, changes or retires one. What was decided keeps its label.')
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--add <name>', 'a new label')
    .option('--change <name>', 'a label that is there')
    .option('--name <name>', 'with --change: its new name')
    .option('--severity <n>', '0: nothing to act on … 3: the worst', severity)
    .option('--key <key>', 'its key in the window')
    .option('--guidance <words>', 'when it applies')
    .option('--retire <name>', 'offer it no longer')
    .option('--contact <words>', 'what whoever escalates is told: whom to call, where to report')
    .option('--json', 'print JSON', false)
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await VerbDesk.open(setting, options.workspace);
        const { client } = desk;
        const { add, change, retire, contact } = options;
        if (add !== undefined)
          await client.labels.put({
            name: add,
            severity: options.severity ?? 1,
            key: options.key ?? null,
            guidance: options.guidance ?? '',
          });
        for (const [name, retired] of [
          [change, false],
          [retire, true],
        ] as const) {
          if (name === undefined) continue;
          const id = await labelOf(client, name);
          const label = (await client.labels.list()).find((one) => one.id === id);
          if (label === undefined) continue;
          await client.labels.put({
            ...label,
            retired,
            ...(options.name !== undefined && { name: options.name }),
            ...(options.severity !== undefined && { severity: options.severity }),
            ...(options.key !== undefined && { key: options.key }),
            ...(options.guidance !== undefined && { guidance: options.guidance }),
          });
        }
        if (contact !== undefined) await client.settings.set({ contact });
        const labels = (await client.labels.list()).filter(({ retired }) => !retired);
        const settings = await client.settings.get();
        if (options.json) return screen.line(JSON.stringify({ labels, contact: settings.contact }));
        if (labels.length === 0) screen.line('There are no labels yet. Add one: --add NAME --severity 2');
        else
          for (const line of table(
            [{ head: 'label' }, { head: 'severity' }, { head: 'key' }, { head: 'when it applies' }],
            labels.map((label) => [
              safeLine(label.name),
              `${label.severity} ${SEVERITIES[label.severity] ?? ''}`,
              safeLine(label.key ?? '–'),
              safeLine(label.guidance),
            ]),
            screen.columns,
          ))
            screen.line(line);
        if (settings.contact !== '') screen.paragraph(`Escalations: ${safeLine(settings.contact)}`);
      }),
    );
