import { Option } from '@commander-js/extra-typings';
import { ESCALATIONS, REOPENINGS } from '../desk/review/reasons.ts';
import { itemNumbers, openReview, reviewing, seenNow, touched } from './reviewing.ts';
import { run } from './run.ts';
import { safeLine } from './terminal/safe-text.ts';

export const escalateVerb = () =>
  reviewing('escalate')
    .summary('put messages in first place: they cannot wait')
    .requiredOption('--item <number,…>', 'messages by their numbers', itemNumbers)
    .addOption(new Option('--reason <reason>', 'why').choices(ESCALATIONS).makeOptionMandatory())
    .option('--note <words>', 'more about it')
    .action((options) =>
      run(async (setting) => {
        await using desk = await openReview(setting, options);
        const { client, reviewer } = desk;
        const seen = await seenNow(client, options.item);
        const done = await client.review.escalate({
          reviewer,
          seen,
          reason: options.reason,
          note: options.note ?? null,
        });
        if (options.json) return setting.screen.line(JSON.stringify(done));
        setting.screen.line(`Escalated ${touched(done)}.`);
        if (done.contact) setting.screen.paragraph(safeLine(done.contact));
        else
          setting.screen.paragraph('Nobody has written down whom to call: moderato labels --contact "…" does.', 'dim');
      }),
    );

export const reopenVerb = () =>
  reviewing('reopen')
    .summary('have decided messages decided again, by somebody else')
    .requiredOption('--item <number,…>', 'messages by their numbers', itemNumbers)
    .addOption(new Option('--reason <reason>', 'why').choices(REOPENINGS).makeOptionMandatory())
    .option('--note <words>', 'more about it')
    .action((options) =>
      run(async (setting) => {
        await using desk = await openReview(setting, options);
        const { client, reviewer } = desk;
        const seen = await seenNow(client, options.item);
        const done = await client.review.reopen({ reviewer, seen, reason: options.reason, note: options.note ?? null });
        if (options.json) setting.screen.line(JSON.stringify(done));
        else setting.screen.line(`Reopened ${touched(done)}. What was decided is not shown to whoever decides next.`);
      }),
    );
