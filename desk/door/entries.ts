/** Items as the door shows them. */
import type { z } from 'zod';
import type { Judgement, Message, QueueEntry } from '../contract/shapes.ts';
import type { Opened } from '../opened.ts';
import { isBlind } from '../review/status.ts';
import type { Item } from '../store/items.ts';
import type { Revision } from '../store/revisions.ts';
import type { StoredScore } from '../store/scores.ts';
import { type Judge, verdictOf } from '../triage/verdict.ts';

export function messageOf({ workspace }: Pick<Opened, 'workspace'>, item: Item): Message {
  const { attachments, reactions, channel, author } = item;
  return {
    id: item.id,
    kind: item.kind,
    platform: item.platform,
    channel: { ...channel },
    author: author && { ...author },
    messageId: item.messageId,
    time: item.time,
    localTime: item.localTime,
    edited: item.edited,
    deleted: item.deleted,
    replyTo: item.replyTo,
    forwarded: item.forwarded,
    text: workspace.authors.shown(item.text, item.platform).text,
    version: item.version,
    language: item.language,
    attachments: attachments.map((one) => ({ ...one })),
    reactions: reactions.map((one) => ({ ...one })),
    decidedElsewhere: item.decided.map((one) => ({ ...one })),
    source: item.source,
  };
}

/** Makes entries of one page: what they share is looked up once. */
export class Entries {
  readonly #opened: Opened;
  /** of the queue's model, and of the one whose scores stand in for it */
  readonly #judges: readonly { readonly revision: Revision; readonly judge: Judge }[];
  readonly #reviewer: number | undefined;
  readonly #blind: boolean;

  /**
   * @param reviewer who looks: what somebody else decided is not shown to whoever decides an appeal
   * @param blind audit items are shown without score until somebody decided them
   */
  constructor(opened: Opened, reviewer: number | undefined, blind = true) {
    this.#blind = blind;
    this.#opened = opened;
    const { model } = opened.queue;
    this.#judges = [model, model?.previous].flatMap((one) =>
      one ? [{ revision: one.revision, judge: one.judge }] : [],
    );
    this.#reviewer = reviewer;
  }

  of(id: number): QueueEntry | null {
    const { workspace } = this.#opened;
    const item = workspace.items.get(id);
    if (item === undefined || item.erased) return null;
    const review = workspace.reviews.get(id);
    const verdicts = review === undefined ? [] : workspace.reviews.verdicts(id);
    const last = verdicts.at(-1) ?? null;
    const audit = workspace.auditItems.has(id);
    const own = verdicts.some(({ reviewer }) => reviewer === this.#reviewer);
    const read = this.#judges
      .map((one) => ({ ...one, stored: workspace.scores.get(one.revision.id, id) }))
      .find(({ stored }) => stored !== undefined);
    const blind = isBlind(review?.status, own);
    return {
      message: messageOf(this.#opened, item),
      status: review?.status ?? 'open',
      model: read === undefined || (this.#blind && audit && last === null) ? null : this.#judgement(read),
      opinion: audit && last === null ? null : workspace.opinions.get(id),
      notRead: read?.stored?.reason ?? (item.kind === 'media-only' ? 'media-only' : null),
      audit,
      disagree: review?.disagree ?? false,
      labels: last === null || blind ? null : [...last.labels],
    };
  }

  #judgement({ revision, judge, stored }: Read): z.infer<typeof Judgement> | null {
    if (!stored?.probabilities) return null;
    const { label, labels, score, scores } = verdictOf(judge, stored.probabilities);
    const { backend, layout } = stored;
    return {
      revision: revision.id,
      stale: revision !== this.#judges[0]?.revision,
      label,
      ...(labels && { labels: [...labels] }),
      score,
      scores: { ...scores },
      backend,
      layout,
    };
  }
}

interface Read {
  readonly revision: Revision;
  readonly judge: Judge;
  readonly stored: StoredScore | undefined;
}
