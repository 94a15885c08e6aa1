import { Command, Option } from '@commander-js/extra-typings';
import { VerbDesk } from './desk.ts';
import { exportSigned } from './merge.ts';
import { showJob } from './reading.ts';
import { run } from './run.ts';
import { counted } from './terminal/figures.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';

export const exportVerb = () =>
  new Command('export')
    .summary('what was decided, as a file')
    .description(
      'Writes one row for each decision: which message by the ids of its platform, its text, labels, reviewer. Authors and reviewers stand under their pseudonyms. Or, with --signed, all that one reviewer did, for `moderato merge`.',
    )
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .requiredOption('--out <file>', 'the new file: .csv or .jsonl; any name with --signed')
    .addOption(new Option('--format <format>', 'default: by the name of the file').choices(['csv', 'jsonl'] as const))
    .option('--signed', 'the chain of one reviewer, signed, without texts: to be merged into another workspace', false)
    .option('--reviewer <name>', 'with --signed: whose; default: MODERATO_REVIEWER, else your name on this computer')
    .option('--json', 'print the report as JSON', false)
    .action((options) =>
      run(async (setting) => {
        if (options.signed) return await exportSigned(setting, options);
        const { screen } = setting;
        using progress = new Progress(screen, { quiet: options.json });
        const say = (line: string): void => progress.say(line);
        await using desk = await VerbDesk.open(setting, options.workspace, { say });
        const format = options.format ?? (/\.(jsonl|ndjson)$/i.test(options.out) ? 'jsonl' : 'csv');
        const report = await desk.run({ kind: 'export', path: options.out, format }, (event) => {
          if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
        });
        progress.clear();
        if (options.json) screen.line(JSON.stringify(report));
        else screen.line(`${safeLine(report.path)}: ${counted(report.rows, 'decision')}.`);
      }),
    );
