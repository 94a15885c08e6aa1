/** Passphrases: from the environment, for scripts, else typed and not shown. They never stand on the command line. */
import type { z } from 'zod';
import { SHORTEST_PASSPHRASE } from '../desk/contract/passphrase.ts';
import type { Secret } from '../desk/contract/workspace.ts';
import { WrongUsage } from './terminal/problem.ts';
import { answerTo } from './terminal/question.ts';

const VARIABLE = 'MODERATO_PASSPHRASE';
const NEW = `${VARIABLE}_NEW`;
/** A recovery key is typed where the passphrase is asked for: 56 signs in groups. */
const RECOVERY_KEY = /^\s*([0-9a-z]{4}[-\s]?){13}[0-9a-z]{4}\s*$/i;

/** What opens a workspace, as somebody typed it. */
export async function askSecret(prompt: string): Promise<z.infer<typeof Secret>> {
  const typed = process.env[VARIABLE] ?? (await ask(prompt, VARIABLE));
  return RECOVERY_KEY.test(typed) ? { kind: 'recovery-key', key: typed } : { kind: 'passphrase', passphrase: typed };
}

/** Whether it can be asked again: nobody types at a script. */
export const canAskAgain = (): boolean => process.env[VARIABLE] === undefined && process.stdin.isTTY;

/** A new passphrase, typed twice. @throws WrongUsage */
export async function askNewPassphrase(): Promise<string> {
  const given = process.env[NEW];
  if (given !== undefined) return given;
  const passphrase = await ask(`New passphrase (${SHORTEST_PASSPHRASE} signs or more): `, NEW);
  if ((await ask('The same once more: ', NEW)) === passphrase) return passphrase;
  throw new WrongUsage('The two are not the same.', 'Try again.');
}

/** @param variable of the environment that has it for scripts */
async function ask(prompt: string, variable: string): Promise<string> {
  if (process.stdin.isTTY) return await answerTo(prompt, { silent: true });
  throw new WrongUsage(
    'A passphrase is needed, and nobody can be asked for it here.',
    `Set ${variable}, or run it in a terminal.`,
  );
}
