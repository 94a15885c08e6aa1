import type { z } from 'zod';
import type { Filter, Message } from '../contract/shapes.ts';
import type { Opened } from '../opened.ts';
import { DeskError } from '../errors.ts';
import { pictureBeside } from '../pictures.ts';
import { MOST_LABELS } from '../queue/columns.ts';
import type { QueueFilter } from '../queue/filter.ts';
import type { Order } from '../queue/order.ts';
import { repliesTo } from '../queue/replies.ts';
import { gone, standing } from '../review/standing.ts';
import type { Item } from '../store/items.ts';
import { door } from './door.ts';
import { Entries, messageOf } from './entries.ts';

export const queueCalls = {
  page: door.queue.page.handler(async ({ context, input }) => {
    const { opened } = context.desk;
    await opened.loaded;
    const { order, filter, size, after, from, reviewer, blind } = input;
    const page = opened.queue.page(conditions(opened, filter, reviewer, order), order, size, from ?? after);
    const entries = new Entries(opened, reviewer, blind);
    const { items, total, before, next } = page;
    return {
      entries: opened.workspace.together(() => items.flatMap((id) => entries.of(id) ?? [])),
      total,
      before,
      next: next && { keys: [...next.keys] as [number, number], item: next.item },
    };
  }),

  count: door.queue.count.handler(async ({ context, input }) => {
    const { opened } = context.desk;
    await opened.loaded;
    const { order, filter, reviewer } = input;
    return { total: opened.queue.page(conditions(opened, filter, reviewer, order), order, 1, null).total };
  }),

  facets: door.queue.facets.handler(async ({ context }) => {
    const { opened } = context.desk;
    await opened.loaded;
    const { channels, sources, languages, statuses, reasons } = opened.queue.facets();
    const { workspace } = opened;
    return {
      channels: workspace.channels
        .list()
        .map(({ id, platformId, name }) => ({ id, platformId, name, items: channels.get(id) ?? 0 })),
      sources: workspace.sources.list().map(({ id, path, member }) => ({
        id,
        name: member === '' ? path : `${path} (${member})`,
        items: sources.get(id) ?? 0,
      })),
      languages: [...languages].map(([language, items]) => ({ language, items })),
      statuses: [...statuses].map(([status, items]) => ({ status, items })),
      notRead: [...reasons].map(([reason, items]) => ({ reason, items })),
    };
  }),

  author: door.queue.author.handler(({ context, input }) => {
    const author = context.desk.opened.workspace.authors.withPseudonym(input.pseudonym);
    if (author !== undefined) return { author };
    throw new DeskError('not-found', `Nobody here goes by ${input.pseudonym}.`, 'Take the pseudonym from a message.');
  }),

  item: door.queue.item.handler(({ context, input }) => {
    const { opened } = context.desk;
    const { workspace } = opened;
    const entry = new Entries(opened, input.reviewer).of(input.item);
    if (entry === null) throw gone(input.item);
    const item = standing(workspace, input.item);
    const source = workspace.sources.get(item.source);
    return {
      ...entry,
      versions: workspace.items.versions(item.id).map(({ version, text, edited }) => ({
        version,
        text: workspace.authors.shown(text, item.platform).text,
        edited,
      })),
      raw: workspace.items.raw(item.id) ?? null,
      source: { path: source?.path ?? '', member: source?.member ?? '', row: item.row },
      held: workspace.holds.has(item.id),
      verdicts:
        entry.labels &&
        workspace.reviews.verdicts(item.id).map(({ reviewer, labels }) => ({ reviewer, labels: [...labels] })),
    };
  }),

  conversation: door.queue.conversation.handler(({ context, input }) => {
    const { opened } = context.desk;
    const { workspace } = opened;
    const around = workspace.items.context(input.item, input.before, input.after);
    if (around === undefined || around.item.erased) throw gone(input.item);
    const shown = (items: readonly Item[]): Message[] =>
      items.filter(({ erased }) => !erased).map((item) => messageOf(opened, item));
    return {
      chain: shown(repliesTo(workspace, around.item)),
      before: shown(around.before),
      message: messageOf(opened, around.item),
      after: shown(around.after),
    };
  }),

  picture: door.queue.picture.handler(async ({ context, input }) => {
    const { workspace } = context.desk.opened;
    const item = standing(workspace, input.item);
    const source = workspace.sources.get(item.source);
    const attachment = item.attachments[input.attachment];
    if (source === undefined || attachment === undefined)
      throw new DeskError('not-found', 'This message has no such attachment.', 'Choose one that it has.');
    const { type, bytes } = await pictureBeside(source, attachment.path);
    return { type, bytes: bytes.toString('base64') };
  }),

  explain: door.queue.explain.handler(async ({ context, input, signal }) => {
    const { opened } = context.desk;
    const item = standing(opened.workspace, input.item);
    const revision = opened.queue.model?.revision;
    if (revision === undefined)
      throw new DeskError('nothing-to-do', 'No model has read this workspace yet.', 'Score it first.');
    if (opened.workspace.auditItems.has(item.id) && opened.workspace.reviews.verdicts(item.id).length === 0)
      throw new DeskError('not-allowed', 'This is an audit item: it is decided without the model.', 'Decide it first.');
    const { label, score, words, alike } = await opened.explainer.explain(revision, item, signal);
    // The model read the text as it stands; people see it with pseudonyms.
    const shown = opened.workspace.authors.shown(item.text, item.platform);
    return {
      revision: revision.id,
      label,
      score,
      words: words.map(({ gates, usual, effect, together, ...word }) => {
        const [start, end] = [shown.toShown(word.start, 'start'), shown.toShown(word.end, 'end')];
        return {
          text: shown.text.slice(start, end),
          start,
          end,
          effect,
          together,
          gates: gates && { ...gates },
          usual: usual && { ...usual },
        };
      }),
      alike: alike.map(({ item: id, labels, cosine }) => ({
        message: messageOf(opened, standing(opened.workspace, id)),
        labels: [...labels],
        cosine,
      })),
    };
  }),
};

