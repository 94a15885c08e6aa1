/** What every verb is started with, and how it ends: Ctrl-C, broken pipes, errors, exit codes. */
import { places, type Places } from '../desk/models/places.ts';
import { ownBackends } from '../desk/models/own-backends.ts';
import { ownEngine } from '../desk/engine/process.ts';
import { Supervisor } from '../desk/supervisor.ts';
import { Failed, Interrupted, WrongUsage, notTaken, printProblem } from './terminal/problem.ts';
import { terminalScreen, type Screen } from './terminal/screen.ts';

export interface Setting {
  readonly screen: Screen;
  readonly places: Places;
  /** aborted by the first Ctrl-C, or by the second where the verb can finish early */
  readonly signal: AbortSignal;
  /** aborted by the first Ctrl-C where the verb can finish early */
  readonly finish: AbortSignal;
  /** starts no process yet; the engine starts with the first call. `say` prints what it has to say to a person. */
  engine(say: (line: string) => void): Supervisor;
}

/** A second Ctrl-C within this time is the same one, heard twice (by npx, by the launcher). */
const SAME_PRESS_MS = 500;

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs the work of a verb and sets the exit code. Nothing is thrown.
 * `finishes`: the first Ctrl-C asks it to end early with what it has, the second stops it, the third ends the process.
 */
export async function run(
  work: (setting: Setting) => Promise<void>,
  { finishes = false }: { readonly finishes?: boolean } = {},
): Promise<void> {
  const screen = terminalScreen();
  const finish = new AbortController();
  const interrupt = new AbortController();
  let pressed = -Infinity;
  const stop = (): void => {
    const now = performance.now();
    if (now - pressed < SAME_PRESS_MS) return;
    pressed = now;
    if (finishes && !finish.signal.aborted) finish.abort();
    else if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    else interrupt.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  endQuietlyOnBrokenPipe();
  try {
    await work({ screen, places: places(), signal: interrupt.signal, finish: finish.signal, engine: supervisor });
  } catch (error) {
    process.exitCode = report(screen, error, interrupt.signal);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function report(screen: Screen, thrown: unknown, signal: AbortSignal): number {
  const error = notTaken(thrown) ?? thrown;
  if (error instanceof Failed) return EXIT.failed;
  if (error instanceof WrongUsage) {
    printProblem(screen, error);
    return EXIT.usage;
  }
  if (error instanceof Interrupted || signal.aborted) {
    screen.note(error instanceof Interrupted ? error.message : 'Stopped.');
    return EXIT.interrupted;
  }
  printProblem(screen, error);
  return EXIT.failed;
}

/** Whoever reads our output has seen enough (`| head`): that is no error, and there is nothing left to do. */
function endQuietlyOnBrokenPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    process.stderr.write(`moderato: standard output could not be written: ${error.message}\n`);
    process.exit(EXIT.failed);
  });
  process.stderr.on('error', () => {});
}

function supervisor(say: (line: string) => void): Supervisor {
  return new Supervisor(ownEngine('engine'), {
    ...ownBackends(places()),
    onNotice: ({ kind, message }) => {
      if (kind !== 'log' || process.env['MODERATO_DEBUG'] === '1') say(message);
    },
  });
}
