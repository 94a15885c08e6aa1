import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { VerbDesk } from './desk.ts';
import { run } from './run.ts';
import { count, counted, moment } from './terminal/figures.ts';
import { Failed } from './terminal/problem.ts';
import { safeLine } from './terminal/safe-text.ts';

function head(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It must be the 64 signs that `moderato audit heads` printed.');
}

const verify = () =>
  new Command('verify')
    .summary('check that nobody changed what was decided')
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--head <head>', 'an end of a chain that was written down before: it must still be there', head)
    .option('--json', 'print JSON', false)
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await VerbDesk.open(setting, options.workspace);
        const found = await desk.client.audit.verify(options.head === undefined ? {} : { head: options.head });
        if (options.json) screen.line(JSON.stringify(found));
        else {
          for (const { reviewer, links, head: end, broken } of found.chains) {
            const name = safeLine(reviewer.name);
            if (broken === null)
              screen.line(`${name}: ${counted(links, 'link')}, whole.${end === null ? '' : ` Head ${end}`}`);
            else screen.line(screen.style('red', `${name}: broken at link ${count(broken.seq)}: ${broken.reason}.`));
          }
          if (found.chains.length === 0) screen.line('Nobody has decided anything yet.');
          for (const { erasedAt, items, signed } of found.tombstones)
            screen.line(
              `Erased on ${moment(erasedAt, false)}: ${counted(items, 'message')}, ${signed ? 'signed' : screen.style('red', 'with a wrong signature')}.`,
            );
          if (found.hasHead === false)
            screen.line(screen.style('red', 'The head that was given is in no chain: a chain was made anew.'));
          if (found.hasHead === true) screen.line('The head that was given is where it was.');
        }
        if (!found.whole) throw new Failed();
      }),
    );

const heads = () =>
  new Command('heads')
    .summary('the signed end of every chain, to write down elsewhere')
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--json', 'print JSON', false)
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await VerbDesk.open(setting, options.workspace);
        const found = await desk.client.audit.heads();
        if (options.json) return screen.line(JSON.stringify(found));
        for (const { reviewer, links, head: end, signature } of found) {
          screen.line(`${safeLine(reviewer.name)}, ${counted(links, 'link')}`);
          screen.line(`  head       ${end}`);
          screen.line(`  key        ${reviewer.publicKey}`);
          screen.line(`  signature  ${signature ?? 'made elsewhere'}`);
        }
        if (found.length === 0) screen.line('Nobody has decided anything yet.');
      }),
    );

export const auditVerb = () =>
  new Command('audit')
    .summary('proof of who decided what, and that it was not changed')
    .addCommand(verify())
    .addCommand(heads());
