/** What every call of the desk goes through. */
import { implement } from '@orpc/server';
import { contract } from '../contract.ts';
import type { Desk } from '../desk.ts';
import { refusalOf } from './refusal.ts';

export interface DoorContext {
  readonly desk: Desk;
}

export const door = implement(contract)
  .$context<DoorContext>()
  .use(async ({ context, next }) => {
    context.desk.touch();
    try {
      return await next();
    } catch (error) {
      throw refusalOf(error);
    }
  });
