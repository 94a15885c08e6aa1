import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import type { z } from 'zod';
import type { Comparison, Revision } from '../desk/contract/revisions.ts';
import { RECOMMENDATIONS, type Recommendation } from '../desk/retrain/recommendations.ts';
import { VerbDesk, type DeskClient } from './desk.ts';
import { positive } from './options.ts';
import { openReview, reviewing } from './reviewing.ts';
import { run, type Setting } from './run.ts';
import { count, counted, moment, share } from './terminal/figures.ts';
import { WrongUsage } from './terminal/problem.ts';
import { answerTo } from './terminal/question.ts';
import { safeLine } from './terminal/safe-text.ts';
import type { Screen } from './terminal/screen.ts';
import { wrap } from './terminal/width.ts';

const WORDS: Readonly<Record<Recommendation, string>> = {
  better: 'better',
  'no-difference': 'no difference',
  worse: 'worse',
  unknown: 'not known',
};

const list = () =>
  new Command('list')
    .summary('every model that the queue had, or that was trained here')
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--json', 'print JSON', false)
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await VerbDesk.open(setting, options.workspace);
        const found = await desk.client.revisions.list();
        if (options.json) return screen.line(JSON.stringify(found));
        for (const revision of found.revisions) printRevision(screen, revision);
        if (found.revisions.length === 0) screen.line('No model has read this workspace yet.');
        if (found.before !== null) screen.paragraph(`\`moderato revisions roll-back\` goes to ${found.before}.`, 'dim');
      }),
    );

function printRevision(screen: Screen, revision: z.infer<typeof Revision>): void {
  const { id, name, base, depth, learnedFrom, createdAt, shown, comparison } = revision;
  const learned = learnedFrom === 0 ? '' : `, from ${counted(learnedFrom, 'message')}`;
  const mark = shown ? screen.style('green', '  in use') : '';
  screen.line(`${String(id).padStart(3)}  ${safeLine(name)}${mark}`);
  screen.line(screen.style('dim', `     ${moment(createdAt, false)} · ${safeLine(base)}, depth ${depth}${learned}`));
  const { messages: opinions, models } = comparison?.opinions ?? { messages: 0, models: [] };
  if (opinions > 0)
    screen.line(
      `     ${count(opinions)} of these nobody decided: it learned what ${safeLine(models.join(', '))} says of them`,
    );
  if (comparison !== null)
    screen.line(
      `     against ${comparison.against}: ${WORDS[comparison.recommendation]}${intervalOf(comparison.ranking)}`,
    );
}

const intervalOf = (difference: Comparison['ranking']): string =>
  difference === null
    ? ''
    : `, AUROC ${share(difference.champion)} → ${share(difference.challenger)} (${signed(difference.value)}, 95%: ${signed(difference.low)} to ${signed(difference.high)})`;

/** A difference of two shares. */
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${share(Math.abs(value))}`;

/** What came of comparing a challenger with the champion. */
export function comparisonLines(
  { recommendation, because, on, ranking, regression }: Comparison,
  columns: number,
): string[] {
  const rows =
    ranking === null
      ? []
      : wrap(
          `On ${counted(ranking.rows, on === 'audit' ? 'audit item' : 'decision')}, ${count(ranking.positives)} with something wrong${on === 'audit' ? ', weighted' : ', each read by a model that had not learned from it'}${intervalOf(ranking)}.`,
          columns,
        );
  const general =
    regression === null
      ? []
      : wrap(`On ${counted(regression.rows, 'general test case')} (HateCheck)${intervalOf(regression)}.`, columns);
  return [...wrap(`Recommendation: ${WORDS[recommendation]}. ${because}`, columns), ...rows, ...general];
}

function recommendation(text: string): Recommendation {
  const known = RECOMMENDATIONS.find((one) => one === text);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`It must be one of ${RECOMMENDATIONS.join(', ')}.`);
}

function revisionNumber(text: string): number {
  try {
    return positive(text);
  } catch {
    throw new InvalidArgumentError('It must be the number of a revision, as `moderato revisions list` prints it.');
  }
}

const promote = () =>
  reviewing('promote')
    .summary('show the queue of another model')
    .argument('<revision>', 'its number, as `revisions list` prints it', revisionNumber)
    .option(
      '--override <recommendation>',
      'promote what is not recommended, naming what was said of it; asks once more, or takes --sure',
      recommendation,
    )
    .option('--sure', 'answers that question', false)
    .action((revision, options) =>
      run(async (setting) => {
        await using desk = await openReview(setting, options);
        const to = await promoted(setting, desk.client, { ...options, reviewer: desk.reviewer, revision });
        if (options.json) setting.screen.line(JSON.stringify({ promoted: to }));
        else if (to !== null) setting.screen.paragraph(promotedSentence(to));
      }),
    );

export interface Promotion {
  readonly reviewer: number;
  readonly revision: number;
  /** what is not recommended is promoted only by whoever names what was said of it … */
  readonly override?: Recommendation | undefined;
  /** … and says once more that it is meant */
  readonly sure: boolean;
}

/**
 * Promotes a revision; null where somebody thought better of it. One that is not recommended is asked for twice.
 * @throws WrongUsage where nobody can be asked
 */
export async function promoted({ screen }: Setting, client: DeskClient, promotion: Promotion): Promise<number | null> {
  const { reviewer, revision, override, sure } = promotion;
  if (
    override !== undefined &&
    !sure &&
    !(await confirmed(`Really promote revision ${revision} (${WORDS[override]})?`))
  ) {
    screen.note('Nothing was changed.');
    return null;
  }
  const { to } = await client.revisions.promote({ reviewer, revision, ...(override !== undefined && { override }) });
  return to;
}

export const promotedSentence = (to: number): string =>
  `The queue has revision ${to} now. What it has not read yet keeps the scores of the one before.`;

/** A question on a terminal. @throws WrongUsage where nobody can be asked */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new WrongUsage(`${question} Nobody can be asked here.`, 'Say it with --sure, or run it in a terminal.');
  return /^y(es)?$/i.test((await answerTo(`${question} [y/N] `)).trim());
}

const rollBack = () =>
  reviewing('roll-back')
    .summary('show the queue of the model before again')
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await openReview(setting, options);
        const { to } = await desk.client.revisions.rollBack({ reviewer: desk.reviewer });
        if (options.json) return screen.line(JSON.stringify({ promoted: to }));
        screen.line(`The queue has revision ${to} again.`);
      }),
    );

export const revisionsVerb = () =>
  new Command('revisions')
    .summary('the models of a workspace: list, promote, roll back')
    .addCommand(list())
    .addCommand(promote())
    .addCommand(rollBack());
