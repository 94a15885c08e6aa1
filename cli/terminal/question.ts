/** A question on a terminal, and what somebody types. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Interrupted } from './problem.ts';

export interface Asking {
  /** what is typed is not shown */
  readonly silent?: boolean;
  readonly input?: NodeJS.ReadableStream;
  readonly output?: NodeJS.WritableStream;
}

/** @throws Interrupted where somebody types Ctrl-C or Ctrl-D instead of an answer */
export async function answerTo(
  question: string,
  { silent = false, input = process.stdin, output = process.stderr }: Asking = {},
): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // As a terminal in any case: else that would show by itself what is typed.
  const lines = createInterface({ input, output: silent ? nowhere : output, terminal: true });
  const { promise, resolve } = Promise.withResolvers<string | null>();
  lines.once('line', resolve);
  // Both keys close it, and no line comes.
  lines.once('close', () => resolve(null));
  if (silent) output.write(question);
  lines.setPrompt(question);
  lines.prompt();
  const answer = await promise;
  lines.close();
  if (silent || answer === null) output.write('\n');
  if (answer === null) throw new Interrupted('Stopped.');
  return answer;
}
