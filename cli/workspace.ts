import { Command } from '@commander-js/extra-typings';
import { VerbDesk } from './desk.ts';
import { run } from './run.ts';
import { count, counted } from './terminal/figures.ts';
import { Failed } from './terminal/problem.ts';
import { safeLine } from './terminal/safe-text.ts';

const workspace = (name: string) =>
  new Command(name)
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--json', 'print JSON', false);

const copyVerb = () =>
  workspace('copy')
    .summary('a copy of it as it is now; what is encrypted stays so')
    .requiredOption('--to <file>', 'the new file')
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await VerbDesk.open(setting, options.workspace);
        await desk.client.workspace.copy({ to: options.to });
        if (options.json) screen.line(JSON.stringify({ path: options.to }));
        else screen.line(`Copied to ${safeLine(options.to)}.`);
      }),
    );

const checkVerb = () =>
  workspace('check')
    .summary('read all of it, and say whether it is whole')
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await VerbDesk.open(setting, options.workspace);
        const found = await desk.client.workspace.check();
        if (options.json) screen.line(JSON.stringify(found));
        else if (found.whole) screen.line('It is whole.');
        else for (const problem of found.problems) screen.line(screen.style('red', safeLine(problem)));
        if (!found.whole) throw new Failed();
      }),
    );

const stateVerb = () =>
  workspace('state')
    .summary('what is in it')
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await VerbDesk.open(setting, options.workspace);
        const state = await desk.client.workspace.state();
        if (options.json) return screen.line(JSON.stringify(state));
        if (!state.open) return;
        for (const warning of state.warnings) screen.note(safeLine(warning));
        const { kinds, scored, waiting, decided } = state.counts;
        screen.line(
          `${counted(kinds.message, 'message')}, ${count(scored)} scored, ${count(waiting)} waiting, ${count(decided)} decided.`,
        );
        screen.line(state.encrypted ? 'Encrypted.' : 'Not encrypted: `moderato protect` does it.');
      }),
    );

export const workspaceVerb = () =>
  new Command('workspace')
    .summary('look at a workspace, check it, copy it')
    .addCommand(stateVerb())
    .addCommand(checkVerb())
    .addCommand(copyVerb());
