/** Decisions as rows: of every message that somebody decided, what each reviewer decided last. */
import { readBody } from '../review/link.ts';
import { textOf } from '../review/seen-text.ts';
import type { Store } from '../store/store.ts';

export const COLUMNS = [
  'platform',
  'channel_id',
  'channel',
  'message_id',
  'item',
  'author',
  'time',
  'text',
  'version',
  'labels',
  'reviewer',
  'decided_at',
  'reasons',
  'note',
  'score',
] as const;

export type DecisionRow = Readonly<Record<(typeof COLUMNS)[number], string | number | null>>;

const PAGE = 500;
/** Between the labels of one cell. */
const BETWEEN = '|';

/** One row a verdict, in the order of the messages. Authors and reviewers stand under their pseudonyms. */
export function* decisionRows(store: Store): Generator<DecisionRow, void, void> {
  const names = new Map(store.policies.labels().map(({ id, name }) => [id, name]));
  const reviewers = new Map(store.reviewers.list().map(({ id, pseudonym }) => [id, pseudonym]));
  for (let after = 0; ;) {
    const page = store.reviews.decided(after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last;
    for (const id of page) {
      const item = store.items.get(id);
      if (item === undefined) continue;
      for (const verdict of store.reviews.verdicts(id)) {
        const link = store.links.get(verdict.link);
        const body = link && readBody(link.body);
        if (!link || body?.deed.kind !== 'decide') continue;
        yield {
          platform: item.platform,
          channel_id: item.channel.platformId,
          channel: item.channel.name,
          message_id: item.messageId,
          item: store.items.identity(id),
          author: item.author?.pseudonym ?? null,
          time: item.time === null ? null : new Date(item.time).toISOString().replace(/Z$/, item.localTime ? '' : 'Z'),
          text: store.authors.shown(textOf(store, item, verdict.version) ?? '', item.platform).text,
          version: verdict.version,
          labels: verdict.labels.map((label) => names.get(label) ?? '').join(BETWEEN),
          reviewer: reviewers.get(verdict.reviewer) ?? '',
          decided_at: new Date(body.time).toISOString(),
          reasons: body.deed.reasons.join(BETWEEN),
          note: link.note,
          score: body.deed.model?.score ?? null,
        };
      }
    }
  }
}
