/** What the tests of a `describe` start: one program, built before them, on one screen; both are gone after them. */
import { execFileSync } from 'node:child_process';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Program, Screen, type Shows } from './runtime.ts';
import { Started, environment, type Home } from './started.ts';

const MODERATO = fileURLToPath(new URL('../../cli/moderato.js', import.meta.url));

export class Stage {
  /** goes in reverse order after the tests */
  readonly kept = new AsyncDisposableStack();
  program!: Program;
  screen!: Screen;

  /** Starts the program with these words on its command line. */
  async start(home: Home, words: readonly string[] = []): Promise<Started> {
    return await Started.start(this.program, this.screen, home, words);
  }

  /** Does a verb of the command line, with a workspace that no window has open. */
  cli(home: Home, ...verb: readonly string[]): void {
    execFileSync(process.execPath, [MODERATO, ...verb], { env: this.environment(home), stdio: 'ignore' });
  }

  /** What a process is told that belongs to the program, or is a program beside it. */
  environment(home: Home): Record<string, string> {
    return environment(this.screen, home);
  }
}

/** To be called in a `describe`. */
export function stage(shows: Shows = 'smallest'): Stage {
  const made = new Stage();
  const { kept } = made;
  before(async () => {
    made.program = kept.use(await Program.build(shows));
    made.screen = kept.use(await Screen.open());
  });
  after(() => kept.disposeAsync());
  return made;
}
