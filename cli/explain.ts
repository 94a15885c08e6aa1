import { Command } from '@commander-js/extra-typings';
import { chooseModel } from '../desk/models/choose.ts';
import { explainText, type ExplainedWord } from '../desk/triage/explain.ts';
import { nearestDecided, type DecidedNeighbour } from '../desk/triage/decided.ts';
import { readLabelled } from '../desk/tables/labelled.ts';
import { openModel } from '../desk/triage/scoring.ts';
import { VerbDesk } from './desk.ts';
import { mapping, positive } from './options.ts';
import { run, type Setting } from './run.ts';
import { noteTable } from './tables.ts';
import { shownText } from './terminal/entries.ts';
import { probability } from './terminal/figures.ts';
import { WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';
import type { Screen } from './terminal/screen.ts';
import { standardInput } from './terminal/standard-input.ts';
import { table } from './terminal/table.ts';

const command = () =>
  new Command('explain')
    .summary('why a text has its score')
    .description(
      'Shows what each word adds to the score of a text: the score less that of the text without the word. With a DS-LoRA adapter also how far its gates open at the word, and usually do. With --decided also the three decided messages that the model reads most alike.',
    )
    .option('--text <text>', 'the text; - is standard input')
    .option('-w, --workspace <file>', 'instead of a text: a message of this workspace, with the model that scored it')
    .option('--item <number>', 'its number, as `moderato queue` prints it', positive)
    .option('--adapter <file>', 'adapter to score with; default: the one that comes with the program')
    .option('--model <file>', 'base model, by path or id; default: the one that the adapter names')
    .option('-n, --top <n>', 'words to print, those that matter most', positive, 12)
    .option('--decided <file>', 'labelled rows to look for similar ones in: CSV, TSV, JSON lines, Parquet, also packed')
    .option('--map <role=column,…>', 'columns of that file, such as text=comment,label=verdict', mapping)
    .option('--unmask', 'show slurs as they stand', false)
    .option('--deterministic', 'the same figures to the last bit every time; slower', false)
    .option('--json', 'print JSON', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const explainVerb = () => command().action((options) => run((setting) => explain(setting, options)));

/** As many as fit below the words and are still read. */
const NEIGHBOURS = 3;
const COLUMN_OPTIONS = { text: '--map text=COLUMN,…', label: '--map text=COLUMN,label=COLUMN' };

async function explain(setting: Setting, options: Options): Promise<void> {
  const { workspace, item, text } = options;
  if (workspace !== undefined && item !== undefined && text === undefined)
    return await explainItem(setting, workspace, item, options);
  if (text !== undefined && workspace === undefined && item === undefined)
    return await explainOne(setting, text, options);
  throw new WrongUsage('Say what is to be explained in one way.', 'Give --text, or --workspace and --item.');
}

/** A message as it stands in the queue: through the desk, with what was decided about those that are most alike. */
async function explainItem(setting: Setting, workspace: string, item: number, options: Options): Promise<void> {
  const { screen, signal } = setting;
  using progress = new Progress(screen, { quiet: options.json });
  await using desk = await VerbDesk.open(setting, workspace, { say: (line) => progress.say(line) });
  const { client } = desk;
  progress.update({ what: 'Opening the model', done: 0, total: 0, unit: '' });
  const { label, score, words, alike } = await client.queue.explain({ item }, { signal });
  const names = new Map((await client.labels.list()).map(({ id, name }) => [id, name]));
  progress.clear();
  const near = alike.map(({ message, labels, cosine }) => ({
    id: String(message.id),
    text: message.text,
    labels: labels.map((id) => names.get(id) ?? ''),
    cosine,
  }));
  if (options.json) return screen.line(JSON.stringify({ item, label, score, words, decided: near }));
  const { message } = await client.queue.item({ item });
  screen.paragraph(shownText(message.text, options.unmask));
  screen.line();
  print(screen, { label, score, words, near: near.length > 0 ? near : null }, options);
}

async function explainOne(setting: Setting, given: string, options: Options): Promise<void> {
  const { screen, places, signal } = setting;
  if (options.map && options.decided === undefined)
    throw new WrongUsage('--map names columns of the file of --decided.', 'Give that file as well: --decided FILE.');
  if (options.decided === '-' && given === '-')
    throw new WrongUsage(
      'Standard input can be the text or the decided rows, not both.',
      'Give one of them as a file.',
    );
  const chosen = await chooseModel(places, options);
  const multiLabel = chosen.adapter.task === 'multi-label';
  const decided =
    options.decided === undefined
      ? null
      : await readLabelled(options.decided, options.map ?? {}, { signal, multiLabel, named: COLUMN_OPTIONS });
  const text = given === '-' ? await standardInput(signal) : given;
  using progress = new Progress(screen, { quiet: options.json });
  await using supervisor = setting.engine((line) => progress.say(line));
  progress.update({ what: 'Opening the model', done: 0, total: 0, unit: '' });
  const { deterministic } = options;
  await using session = await openModel(supervisor, places, chosen, { deterministic }, signal);
  progress.update({ what: 'Leaving words out', done: 0, total: 0, unit: '' });
  const { label, labels, score, scores, words } = await explainText(session, chosen.adapter, text, { signal });
  const onProgress = (done: number, total: number): void =>
    progress.update({ what: 'Reading what was decided', done, total, unit: 'rows' });
  const near = decided && (await nearestDecided(session, text, decided, NEIGHBOURS, { signal, onProgress }));
  progress.clear();
  if (decided) noteTable(screen, decided);
  if (options.json)
    return screen.line(
      JSON.stringify({ label, ...(labels && { labels }), score, scores, words, ...(near && { decided: near }) }),
    );
  print(screen, { label, ...(labels && { labels }), score, words, near }, options);
}

interface Explained {
  readonly label: string | null;
  readonly labels?: readonly string[];
  readonly score: number;
  readonly words: readonly ExplainedWord[];
  readonly near: readonly DecidedNeighbour[] | null;
}

function print(screen: Screen, { label, labels, score, words, near }: Explained, options: Options): void {
  screen.line(`${probability(score)}  ${safeLine(labels?.join(', ') || (label ?? 'no label'))}`);
  screen.line();
  for (const line of wordTable(words, options, screen.columns)) screen.line(line);
  if (near) {
    screen.line();
    for (const line of neighbourTable(near, options, screen.columns)) screen.line(line);
  }
  screen.line();
  screen.paragraph(legend(words, near !== null), 'dim');
}

function legend(words: readonly ExplainedWord[], near: boolean): string {
  return [
    'Effect: what the word adds to the score; without it the score would be lower by so much.',
    words.some(({ gates }) => gates !== null)
      ? 'Gates: how far the update is let in at the word, 0 to 1, by third of the layers.'
      : '',
    words.some(({ usual }) => usual !== null)
      ? 'Usually: at the same word in the texts of the training, at any word where that one is rare.'
      : '',
    near
      ? 'Decided: what was decided about the messages that the model reads most like this one; 1.0 is the same.'
      : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function neighbourTable(
  near: readonly DecidedNeighbour[],
  { unmask }: Pick<Options, 'unmask'>,
  columns: number,
): readonly string[] {
  return table(
    [{ head: 'alike', side: 'right' }, { head: 'decided' }, { head: 'message' }],
    near.map(({ cosine, labels, text }) => [cosineCell(cosine), safeLine(labels.join(', ')), shownText(text, unmask)]),
    columns,
  );
}

function wordTable(
  words: readonly ExplainedWord[],
  { top, unmask }: Pick<Options, 'top' | 'unmask'>,
  columns: number,
): readonly string[] {
  const bands = Object.keys(words.find(({ gates }) => gates !== null)?.gates ?? {});
  const compared = words.some(({ usual }) => usual !== null);
  const shown = [...words].sort((a, b) => Math.abs(b.effect ?? 0) - Math.abs(a.effect ?? 0)).slice(0, top);
  return table(
    [
      { head: 'effect', side: 'right' },
      { head: 'word' },
      ...bands.map((band) => ({ head: compared ? `${band} (usually)` : band, side: 'right' as const })),
    ],
    shown.map(({ text, effect, together, gates, usual }) => [
      effect === null ? '–' : (together > 1 ? '≈ ' : '') + signed(effect),
      shownText(text, unmask),
      ...bands.map((band) => gateCell(gates?.[band], usual?.[band])),
    ]),
    columns,
  );
}

/** .81 (.52) */
function gateCell(gate: number | undefined, usual: number | undefined): string {
  if (gate === undefined) return '–';
  return probability(gate) + (usual === undefined ? '' : ` (${probability(usual)})`);
}

/** +.13, −.05, and .00 for what rounds to nothing */
const signed = (x: number): string =>
  Math.abs(x) < 0.005 ? probability(0) : `${x < 0 ? '−' : '+'}${probability(Math.abs(x))}`;

/** A cosine: .97, −.02 */
const cosineCell = (x: number): string => (x < -0.005 ? '−' : '') + probability(Math.abs(x));
