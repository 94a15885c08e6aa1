/**
 * The engine: a process of its own that does the numbers. The desk starts it and talks to it in the messages of
 * contract.ts; a crash of a driver ends this process and nothing else.
 */
import type { CallInput } from './contract.ts';
import { EngineError } from './process/errors.ts';
import { runEngine } from './process/run.ts';
import { Scorer } from './score/scorer.ts';

const notYet = (what: string): Promise<never> =>
  Promise.reject(new EngineError('unsupported', `This engine cannot ${what} yet.`, 'Install a newer version.'));

runEngine<Scorer>({
  open: (input: CallInput<'open'>, { signal }) => Scorer.open(input, signal),
  trainProbe: () => notYet('train'),
  verifyBackends: () => notYet('check backends'),
});
