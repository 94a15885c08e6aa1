/** What every call of the desk goes through. */
import { implement } from '@orpc/server';
import type { RequestHeadersPluginContext } from '@orpc/server/plugins';
import { contract } from '../contract.ts';
import { means } from '../contract/meant.ts';
import type { Desk } from '../desk.ts';
import { DeskError } from '../errors.ts';
import { refusalOf } from './refusal.ts';

export interface DoorContext extends RequestHeadersPluginContext {
  readonly desk: Desk;
}

/** Whether it is part of going through the queue. An explanation is worked out by the engine, and may take a while. */
const isWaitedFor = ([part, call]: readonly string[]): boolean =>
  (part === 'queue' && call !== 'explain') || part === 'review';

export const door = implement(contract)
  .$context<DoorContext>()
  .use(async ({ context, next, path }) => {
    context.desk.touch();
    try {
      if (path[0] === 'review' && !means(context.reqHeaders, context.desk.opened.workspace.path)) throw another();
      return isWaitedFor(path) ? await context.desk.precedence.during(async () => await next()) : await next();
    } catch (error) {
      throw refusalOf(error);
    }
  });

const another = (): DeskError =>
  new DeskError(
    'conflict',
    'Another window opened another workspace meanwhile. Nothing was written.',
    'Look at what is shown now, then go on.',
  );
