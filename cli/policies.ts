import { readFile } from 'node:fs/promises';
import { Command } from '@commander-js/extra-typings';
import { VerbDesk } from './desk.ts';
import { run } from './run.ts';
import { WrongUsage } from './terminal/problem.ts';
import { safeLine } from './terminal/safe-text.ts';

/** Shows and changes the rules of a community: what a larger model is asked by. */
export const policiesVerb = () =>
  new Command('policies')
    .summary('the rules of your community, in its own words')
    .description('Lists the policies of a workspace; writes, changes or retires one. `moderato opine` asks by them.')
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--put <name>', 'a policy to write, or to write anew')
    .option('--guidance <words>', 'with --put: what it says')
    .option('--file <file>', 'with --put: a text file that says it')
    .option('--retire <name>', 'ask by it no longer')
    .option('--json', 'print JSON', false)
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        const { put, retire, guidance, file } = options;
        if (
          put === undefined
            ? guidance !== undefined || file !== undefined
            : (guidance === undefined) === (file === undefined)
        )
          throw new WrongUsage(
            'A policy has a name and one text.',
            'Use --put NAME with --guidance WORDS or --file FILE.',
          );
        const text = file === undefined ? guidance : await readFile(file, 'utf8');
        await using desk = await VerbDesk.open(setting, options.workspace);
        const { client } = desk;
        const known = async (name: string) =>
          (await client.policies.list()).find((one) => one.name.toLowerCase() === name.toLowerCase());
        if (put !== undefined) {
          const id = (await known(put))?.id;
          await client.policies.put({ ...(id !== undefined && { id }), name: put, guidance: text ?? '' });
        }
        if (retire !== undefined) {
          const found = await known(retire);
          if (found === undefined)
            throw new WrongUsage(`There is no policy "${retire}".`, 'List them without --retire.');
          await client.policies.put({ ...found, retired: true });
        }
        const policies = (await client.policies.list()).filter(({ retired }) => !retired);
        if (options.json) return screen.line(JSON.stringify({ policies }));
        if (policies.length === 0) screen.line('There are no policies yet. Write one: --put NAME --guidance WORDS');
        for (const policy of policies) {
          screen.line(screen.style('bold', safeLine(policy.name)));
          for (const line of policy.guidance.split('\n')) screen.paragraph(safeLine(line));
        }
      }),
    );
