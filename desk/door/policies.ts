import type { Label, Policy } from '../store/policies.ts';
import { agreementIn } from '../insight/agreement.ts';
import { door } from './door.ts';

export const policyCalls = {
  list: door.policies.list.handler(({ context }) => [...context.desk.opened.workspace.policies.list()]),
  put: door.policies.put.handler(async ({ context, input }) => {
    const { opened } = context.desk;
    const id = await opened.writer.write('putPolicy', input);
    return found(opened.workspace.policies.list(), id);
  }),
};

export const labelCalls = {
  list: door.labels.list.handler(({ context }) => [...context.desk.opened.workspace.policies.labels()]),
  put: door.labels.put.handler(async ({ context, input }) => {
    const { opened } = context.desk;
    const id = await opened.writer.write('putLabel', input);
    return found(opened.workspace.policies.labels(), id);
  }),
  arrange: door.labels.arrange.handler(async ({ context, input }) => {
    const { opened } = context.desk;
    await opened.writer.write('arrangeLabels', input);
    return [...opened.workspace.policies.labels()];
  }),
};

export const reviewerCalls = {
  agreement: door.reviewers.agreement.handler(async ({ context }) => await agreementIn(context.desk.opened.workspace)),
  list: door.reviewers.list.handler(({ context }) => [...context.desk.opened.workspace.reviewers.list()]),
  add: door.reviewers.add.handler(async ({ context, input }) => {
    return await context.desk.opened.writer.write('addReviewer', input);
  }),
};

function found<T extends Label | Policy>(list: readonly T[], id: number): T {
  const one = list.find((each) => each.id === id);
  if (one === undefined) throw new Error(`number ${id} is gone as soon as it was written`);
  return one;
}
