import type { z } from 'zod';
import type { Decide } from '../contract/review.ts';
import type { Desk } from '../desk.ts';
import type { Opened } from '../opened.ts';
import { DeskError } from '../errors.ts';
import type { Done } from '../review/deeds.ts';
import type { Span } from '../review/span.ts';
import { type Model, readBody } from '../review/link.ts';
import { settingsOf } from '../review/settings.ts';
import { standing } from '../review/standing.ts';
import { isBlind } from '../review/status.ts';
import { door } from './door.ts';
import { conditions } from './queue.ts';

export const reviewCalls = {
  decide: door.review.decide.handler(async ({ context, input }) => {
    const { desk } = context;
    const { reviewer, seen, shown, spans, ...decision } = input;
    if (spans.length > 0 && seen.length > 1)
      throw new DeskError('bad-input', 'Parts can be marked in one message only.', 'Decide it alone.');
    const model = modelOf(desk.opened, shown);
    const [only] = seen;
    const marked = only === undefined ? [] : storedSpans(desk.opened, only.item, spans);
    return told(
      desk,
      await desk.opened.writer.write('decide', { reviewer, seen, decision: { ...decision, spans: marked, model } }),
    );
  }),

  decideAll: door.review.decideAll.handler(async ({ context, input }) => {
    const { desk } = context;
    const { opened } = desk;
    const { reviewer, filter, order, expected, ...decision } = input;
    await opened.loaded;
    const ids = opened.queue.all(conditions(opened, filter, reviewer, order), order);
    // What is decided is what was counted: more may have come in since.
    if (ids.length !== expected)
      throw new DeskError(
        'changed',
        `The filter hits ${ids.length} messages now, not ${expected}.`,
        'Look at them again, then decide.',
      );
    const seen = ids.map((item) => ({ item, version: opened.queue.versionOf(item) }));
    const done = await opened.writer.write('decide', {
      reviewer,
      seen,
      decision: { ...decision, spans: [], model: null },
    });
    return told(desk, done);
  }),

  skip: door.review.skip.handler(async ({ context, input }) =>
    told(context.desk, await context.desk.opened.writer.write('skip', input)),
  ),

  escalate: door.review.escalate.handler(async ({ context, input }) => {
    const { desk } = context;
    const done = told(desk, await desk.opened.writer.write('escalate', input));
    return { ...done, contact: settingsOf(desk.opened.workspace).contact || null };
  }),

  reopen: door.review.reopen.handler(async ({ context, input }) =>
    told(context.desk, await context.desk.opened.writer.write('reopen', input)),
  ),

  doubleReview: door.review.doubleReview.handler(async ({ context, input }) =>
    told(context.desk, await context.desk.opened.writer.write('doubleReview', input)),
  ),

  note: door.review.note.handler(async ({ context, input }) =>
    told(context.desk, await context.desk.opened.writer.write('annotate', input)),
  ),

  undo: door.review.undo.handler(async ({ context, input }) =>
    told(context.desk, await context.desk.opened.writer.write('undo', input)),
  ),

  redo: door.review.redo.handler(async ({ context, input }) =>
    told(context.desk, await context.desk.opened.writer.write('redo', input)),
  ),

  history: door.review.history.handler(({ context, input }) => {
    const { workspace } = context.desk.opened;
    const item = standing(workspace, input.item);
    const shown = workspace.authors.shown(item.text, item.platform);
    const own = workspace.reviews.verdicts(input.item).some(({ reviewer }) => reviewer === input.reviewer);
    const blind = input.reviewer !== undefined && isBlind(workspace.reviews.get(input.item)?.status, own);
    return workspace.links.allAbout(input.item).flatMap((link) => {
      if (blind && (link.kind === 'decide' || link.kind === 'note')) return [];
      const body = readBody(link.body);
      const reviewer = workspace.reviewers.get(link.reviewer);
      if (body === null || reviewer === undefined) return [];
      const { deed, time } = body;
      const decided = deed.kind === 'decide' ? deed : null;
      const given = deed.kind === 'escalate' || deed.kind === 'reopen' ? [deed.reason] : [];
      return [
        {
          reviewer: { id: reviewer.id, name: reviewer.name },
          kind: deed.kind,
          time,
          version: link.version === 0 ? null : link.version,
          labels: decided?.labels ?? [],
          reasons: decided?.reasons ?? given,
          note: link.note,
          spans: (decided?.spans ?? []).map(({ start, end }) => ({
            start: shown.toShown(start, 'start'),
            end: shown.toShown(end, 'end'),
          })),
          score: decided?.model?.score ?? null,
          undone: workspace.links.isUndone(link.reviewer, link.action),
        },
      ];
    });
  }),
};

/** Says what was touched, so that every queue shows it. */
function told(desk: Desk, done: Done): { action: number; items: number[]; changed: number[] } {
  desk.changed(done.items);
  return { action: done.action, items: [...done.items], changed: [...done.changed] };
}

/** Marks are made in the text as it is shown, and kept as places of the text that is stored. */
function storedSpans(opened: Opened, id: number, spans: readonly Span[]): readonly Span[] {
  if (spans.length === 0) return [];
  const item = standing(opened.workspace, id);
  const shown = opened.workspace.authors.shown(item.text, item.platform);
  return spans.map(({ start, end }) => ({ start: shown.toStored(start, 'start'), end: shown.toStored(end, 'end') }));
}

function modelOf({ workspace }: Opened, shown: z.infer<typeof Decide>['shown']): Model | null {
  const revision = shown && workspace.revisions.get(shown.revision);
  if (!shown || !revision) return null;
  const { base, adapterSha256, depth } = revision;
  return { base: base.sha256, adapter: adapterSha256, depth, score: shown.score };
}
