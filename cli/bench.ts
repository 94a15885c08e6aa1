import { Command } from '@commander-js/extra-typings';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';
import { Failed, WrongUsage } from './terminal/problem.ts';

/** The bench measures against other programs, so it is a part of the checkout and not of the package. */
export const benchVerb = () =>
  new Command('bench')
    .summary('measure against other programs; in a checkout only')
    .description(
      'Runs one of the published measurements, with its peers in the same run. Options are handed on to the bench.',
    )
    .argument('[name]', 'which one; without it all of them are listed, with their options')
    .argument('[options...]', 'of the bench, such as --json or --data DIR')
    .allowUnknownOption()
    .action((name, options) =>
      run(async () => {
        const main = fileURLToPath(new URL('../bench/main.ts', import.meta.url));
        if (!existsSync(main)) {
          throw new WrongUsage(
            'The bench is not part of the installed program.',
            'Get a checkout of the sources, then run `npm ci && npx moderato bench NAME` there.',
          );
        }
        const words = [...(name === undefined ? [] : [name]), ...options];
        const child = spawn(process.execPath, [main, ...words], { stdio: 'inherit' });
        const [code] = (await once(child, 'exit')) as [number | null];
        if (code === 2) throw new WrongUsage('Nothing was measured.', 'What a bench takes is said above.');
        if (code !== 0) throw new Failed();
      }),
    );
