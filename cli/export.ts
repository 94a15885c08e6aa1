import { Command, Option } from '@commander-js/extra-typings';
import { EXPORT_FORMATS, type ExportFormat } from '../desk/exporters/formats.ts';
import { VerbDesk } from './desk.ts';
import { exportSigned } from './merge.ts';
import { showJob } from './reading.ts';
import { run } from './run.ts';
import { counted } from './terminal/figures.ts';
import { WrongUsage } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';

/** What the end of a name says; `.json` may be several. */
const ENDINGS: readonly (readonly [RegExp, ExportFormat])[] = [
  [/\.csv$/i, 'csv'],
  [/\.(jsonl|ndjson)$/i, 'jsonl'],
  [/\.parquet$/i, 'parquet'],
];

export const exportVerb = () =>
  new Command('export')
    .summary('what was decided, as a file')
    .description(
      'Writes what was decided: which message by the ids of its platform, its text, labels, reviewer. Authors and reviewers stand under their pseudonyms. Or, with --signed, all that one reviewer did, for `moderato merge`.',
    )
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .requiredOption('--out <file>', 'the new file')
    .addOption(new Option('--format <format>', 'default: by the name of the file').choices(EXPORT_FORMATS))
    .option('--signed', 'the chain of one reviewer, signed, without texts: to be merged into another workspace', false)
    .option('--reviewer <name>', 'with --signed: whose; default: MODERATO_REVIEWER, else your name on this computer')
    .option('--json', 'print the report as JSON', false)
    .action((options) =>
      run(async (setting) => {
        if (options.signed) return await exportSigned(setting, options);
        const { screen } = setting;
        const format = options.format ?? formatOf(options.out);
        using progress = new Progress(screen, { quiet: options.json });
        const say = (line: string): void => progress.say(line);
        await using desk = await VerbDesk.open(setting, options.workspace, { say });
        const report = await desk.run({ kind: 'export', path: options.out, format }, (event) => {
          if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
        });
        progress.clear();
        if (options.json) return screen.line(JSON.stringify(report));
        screen.line(`${safeLine(report.path)}: ${counted(report.rows, 'decision')}.`);
        if (report.config === undefined) return;
        screen.line('The labeling configuration of the project that takes it:');
        for (const line of report.config.split('\n')) screen.line(`${/^ */.exec(line)?.[0]}${safeLine(line)}`);
      }),
    );

/** @throws WrongUsage */
function formatOf(name: string): ExportFormat {
  const known = ENDINGS.find(([ending]) => ending.test(name));
  if (known !== undefined) return known[1];
  throw new WrongUsage(
    `The name of ${name} does not say in which format it is to be written.`,
    `Give --format ${EXPORT_FORMATS.join('|')}.`,
  );
}
