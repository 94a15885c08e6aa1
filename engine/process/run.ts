/** What an engine's entry file does: find the wire, take care of the ways in which the process may end, serve. */
import { answerBindingTests } from './binding-test.ts';
import { EngineServer } from './server.ts';
import type { EngineWork, WorkSession } from './server.ts';
import { endWithParent } from './orphan.ts';
import { giveWay } from './priority.ts';
import { theShell } from './shell.ts';
import { parentTransport } from './transport.ts';

/** BSD's EX_SOFTWARE: a mistake of the program's own. */
const MISTAKE = 70;

/** Serves `work` to the desk that started this process. Throws an Error when none did. */
export function runEngine<S extends WorkSession>(work: EngineWork<S>): void {
  giveWay();
  const transport = parentTransport();
  if (theShell() !== undefined) answerBindingTests();
  // Killed, not left by process.exit, which would wait for native threads; an engine has nothing to save.
  const end = (): boolean => process.kill(process.pid, 'SIGKILL');
  transport.onGone(end);
  endWithParent();
  // Ctrl-C reaches every process of the terminal; the desk decides what it means.
  process.on('SIGINT', () => {});
  process.on('uncaughtException', (error) => {
    // The stack without its first lines: an error's message may quote what was being read.
    const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    process.stderr.write(`${error.name}\n${frames.join('\n')}\n`, () => process.exit(MISTAKE));
  });
  new EngineServer(transport, work, (code) => (code === 0 ? process.exit(0) : end())).start();
}
