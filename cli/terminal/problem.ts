/** An error as a person meets it: what failed, where, and what to do now. A stack trace only for whoever asks for it. */
import { ORPCError } from '@orpc/server';
import { z } from 'zod';
import { systemProblem } from '../../desk/reason.ts';
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

/**
 * What the door does not take is wrong usage; it looks at all that was given before it does anything.
 * @returns null for any other error
 */
export function notTaken(error: unknown): WrongUsage | null {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return null;
  const refused = NotTaken.safeParse(error.data);
  const [issue] = refused.data?.issues ?? [];
  if (issue === undefined) return null;
  const name = issue.path.filter((part) => typeof part === 'string').at(-1) ?? 'input';
  return new WrongUsage(`${name}: ${whyNot(issue)}.`, 'Nothing was done. --help says what the verb takes.');
}

const NotTaken = z.object({
  issues: z.array(
    z.object({
      path: z.array(z.union([z.string(), z.number()])),
      message: z.string(),
      origin: z.string().optional(),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
    }),
  ),
});

function whyNot({ message, origin, minimum, maximum }: z.infer<typeof NotTaken>['issues'][number]): string {
  if (origin === 'string' && minimum === 1) return 'it cannot be empty';
  const [verb, unit] = origin === 'string' ? ['have', ' signs'] : origin === 'array' ? ['have', ''] : ['be', ''];
  if (minimum !== undefined) return `it must ${verb} ${minimum}${unit} or more`;
  if (maximum !== undefined) return `it can ${verb} ${maximum}${unit} at most`;
  return message;
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
    const said =
      place === undefined || what.includes(place) ? what.trim() : `${what.trim().replace(/\.$/, '')} (${place})`;
    return { what: sentence(said), remedy: sentence(remedy) };
  }
  const system = systemProblem(error);
  if (system !== null) return { what: system.message, remedy: system.remedy };
  // Errors of our own name their remedy in the message; those of the language itself are nobody's sentence.
  const surprise = ['Error', 'TypeError', 'ReferenceError', 'SyntaxError', 'RangeError', 'ZodError'].includes(
    error.name,
  );
  return { what: sentence(error.message), remedy: surprise ? SURPRISE : '' };
}

const sentence = (text: string): string => (text === '' || /[.!?:]$/.test(text) ? text : `${text}.`);
