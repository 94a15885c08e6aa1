import { openReview, reviewing, touched } from './reviewing.ts';
import { positive } from './options.ts';
import { run } from './run.ts';
import { counted } from './terminal/figures.ts';

const command = (name: 'undo' | 'redo', summary: string) =>
  reviewing(name).summary(summary).option('-n, --times <n>', 'so many actions', positive, 1);

type Options = ReturnType<ReturnType<typeof command>['opts']>;

export const undoVerb = () =>
  command('undo', 'take back what was decided last, whatever it was').action((options) => step('undo', options));

export const redoVerb = () =>
  command('redo', 'do again what was just undone').action((options) => step('redo', options));

const step = (what: 'undo' | 'redo', options: Options): Promise<void> =>
  run(async (setting) => {
    await using desk = await openReview(setting, options);
    const items = new Set<number>();
    for (let i = 0; i < options.times; i++) {
      const done = await desk.client.review[what]({ reviewer: desk.reviewer });
      for (const item of done.items) items.add(item);
      if (!options.json) setting.screen.line(`${what === 'undo' ? 'Taken back' : 'Done again'}: ${touched(done)}.`);
    }
    if (options.json) setting.screen.line(JSON.stringify({ items: [...items] }));
    else if (options.times > 1) setting.screen.line(`${counted(items.size, 'message')} in all.`);
  });
