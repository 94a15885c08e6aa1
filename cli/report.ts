import { showJob } from './reading.ts';
import { openReview, reviewing } from './reviewing.ts';
import { run } from './run.ts';
import { counted } from './terminal/figures.ts';
import { Failed } from './terminal/problem.ts';
import { Progress } from './terminal/progress.ts';
import { safeLine } from './terminal/safe-text.ts';

export const reportVerb = () =>
  reviewing('report')
    .summary('what was decided and by whom, signed, as a page to print')
    .description(
      'Writes an audit report as HTML: counts, decisions by label and reviewer, the ends of the chains, your signature. People stand under pseudonyms. `moderato evidence verify` checks it.',
    )
    .requiredOption('--out <file>', 'the new file: .html')
    .option('--texts', 'with each decision and the text that it is about, unmasked', false)
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await openReview(setting, options);
        using progress = new Progress(screen, { quiet: options.json });
        const { out: path, texts } = options;
        const report = await desk.run({ kind: 'report', path, reviewer: desk.reviewer, texts }, (event) => {
          if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
        });
        progress.clear();
        if (options.json) screen.line(JSON.stringify(report));
        else {
          screen.line(`${safeLine(report.path)}: ${counted(report.decisions, 'decision')}.`);
          screen.line(`Signed with ${report.publicKey}`);
          if (!report.whole)
            screen.line(screen.style('red', 'A chain is broken; the report says which: moderato audit verify.'));
        }
        if (!report.whole) throw new Failed();
      }),
    );
