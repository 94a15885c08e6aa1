/** An error as a person meets it: what failed, where, and what to do now. A stack trace only for whoever asks for it. */
import { escapedLines } from './safe-text.ts';
import type { Screen } from './screen.ts';

/** The verb did what it could and says itself what is wrong; nothing is left to print. Exit 1. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

/** Ended by Ctrl-C; the message says what was kept. Exit 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The command line asks for something that does not exist. Exit 2. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** The desk could not do it; what it had done is kept. Exit 1. */
export class NotDone extends Error {
  override readonly name = 'NotDone';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

const SURPRISE =
  'This should not happen. Run it again with MODERATO_DEBUG=1 for the place in the program, and report it without the messages.';

/** Errno codes that need no more than the sentence of the system. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path.',
  EACCES: 'Check the permissions, or choose another place.',
  EPERM: 'Check the permissions, or choose another place.',
  EROFS: 'The disk is read-only; choose another place.',
  ENOSPC: 'Free some space, then run it again.',
  EDQUOT: 'Your quota on this disk is used up; free some space, then run it again.',
  EISDIR: 'Name a file, not a folder.',
  ENOTDIR: 'Check the path: a part of it is a file.',
};

export function printProblem(screen: Screen, error: unknown): void {
  const problem = error instanceof Error ? error : new Error(String(error));
  const { what, remedy } = inWords(problem);
  screen.note(`${screen.style('red', 'moderato:', screen.err)} ${escapedLines(what)}`);
  if (remedy !== '') screen.note(escapedLines(remedy));
  if (process.env['MODERATO_DEBUG'] === '1') screen.note(problem.stack ?? '');
}

function inWords(error: Error): { readonly what: string; readonly remedy: string } {
  const field = (name: string): string | undefined => {
    // What the desk refuses has it in its data.
    const data: unknown = Reflect.get(error, 'data');
    const inside: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
    const value: unknown = inside ?? Reflect.get(error, name);
    return typeof value === 'string' ? value : undefined;
  };
  const remedy = field('remedy');
  if (remedy !== undefined) {
    // Some messages end with their remedy, so that they are whole when they stand alone.
    const what =
      remedy !== '' && error.message.endsWith(remedy) ? error.message.slice(0, -remedy.length) : error.message;
    const place = field('place');
    const said = place === undefined || what.includes(place) ? what.trim() : `${what.trim()} (${place})`;
    return { what: sentence(said), remedy: sentence(remedy) };
  }
  const code = field('code');
  if (code !== undefined && code in REMEDIES) return { what: sentence(error.message), remedy: REMEDIES[code] ?? '' };
  // Errors of our own name their remedy in the message; those of the language itself are nobody's sentence.
  const surprise = ['Error', 'TypeError', 'ReferenceError', 'SyntaxError', 'RangeError', 'ZodError'].includes(
    error.name,
  );
  return { what: sentence(error.message), remedy: surprise ? SURPRISE : '' };
}

const sentence = (text: string): string => (text === '' || /[.!?:]$/.test(text) ? text : `${text}.`);
