/** What every call of the desk goes through. */
import { implement } from '@orpc/server';
import { contract } from '../contract.ts';
import type { Desk } from '../desk.ts';
import { refusalOf } from './refusal.ts';

export interface DoorContext {
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
      return isWaitedFor(path) ? await context.desk.precedence.during(async () => await next()) : await next();
    } catch (error) {
      throw refusalOf(error);
    }
  });
