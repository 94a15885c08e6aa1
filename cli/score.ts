import { Command, Option } from '@commander-js/extra-typings';
import { chooseModel } from '../desk/models/choose.ts';
import type { SourceRow } from '../desk/importers/record.ts';
import type { Summary } from '../desk/importers/source.ts';
import { openTables } from '../desk/tables/open.ts';
import { formatOf, ROW_FORMATS, RowWriter } from '../desk/tables/writer.ts';
import type { EngineSession } from '../desk/engine/session.ts';
import { openModel } from '../desk/triage/scoring.ts';
import { scoreRows, type RowNotRead } from '../desk/triage/score-rows.ts';
import { positive } from './options.ts';
import { run, type Setting } from './run.ts';
import { count, counted, duration, rate } from './terminal/figures.ts';
import { Failed, Interrupted, WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';

const command = () =>
  new Command('score')
    .summary('rows in, rows out')
    .description(
      'Scores every row of a table, in its order, at constant memory: {"id","label","score","scores":{…}}; rows that were not read have "not_read" with the reason.',
    )
    .requiredOption(
      '--in <file>',
      'CSV, TSV, JSON lines, Parquet or an export, also packed (.gz, .zip); - is standard input',
    )
    .requiredOption('--out <file>', 'where the rows go: .jsonl or .csv, also .gz; - is standard output')
    .addOption(
      new Option('--format <format>', 'format of the rows; default: by the name of --out, else jsonl').choices(
        ROW_FORMATS,
      ),
    )
    .option('--adapter <file>', 'adapter to score with; default: the one that comes with the program')
    .option('--model <file>', 'base model, by path or id; default: the one that the adapter names')
    .option('--depth <n>', 'exit depth; it must be that of the adapter', positive)
    .option('--text <column>', 'column of the text')
    .option('--id <column>', 'column of the id; default: a column that is called so, else the number of the row')
    .option('--deterministic', 'the same scores to the last bit every time; slower', false);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const scoreVerb = () => command().action((options) => run((setting) => scoreTable(setting, options)));

async function scoreTable(setting: Setting, options: Options): Promise<void> {
  const { screen, places, signal } = setting;
  const format = options.format ?? (options.out === '-' ? 'jsonl' : formatOf(options.out));
  if (format === undefined) {
    throw new WrongUsage(
      `${options.out} does not say in which format to write.`,
      'Call it .jsonl or .csv, or give --format.',
    );
  }
  const chosen = await chooseModel(places, options);
  using progress = new Progress(screen);
  await using supervisor = setting.engine((line) => progress.say(line));
  const started = performance.now();
  const { deterministic, depth } = options;
  const opening = { deterministic, ...(depth !== undefined && { depth }) };
  await using owned = new AsyncDisposableStack();
  let session: EngineSession | undefined;
  const notRead = new Map<RowNotRead, number>();
  const summaries: Summary[] = [];
  let writer: RowWriter | undefined;
  try {
    let before = 0;
    for await (const { reading, source } of openTables(options.in, options, false, { signal })) {
      // Only now, because a missing file or column is told at once.
      progress.update({ what: 'Opening the model', done: 0, total: 0, unit: '' });
      session ??= owned.use(await openModel(supervisor, places, chosen, opening, signal));
      writer ??= new RowWriter({
        to: options.out === '-' ? screen.out : options.out,
        format,
        labels: chosen.adapter.labels,
        from: options.in,
      });
      const { size } = source;
      const onProgress = (done: number): void => {
        const part = size === null || size === 0 ? 0 : reading.summary.bytes / size;
        // Rows are not known before the end of the file; the bytes that were read tell about how many there are.
        progress.update({
          what: 'Scoring',
          done: before + done,
          total: part > 0 && part < 1 ? Math.round((before + reading.summary.rows) / part) : 0,
          unit: 'rows',
        });
      };
      const rows: AsyncIterable<readonly SourceRow[]> = reading;
      for await (const scored of scoreRows(session, chosen.adapter, rows, { signal, onProgress })) {
        await writer.write(scored);
        for (const row of scored) {
          if ('not_read' in row) notRead.set(row.not_read, (notRead.get(row.not_read) ?? 0) + 1);
        }
      }
      summaries.push(reading.summary);
      before = writer.rows;
    }
    await writer?.finish();
  } catch (error) {
    progress.clear();
    await writer?.close();
    if (!signal.aborted) throw error;
    throw new Interrupted(
      writer?.partial === undefined
        ? `Stopped after ${counted(writer?.rows ?? 0, 'row')}.`
        : `Stopped. The first ${counted(writer.rows, 'row')} lie in ${writer.partial}.`,
    );
  }
  progress.clear();
  const rows = writer?.rows ?? 0;
  const seconds = (performance.now() - started) / 1000;
  const unread = [...notRead.values()].reduce((sum, n) => sum + n, 0);
  screen.note(
    `${counted(rows, 'row')} in ${duration(seconds)} (${rate(rows / seconds)}/s) with ${chosen.adapter.name}` +
      (unread === 0
        ? '.'
        : `; ${count(unread)} not read: ${[...notRead].map(([why, n]) => `${count(n)} ${why}`).join(', ')}.`),
  );
  for (const { warnings } of summaries) for (const warning of warnings) screen.note(safeLine(warning));
  if (summaries.some(({ complete }) => !complete)) throw new Failed();
}