/** A filter in the queue's own terms. @throws DeskError for a label that the model does not have */
export function conditions(
  opened: Opened,
  filter: z.infer<typeof Filter>,
  reviewer: number | undefined,
  order: Order,
): QueueFilter {
  const { predicted, labels, opinions, text, without, like, ...same } = filter;
  return {
    ...same,
    ...(predicted && { predicted: predicted.map((label) => placeOf(opened, label)) }),
    ...(labels && { decided: labels }),
    ...(opinions && { opined: opened.workspace.opinions.withLabel(opinions) }),
    ...(text !== undefined && text.trim() !== '' && { found: opened.searches.find(text) }),
    ...(without && { hidden: without.map((topic) => opened.searches.find(`"${topic.replaceAll('"', ' ')}"`)) }),
    ...(like !== undefined && { like: likeOf(opened, like) }),
    ...(reviewer !== undefined && { reviewer }),
    ...(order === 'disagreement' && { noParty: reviewer }),
  };
}

function likeOf({ workspace, queue, searches }: Opened, id: number): Uint32Array {
  const item = standing(workspace, id);
  return searches.like(item, () => queue.withTextOf(id));
}

function placeOf({ queue }: Opened, label: string): number {
  const labels = queue.model?.revision.labels ?? [];
  const place = labels.indexOf(label);
  if (place >= MOST_LABELS)
    throw new DeskError(
      'not-allowed',
      `Only the first ${MOST_LABELS} labels of a model can be filtered by.`,
      'Choose another.',
    );
  if (place >= 0) return place;
  throw new DeskError(
    'not-found',
    `The model gives no label "${label}".`,
    labels.length === 0 ? 'Score the workspace first.' : `Its labels are ${labels.join(', ')}.`,
  );
}
