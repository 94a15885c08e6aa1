/**
 * The engine of second opinions: a process of its own, because a larger model takes gigabytes that are to be given back
 * once it was asked. It speaks as the other engine does; a session's labels are what it may answer, and `score` asks.
 */
import { EngineError } from '../process/errors.ts';
import { runEngine } from '../process/run.ts';
import { ZeroShot } from './zero-shot.ts';

const notHere = (): Promise<never> =>
  Promise.reject(new EngineError('not-here', 'This engine only gives opinions.', 'Report it.'));

runEngine<ZeroShot>({
  open: (input, hooks) => ZeroShot.open(input, hooks),
  explain: notHere,
  train: notHere,
  verifyBackends: notHere,
});
