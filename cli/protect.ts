import { Command } from '@commander-js/extra-typings';
import { VerbDesk } from './desk.ts';
import { askNewPassphrase, askSecret } from './passphrase.ts';
import { run } from './run.ts';
import type { Screen } from './terminal/screen.ts';

export const protectVerb = () =>
  new Command('protect')
    .summary('encrypt a workspace, or change its passphrase')
    .description(
      'Encrypts a workspace with a passphrase, which is asked for (MODERATO_PASSPHRASE_NEW in scripts), and prints a recovery key. For one that is encrypted: changes the passphrase; the old recovery key opens it no longer.',
    )
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--remove', 'take the encryption away', false)
    .option('--json', 'print JSON', false)
    .action((options) =>
      run(async (setting) => {
        const { screen } = setting;
        await using desk = await VerbDesk.open(setting, options.workspace);
        const { client } = desk;
        const state = await client.workspace.state();
        const encrypted = state.open && state.encrypted;
        // Whoever changes it, proves once more to know it.
        const secret = encrypted ? await askSecret('The passphrase that it has now: ') : undefined;
        if (options.remove) {
          if (secret !== undefined) await client.workspace.unprotect({ secret });
          if (options.json) screen.line(JSON.stringify({ encrypted: false }));
          else screen.line('The workspace is not encrypted.');
          return;
        }
        const passphrase = await askNewPassphrase();
        const { recoveryKey } = await client.workspace.protect({ passphrase, ...(secret && { secret }) });
        if (options.json) screen.line(JSON.stringify({ encrypted: true, recoveryKey }));
        else sayRecoveryKey(screen, recoveryKey);
      }),
    );

export function sayRecoveryKey(screen: Screen, recoveryKey: string): void {
  screen.line('The workspace is encrypted. Its recovery key:');
  screen.line();
  screen.line(`  ${screen.style('bold', recoveryKey)}`);
  screen.line();
  screen.paragraph(
    'Print it and keep it apart: it opens the workspace without the passphrase, until that is changed. Without one of the two nobody can open it. Copies that were made before stay as they were.',
  );
}
