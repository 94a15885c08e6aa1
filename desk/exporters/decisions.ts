/** What was decided, one verdict after the other: of every message, what each reviewer decided last. */
import type { Span } from '../review/span.ts';
import { readBody } from '../review/link.ts';
import { textOf } from '../review/seen-text.ts';
import type { Item } from '../store/items.ts';
import { BETWEEN } from '../store/policies.ts';
import type { Store } from '../store/store.ts';

export interface Decision {
  readonly platform: string;
  readonly channel_id: string;
  readonly channel: string;
  /** of the platform; null where the export has no ids */
  readonly message_id: string | null;
  /** reference: the same for all rows about this message */
  readonly item: string;
  /** pseudonym */
  readonly author: string | null;
  /** ISO 8601; without Z where the zone is not known */
  readonly time: string | null;
  /** that was decided on; mentions stand under pseudonyms */
  readonly text: string;
  readonly version: number;
  readonly labels: readonly string[];
  /** pseudonym */
  readonly reviewer: string;
  readonly decided_at: string;
  /** mentions in them stand under pseudonyms, as in the text; so in the note */
  readonly reasons: readonly string[];
  readonly note: string | null;
  /** what was marked of the text, as [start, end) in UTF-16 units */
  readonly spans: readonly Span[];
  /** what others had decided was not shown to the reviewer */
  readonly blind: boolean;
  /** said by a third person, where others saw it differently */
  readonly settles: boolean;
  /** what the model had said, where that was shown */
  readonly score: number | null;
  /** what a larger model says of this version, which is nobody's decision; null where it was not asked */
  readonly opinion: string | null;
  readonly opinion_probability: number | null;
  readonly opinion_model: string | null;
}

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
  'spans',
  'blind',
  'settles',
  'score',
  'opinion',
  'opinion_probability',
  'opinion_model',
] as const satisfies readonly (keyof Decision)[];

/** What a table says where something holds; where it does not, nothing. */
export const YES = 'yes';

export type DecisionRow = Readonly<Record<(typeof COLUMNS)[number], string | number | null>>;

const PAGE = 500;

/** A decision as one row of a table. */
export const rowOf = (decision: Decision): DecisionRow => ({
  ...decision,
  labels: decision.labels.join(BETWEEN),
  reasons: decision.reasons.join(BETWEEN),
  spans: decision.spans.length === 0 ? null : JSON.stringify(decision.spans),
  blind: decision.blind ? YES : null,
  settles: decision.settles ? YES : null,
});

const OF_VERDICT = [
  'reviewer',
  'decided_at',
  'version',
  'labels',
  'reasons',
  'note',
  'spans',
  'blind',
  'settles',
  'score',
  'opinion',
  'opinion_probability',
  'opinion_model',
] as const satisfies readonly (keyof Decision)[];
export type VerdictRow = Pick<Decision, (typeof OF_VERDICT)[number]>;

/** What may differ between the verdicts about one message. */
export const verdictOf = (decision: Decision): VerdictRow =>
  Object.fromEntries(OF_VERDICT.map((name) => [name, decision[name]])) as VerdictRow;

/** In the order of the messages; of one message, the verdict that counts first. */
export function* decisions(store: Store): Generator<Decision, void, void> {
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
      const channel = store.authors.channel(item.platform, item.channel);
      for (const verdict of [...store.reviews.verdicts(id)].reverse()) {
        const link = store.links.get(verdict.link);
        const body = link && readBody(link.body);
        if (!link || body?.deed.kind !== 'decide') continue;
        const { reasons, spans, blind, settles, model } = body.deed;
        const text = store.authors.shown(textOf(store, item, verdict.version) ?? '', item.platform);
        const shown = (words: string): string => store.authors.shown(words, item.platform).text;
        yield {
          platform: item.platform,
          channel_id: channel.platformId,
          channel: channel.name,
          message_id: item.messageId,
          item: store.authors.reference(item.messageId, store.items.identity(id)),
          author: item.author?.pseudonym ?? null,
          time: item.time === null ? null : new Date(item.time).toISOString().replace(/Z$/, item.localTime ? '' : 'Z'),
          text: text.text,
          version: verdict.version,
          labels: verdict.labels.map((label) => names.get(label) ?? ''),
          reviewer: reviewers.get(verdict.reviewer) ?? '',
          decided_at: new Date(body.time).toISOString(),
          reasons: reasons.map(shown),
          note: link.note === null ? null : shown(link.note),
          spans: spans.map(({ start, end }) => ({
            start: text.toShown(start, 'start'),
            end: text.toShown(end, 'end'),
          })),
          blind,
          settles,
          score: model?.score ?? null,
          ...opinionOf(store, item, verdict.version),
        };
      }
    }
  }
}

function opinionOf(store: Store, item: Item, version: number) {
  const opinion = version === item.version ? store.opinions.get(item.id) : null;
  const { label, probability, model } = opinion?.stale === false ? opinion : NO_OPINION;
  return { opinion: label, opinion_probability: probability, opinion_model: model };
}

const NO_OPINION = { label: null, probability: null, model: null };
