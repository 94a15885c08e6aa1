/** The queue as it is read: ranked messages with what the model says of each. */
import { decodeAdapter } from '../../engine/adapter/file.ts';
import type { Item } from '../store/items.ts';
import type { QueuePlace } from '../store/queue.ts';
import type { Revision } from '../store/revisions.ts';
import { labelsOfQueue, type NotReadReason } from '../store/scores.ts';
import type { Workspace } from '../store/workspace.ts';
import { verdictOf, type Judge, type Verdict } from '../triage/verdict.ts';

export interface QueueRow {
  /** from 1; of the queue as it was asked for */
  readonly rank: number;
  readonly item: Item;
  /** the text with mentions of people under their pseudonyms */
  readonly text: string;
  readonly verdict: Verdict;
}

export interface NotReadRow {
  readonly item: Item;
  readonly text: string;
  readonly reason: NotReadReason;
}

export interface QueueFilter {
  /** rows at most; Infinity for all */
  readonly top: number;
  /** only messages of this label, be it one of several, most probable first */
  readonly label?: string | undefined;
  /** only this channel: its name or its id */
  readonly channel?: string | undefined;
  /** only messages that hold all of these words */
  readonly search?: string | undefined;
}

/** A filter that nothing can pass: the message says what there is. */
export class QueueFilterError extends Error {
  override readonly name = 'QueueFilterError';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

const PAGE = 500;
/** Hits of a search that are ranked; the newest ones where there are more. */
const SEARCHED = 100_000;

/** How verdicts of a revision are worded. Throws AdapterError where the stored adapter is damaged. */
export function judgeOf(workspace: Workspace, revision: Revision): Judge {
  const bytes = workspace.revisions.adapter(revision.id);
  if (bytes !== null) return decodeAdapter(bytes, { source: `${workspace.path}, revision ${revision.id}` });
  const { labels, fineLabel } = revision;
  const neutralLabel = fineLabel === null ? null : (labels[fineLabel] ?? null);
  return { task: 'multi-class', labels: [...labels], neutralLabel, thresholds: labels.map(() => 0.5) };
}

/**
 * The queue of a revision, most urgent first.
 * @throws QueueFilterError for a label that the revision does not know
 */
export function* listQueue(workspace: Workspace, revision: Revision, filter: QueueFilter): Generator<QueueRow> {
  const judge = judgeOf(workspace, revision);
  if (filter.label !== undefined && !revision.labels.includes(filter.label)) {
    throw new QueueFilterError(
      `There is no label "${filter.label}" in this queue.`,
      `Its labels are ${revision.labels.join(', ')}.`,
    );
  }
  let rank = 0;
  for (const { item } of candidates(workspace, revision, filter)) {
    if (filter.channel !== undefined && !isChannel(item, filter.channel)) continue;
    const stored = workspace.scores.get(revision.id, item.id);
    if (stored === undefined || stored.probabilities === null) continue;
    const verdict = verdictOf(judge, stored.probabilities);
    if (filter.label !== undefined && !hasLabel(verdict, filter.label)) continue;
    if (rank >= filter.top) return;
    rank++;
    yield { rank, item, text: shown(workspace, item), verdict };
    if (rank >= filter.top) return;
  }
}

/** Messages that the model did not read, by reason. */
export function* listNotRead(
  workspace: Workspace,
  revision: Revision,
  reasons: readonly NotReadReason[],
  { top, channel }: Pick<QueueFilter, 'top' | 'channel'>,
): Generator<NotReadRow> {
  let given = 0;
  for (const reason of reasons) {
    for (let after = 0; ;) {
      const page = workspace.queue.notRead(revision.id, reason, PAGE, after);
      for (const item of page) {
        if (channel !== undefined && !isChannel(item, channel)) continue;
        if (given++ >= top) return;
        yield { item, text: shown(workspace, item), reason };
      }
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
  }
}

const hasLabel = ({ label, labels }: Verdict, wanted: string): boolean =>
  label === wanted || labels?.includes(wanted) === true;

function* candidates(workspace: Workspace, revision: Revision, filter: QueueFilter): Generator<Scored> {
  if (filter.search !== undefined) {
    yield* found(workspace, revision, filter.search);
    return;
  }
  const place = filter.label === undefined ? -1 : revision.labels.indexOf(filter.label);
  const own = labelsOfQueue(revision);
  const byLabel = own.length > 1 && own.includes(place);
  for (let after: QueuePlace | undefined; ;) {
    const page = byLabel
      ? workspace.queue.byLabel(revision.id, place, PAGE, after)
      : workspace.queue.ranked(revision.id, PAGE, after);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = { score: last.score, item: last.item.id };
  }
}

interface Scored {
  readonly item: Item;
  readonly score: number;
}

function found(workspace: Workspace, revision: Revision, query: string): readonly Scored[] {
  const hits: Scored[] = [];
  for (let before: number | undefined; hits.length < SEARCHED;) {
    const page = workspace.search.text(query, PAGE, before);
    for (const item of page) {
      const score = workspace.scores.get(revision.id, item.id)?.score;
      if (score !== undefined && score !== null) hits.push({ item, score });
    }
    const last = page.at(-1);
    if (last === undefined) break;
    before = last.id;
  }
  return hits.sort((a, b) => b.score - a.score || a.item.id - b.item.id);
}

function isChannel({ channel }: Item, wanted: string): boolean {
  const name = wanted.replace(/^#/, '').toLowerCase();
  return channel.name.toLowerCase() === name || channel.platformId === wanted;
}

const shown = ({ authors }: Workspace, item: Item): string => authors.maskMentions(item.text, item.platform);
