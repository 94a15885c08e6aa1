import { InvalidArgumentError } from '@commander-js/extra-typings';
import { fraction } from './options.ts';
import { openReview, reviewing, touched } from './reviewing.ts';
import { run } from './run.ts';

function share(text: string): number {
  const value = fraction(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It must be above 0: 0.05 is one in twenty.');
}

export const doubleReviewVerb = () =>
  reviewing('double-review')
    .summary('have some decided messages, drawn at random, decided by a second reviewer')
    .description(
      'Draws from the messages that exactly one reviewer has decided, and puts them into the queue of the others, who are not shown what the first decided. On them rests what `moderato agreement` says. One `moderato undo` takes the draw back.',
    )
    .requiredOption('--share <share>', 'of these messages, rounded up: 0.05 is one in twenty', share)
    .action((options) =>
      run(async (setting) => {
        await using desk = await openReview(setting, options);
        const done = await desk.client.review.doubleReview({ reviewer: desk.reviewer, share: options.share });
        if (options.json) setting.screen.line(JSON.stringify(done));
        else
          setting.screen.paragraph(
            `Drew ${touched(done)}. They are in the queue of everybody but the first reviewer: moderato queue --status reopened --reviewer NAME --workspace ${options.workspace}`,
          );
      }),
    );
