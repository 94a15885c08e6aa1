import { Command } from '@commander-js/extra-typings';
import { instant } from './options.ts';
import { itemNumbers, openReview, reviewing } from './reviewing.ts';
import { run } from './run.ts';
import { counted } from './terminal/figures.ts';
import { WrongUsage } from './terminal/problem.ts';
import { safeLine } from './terminal/safe-text.ts';

export const eraseVerb = () =>
  reviewing('erase')
    .summary('take messages out for good: texts, records, scores, names')
    .description(
      'Takes messages out of the workspace for good, by author, by number, or all before a time. What is on hold stays. That something was erased, by whom and why, stays in the chain; what it said does not.',
    )
    .option('--author <pseudonym>', 'everything by this author')
    .option('--item <number,…>', 'messages by their numbers', itemNumbers)
    .option('--before <time>', 'everything sent before this time', instant)
    .requiredOption('--reason <words>', 'why')
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        const { author, item, before, reason } = options;
        if ([author, item, before].filter((one) => one !== undefined).length !== 1)
          throw new WrongUsage('Say in one way what is to go.', 'Give --author, or --item, or --before.');
        await using desk = await openReview(setting, options);
        const { client, reviewer } = desk;
        const done = await client.audit.erase({
          reviewer,
          reason,
          ...(item && { items: [...item] }),
          ...(before !== undefined && { before }),
          ...(author !== undefined && { author: (await client.queue.author({ pseudonym: author })).author }),
        });
        if (options.json) return screen.line(JSON.stringify(done));
        screen.line(`Erased ${counted(done.items, 'message')}.`);
        if (done.held.length > 0) screen.line(`${counted(done.held.length, 'message')} left alone, on hold.`);
        for (const { name } of done.revisions)
          screen.line(`${safeLine(name)} had learned from some of it: train it anew if that must not stay.`);
      }),
    );

const put = () =>
  reviewing('put')
    .summary('keep messages from being erased')
    .requiredOption('--item <number,…>', 'messages by their numbers', itemNumbers)
    .requiredOption('--reason <words>', 'why')
    .action((options) =>
      run(async (setting) => {
        await using desk = await openReview(setting, options);
        for (const item of options.item)
          await desk.client.audit.hold({ reviewer: desk.reviewer, item, reason: options.reason });
        setting.screen.line(`On hold: ${counted(options.item.length, 'message')}.`);
      }),
    );

const release = () =>
  reviewing('release')
    .summary('let messages be erased again')
    .requiredOption('--item <number,…>', 'messages by their numbers', itemNumbers)
    .action((options) =>
      run(async (setting) => {
        await using desk = await openReview(setting, options);
        for (const item of options.item) await desk.client.audit.release({ reviewer: desk.reviewer, item });
        setting.screen.line(`No longer on hold: ${counted(options.item.length, 'message')}.`);
      }),
    );

export const holdVerb = () =>
  new Command('hold').summary('what must not be erased').addCommand(put()).addCommand(release());

export const revealVerb = () =>
  reviewing('reveal')
    .summary('the real name behind a pseudonym; that you looked stays in your chain')
    .requiredOption('--author <pseudonym>', 'who')
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await openReview(setting, options);
        const { client, reviewer } = desk;
        const { author } = await client.queue.author({ pseudonym: options.author });
        const found = await client.audit.reveal({ reviewer, author });
        if (options.json) return screen.line(JSON.stringify(found));
        for (const { name, account } of found.names)
          screen.line(safeLine(name) + (account === null ? '' : screen.style('dim', `  account ${safeLine(account)}`)));
        if (found.names.length === 0) screen.line('The exports have no name for this author.');
      }),
    );
