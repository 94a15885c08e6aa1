import { z } from 'zod';
import type { List, Promoted } from '../contract/revisions.ts';
import type { Desk } from '../desk.ts';
import { learnableIn } from '../retrain/learnable.ts';
import { comparisonOf, revisionOf } from '../retrain/promotion.ts';
import { queueModelOf } from '../triage/queue-model.ts';
import { revisionBefore, shownRevision } from '../triage/shown.ts';
import { storedModel } from '../triage/stored-model.ts';
import { door } from './door.ts';

/** Name in the settings: the challenger that somebody decided against. Only the latest is ever asked about. */
const KEPT = 'queue.kept-instead-of';

export const revisionCalls = {
  list: door.revisions.list.handler(({ context }): z.infer<typeof List> => {
    const { workspace } = context.desk.opened;
    const shown = shownRevision(workspace);
    const kept = workspace.settings.get(KEPT, z.int());
    return {
      revisions: workspace.revisions.list().map(({ id, name, base, depth, labels, languages, createdAt }) => ({
        ...{ id, name, base: base.name, depth, createdAt },
        labels: [...labels],
        languages: [...languages],
        shown: id === shown?.id,
        kept: id === kept,
        learnedFrom: workspace.tombstones.countTrainedOn(id),
        comparison: comparisonOf(workspace, id),
      })),
      before: revisionBefore(workspace)?.id ?? null,
    };
  }),

  learnable: door.revisions.learnable.handler(({ context }) => learnableIn(context.desk.opened.workspace)),

  promote: door.revisions.promote.handler(async ({ context, input }) => {
    const { desk } = context;
    const { workspace, writer } = desk.opened;
    // Before anything is written: whether it can be opened at all.
    const { base } = storedModel(workspace, desk.options.places, revisionOf(workspace, input.revision));
    return await shownNow(desk, await writer.write('promote', { ...input, base }));
  }),

  keep: door.revisions.keep.handler(async ({ context: { desk }, input }) => {
    const { workspace, writer } = desk.opened;
    await writer.write('setSetting', { name: KEPT, value: revisionOf(workspace, input.revision).id });
    desk.tell({ kind: 'state', state: desk.state() });
    return {};
  }),

  rollBack: door.revisions.rollBack.handler(
    async ({ context, input }) =>
      await shownNow(context.desk, await context.desk.opened.writer.write('rollBack', input)),
  ),
};

/** The queue shows what the revision has read, and the scores of the one before where it has not. */
async function shownNow(desk: Desk, promoted: z.infer<typeof Promoted>): Promise<z.infer<typeof Promoted>> {
  const { queue, workspace } = desk.opened;
  await queue.load(queueModelOf(workspace));
  desk.tell({ kind: 'state', state: desk.state() });
  desk.tell({ kind: 'items', items: null });
  return promoted;
}
