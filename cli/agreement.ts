import { Command } from '@commander-js/extra-typings';
import type { Agreement, Measured } from '../desk/contract/agreement.ts';
import { VerbDesk } from './desk.ts';
import { run } from './run.ts';
import { count, counted, share } from './terminal/figures.ts';
import { safeLine } from './terminal/safe-text.ts';
import { table } from './terminal/table.ts';
import { wrap } from './terminal/width.ts';

export const agreementVerb = () =>
  new Command('agreement')
    .summary('how far reviewers agree, and what became of appeals')
    .description(
      "Measures how far reviewers agree on messages that two or more of them decided without knowing of each other: the share of decisions that are the same, Krippendorff's alpha, and Cohen's kappa of each pair, also for each label, with 95% intervals. `moderato double-review` draws messages for it at random.",
    )
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--json', 'print JSON, reviewers under their pseudonyms', false)
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await VerbDesk.open(setting, options.workspace);
        const found = await desk.client.reviewers.agreement();
        if (options.json) return screen.line(JSON.stringify(found));
        const names = new Map((await desk.client.reviewers.list()).map(({ id, name }) => [id, name]));
        for (const line of agreementLines(found, names, screen.columns)) screen.line(line);
      }),
    );

type Figure = Measured['alpha'];

const value = (figure: Figure): string =>
  figure === null ? '–' : `${share(figure.value)} (${share(figure.low)} … ${share(figure.high)})`;
const right = (head: string) => ({ head, side: 'right' as const });

/** Lines for a terminal of so many columns. @param names of reviewers, by id */
function agreementLines(
  { all, drawn, appeals, enough }: Agreement,
  names: ReadonlyMap<number, string>,
  columns: number,
): string[] {
  const lines = [...measuredLines(all, drawn, enough, names, columns)];
  if (appeals.made > 0)
    lines.push(
      '',
      ...wrap(
        `${counted(appeals.made, 'appeal')}, ${count(appeals.decided)} of them decided: ${count(appeals.overturned)} overturned` +
          `${appeals.rate === null ? '.' : `, ${value(appeals.rate)}.`}`,
        columns,
      ),
    );
  return lines;
}

function measuredLines(
  all: Measured,
  drawn: Measured,
  enough: number,
  names: ReadonlyMap<number, string>,
  columns: number,
): readonly string[] {
  if (all.messages === 0)
    return [
      ...wrap(
        'No message was decided by two reviewers who did not know of each other. `moderato double-review` draws some for that.',
        columns,
      ),
    ];
  // Fewer say little: a number would be taken for more than it is.
  const shown = (messages: number, figure: Figure): string => (messages < enough ? 'not enough yet' : value(figure));
  const overall = (name: string, of: Measured): string[] => [
    name,
    count(of.messages),
    shown(of.messages, of.same),
    shown(of.messages, of.alpha),
  ];
  const heads = [right('messages'), { head: 'same decision' }];
  const alpha = { head: "Krippendorff's α" };
  const basis = drawn.messages >= enough ? drawn : all;
  return [
    ...table(
      [{ head: '' }, ...heads, alpha],
      [
        overall('decided by several', all),
        ...(drawn.messages > 0 ? [overall('of these, drawn at random', drawn)] : []),
      ],
      columns,
    ),
    '',
    ...table(
      [{ head: 'label' }, ...heads, alpha],
      basis.labels.map(({ label, messages, same, alpha: of }) => [
        safeLine(label),
        count(messages),
        shown(basis.messages, same),
        shown(basis.messages, of),
      ]),
      columns,
    ),
    '',
    ...table(
      [{ head: 'reviewer' }, { head: 'and' }, ...heads, { head: "Cohen's κ" }],
      basis.pairs.map(({ reviewers: [a, b], messages, same, kappa }) => [
        safeLine(names.get(a.id) ?? a.pseudonym),
        safeLine(names.get(b.id) ?? b.pseudonym),
        count(messages),
        shown(messages, same),
        shown(messages, kappa),
      ]),
      columns,
    ),
    '',
    ...wrap(
      `In brackets: 95% interval (bootstrap over texts). Below ${enough} messages no figure is shown; --json has all, and κ of each label.`,
      columns,
    ),
    ...(basis === drawn
      ? wrap('Labels and pairs: of the messages that were drawn at random.', columns)
      : wrap(
          'Labels and pairs: of all that several decided, which nobody drew at random: what they agree on elsewhere may be more or less.',
          columns,
        )),
  ];
}
