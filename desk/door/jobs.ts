import { door } from './door.ts';

export const jobCalls = {
  start: door.jobs.start.handler(async ({ context, input }) => await context.desk.opened.jobs.start(input)),
  list: door.jobs.list.handler(({ context }) => [...context.desk.opened.jobs.list()]),
  get: door.jobs.get.handler(({ context, input }) => context.desk.opened.jobs.get(input.job)),
  pause: door.jobs.pause.handler(async ({ context, input }) => await context.desk.opened.jobs.pause(input.job)),
  resume: door.jobs.resume.handler(async ({ context, input }) => await context.desk.opened.jobs.resume(input.job)),
  cancel: door.jobs.cancel.handler(async ({ context, input }) => await context.desk.opened.jobs.cancel(input.job)),
};
