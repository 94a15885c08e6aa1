import { Option } from '@commander-js/extra-typings';
import { ESCALATIONS, REOPENINGS } from '../desk/review/reasons.ts';
import type { DeskClient } from './desk.ts';
import { itemNumbers, openReview, reviewing, seenNow, touched, type ReviewOptions } from './reviewing.ts';
import { run, type Setting } from './run.ts';
import type { Screen } from './terminal/screen.ts';
import { safeLine } from './terminal/safe-text.ts';

export const escalateVerb = () =>
  reasoned('escalate', ESCALATIONS)
    .summary('put messages in first place: they cannot wait')
    .action(({ reason, ...options }) =>
      run((setting) =>
        carryOut(
          setting,
          options,
          (client, deed) => client.review.escalate({ ...deed, reason }),
          (screen, done) => {
            screen.line(`Escalated ${touched(done)}.`);
            if (done.contact) screen.paragraph(safeLine(done.contact));
            else screen.paragraph('Nobody has written down whom to call: moderato labels --contact "…" does.', 'dim');
          },
        ),
      ),
    );

export const reopenVerb = () =>
  reasoned('reopen', REOPENINGS)
    .summary('have decided messages decided again, by somebody else')
    .action(({ reason, ...options }) =>
      run((setting) =>
        carryOut(
          setting,
          options,
          (client, deed) => client.review.reopen({ ...deed, reason }),
          (screen, done) =>
            screen.line(`Reopened ${touched(done)}. What was decided is not shown to whoever decides next.`),
        ),
      ),
    );

/** A verb that does something with messages for one of some reasons. */
const reasoned = <const R extends string>(name: string, reasons: readonly R[]) =>
  reviewing(name)
    .requiredOption('--item <number,…>', 'messages by their numbers', itemNumbers)
    .addOption(new Option('--reason <reason>', 'why').choices(reasons).makeOptionMandatory())
    .option('--note <words>', 'more about it');

interface DeedOptions extends ReviewOptions {
  readonly item: readonly number[];
  readonly note?: string | undefined;
  readonly json: boolean;
}

interface Deed {
  readonly reviewer: number;
  readonly seen: { item: number; version: number }[];
  readonly note: string | null;
}

async function carryOut<D>(
  setting: Setting,
  options: DeedOptions,
  work: (client: DeskClient, deed: Deed) => Promise<D>,
  show: (screen: Screen, done: D) => void,
): Promise<void> {
  await using desk = await openReview(setting, options);
  const { client, reviewer } = desk;
  const seen = await seenNow(client, options.item);
  const done = await work(client, { reviewer, seen, note: options.note ?? null });
  if (options.json) setting.screen.line(JSON.stringify(done));
  else show(setting.screen, done);
}
