/** Everything that changes a workspace, by name. Each runs in the writing thread, inside one transaction. */
import * as deeds from '../review/deeds.ts';
import { DeskError } from '../errors.ts';
import type { Label, Policy } from '../store/policies.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { NewRevision, Revision } from '../store/revisions.ts';
import type { NewOpinion, NewOpinionRun } from '../store/opinions.ts';
import type { ItemResult, Run } from '../store/scores.ts';
import type { NewSource, SourceStatus } from '../store/sources.ts';
import type { Store } from '../store/store.ts';
import type { JobChange } from '../store/jobs.ts';
import type { QueuePage } from '../store/queue-pages.ts';
import { drawDoubleReview } from '../review/double-review.ts';
import { erase } from '../review/erase.ts';
import type { MergePiece } from '../review/merge.ts';
import { takePiece } from '../review/take-piece.ts';
import * as words from '../review/words.ts';
import * as promotion from '../retrain/promotion.ts';
import type { Escalation, Reopening } from '../review/reasons.ts';
import type { Erasing } from '../store/erasure.ts';
import { settingsOf } from '../review/settings.ts';
import { chanceOf, keepDrawn } from '../triage/audit-draw.ts';

const reviewerOf = (store: Store, id: number): Reviewer => {
  const reviewer = store.reviewers.get(id);
  if (reviewer !== undefined) return reviewer;
  throw new DeskError(
    'no-reviewer',
    `There is no reviewer number ${id}.`,
    'List the reviewers and choose one of them.',
  );
};

interface By {
  readonly reviewer: number;
}

const writes = {
  setSetting: (store: Store, { name, value }: { readonly name: string; readonly value: unknown }) =>
    store.settings.set(name, value),

  beginSource: (store: Store, source: NewSource, now: number) => store.sources.begin(source, now),
  sourceDone: (store: Store, { source, since }: { readonly source: NewSource; readonly since: number }) =>
    store.sources.done(source, since),
  finishSource: (
    store: Store,
    {
      id,
      status,
      report,
    }: { readonly id: number; readonly status: Exclude<SourceStatus, 'reading'>; readonly report: unknown },
  ) => store.sources.finish(id, status, report),

  ensureRevision: (store: Store, revision: NewRevision) => store.revisions.ensure(revision),
  readWith: (store: Store, input: promotion.ReadWith, now: number) => promotion.readWith(store, input, now),
  promote: (store: Store, { reviewer, ...input }: By & promotion.Promoting, now: number) =>
    promotion.promote(store, reviewerOf(store, reviewer), input, now),
  keepComparison: promotion.keepComparison,
  rollBack: (store: Store, { reviewer }: By, now: number) =>
    promotion.rollBack(store, reviewerOf(store, reviewer), now),
  noteTrainedOn: (
    store: Store,
    { revision, items }: { readonly revision: number; readonly items: readonly number[] },
  ) => store.tombstones.noteTrainedOn(revision, items),
  forgetAside: (store: Store, { revision }: { readonly revision: number }) => store.auditItems.forgetAside(revision),
  takeInAside: (store: Store, { revision }: { readonly revision: number }) =>
    store.auditItems.takeIn(revision, chanceOf(settingsOf(store).auditEvery)),
  startRun: (
    store: Store,
    input: { readonly revision: Revision; readonly backend: string; readonly layout: string; readonly threads: number },
  ) => store.scores.startRun(input.revision, input),
  /** … and draws the audit sample of them, so that none is ever scored without having had its chance. */
  writeScores: (
    store: Store,
    {
      run,
      results,
      aside = null,
    }: { readonly run: Run; readonly results: readonly ItemResult[]; readonly aside?: number | null },
    now: number,
  ) => {
    const kept = store.scores.write(run, results);
    keepDrawn(store, run, kept, aside, now);
    return kept.length;
  },

  startOpinions: (store: Store, input: NewOpinionRun, now: number) => store.opinions.start(input, now),
  writeOpinions: (
    store: Store,
    { run, opinions }: { readonly run: number; readonly opinions: readonly NewOpinion[] },
    now: number,
  ) => store.opinions.write(run, opinions, now),

  pinLayout: (store: Store, { revision, layout }: { readonly revision: number; readonly layout: string }) =>
    store.revisions.pinLayout(revision, layout),

  keepQueuePages: (store: Store, { model }: { readonly model: string }) => store.queuePages.keepOnly(model),
  putQueuePages: (store: Store, { model, pages }: { readonly model: string; readonly pages: readonly QueuePage[] }) =>
    store.queuePages.put(model, pages),

  addJob: (store: Store, { input }: { readonly input: unknown }, now: number) => store.jobs.add(input, now),
  changeJob: (store: Store, { id, change }: { readonly id: number; readonly change: JobChange }, now: number) =>
    store.jobs.change(id, change, now),
  noteJob: (
    store: Store,
    { id, done, total }: { readonly id: number; readonly done: number; readonly total: number | null },
    now: number,
  ) => store.jobs.progress(id, done, total, now),

  addReviewer: (store: Store, { name }: { readonly name: string }, now: number) => words.addReviewer(store, name, now),
  putPolicy: (store: Store, policy: Omit<Policy, 'id'> & { readonly id?: number | undefined }) =>
    words.putPolicy(store, policy),
  putLabel: (store: Store, label: Omit<Label, 'id'> & { readonly id?: number | undefined }) =>
    words.putLabel(store, label),
  arrangeLabels: (store: Store, { ids }: { readonly ids: readonly number[] }) => store.policies.arrangeLabels(ids),

  decide: (
    store: Store,
    { reviewer, seen, decision }: By & { readonly seen: readonly deeds.Seen[]; readonly decision: deeds.Decision },
    now: number,
  ) => deeds.decide(store, reviewerOf(store, reviewer), seen, decision, now),
  skip: (store: Store, { reviewer, seen }: By & { readonly seen: readonly deeds.Seen[] }, now: number) =>
    deeds.skip(store, reviewerOf(store, reviewer), seen, now),
  escalate: (
    store: Store,
    input: By & { readonly seen: readonly deeds.Seen[]; readonly reason: Escalation; readonly note: string | null },
    now: number,
  ) => deeds.escalate(store, reviewerOf(store, input.reviewer), input.seen, input, now),
  reopen: (
    store: Store,
    input: By & { readonly seen: readonly deeds.Seen[]; readonly reason: Reopening; readonly note: string | null },
    now: number,
  ) => deeds.reopen(store, reviewerOf(store, input.reviewer), input.seen, input, now),
  annotate: (store: Store, input: By & { readonly seen: deeds.Seen; readonly note: string }, now: number) =>
    deeds.annotate(store, reviewerOf(store, input.reviewer), input.seen, input.note, now),
  hold: (
    store: Store,
    { reviewer, item, reason }: By & { readonly item: number; readonly reason: string },
    now: number,
  ) => {
    store.holds.put(item, reason, now);
    deeds.record(
      store,
      reviewerOf(store, reviewer),
      { kind: 'hold', item: store.items.identity(item), reason },
      now,
      item,
    );
  },
  release: (store: Store, { reviewer, item }: By & { readonly item: number }, now: number) => {
    if (!store.holds.drop(item))
      throw new DeskError('nothing-to-do', 'This message is not on hold.', 'Nothing was changed.');
    deeds.record(store, reviewerOf(store, reviewer), { kind: 'release', item: store.items.identity(item) }, now, item);
  },
  reveal: (store: Store, { reviewer, pseudonym }: By & { readonly pseudonym: string }, now: number) => {
    deeds.record(store, reviewerOf(store, reviewer), { kind: 'reveal', author: pseudonym }, now);
  },
  evidence: (
    store: Store,
    { reviewer, ...evidence }: By & { readonly items: string[]; readonly names: string[]; readonly content: string },
    now: number,
  ) => deeds.record(store, reviewerOf(store, reviewer), { kind: 'evidence', ...evidence }, now),
  erase: (
    store: Store,
    { reviewer, erasing, reason }: By & { readonly erasing: Erasing; readonly reason: string },
    now: number,
  ) => erase(store, reviewerOf(store, reviewer), erasing, reason, now),

  doubleReview: (store: Store, { reviewer, share }: By & { readonly share: number }, now: number) =>
    drawDoubleReview(store, reviewerOf(store, reviewer), share, now),
  merge: (store: Store, piece: MergePiece, now: number) => takePiece(store, piece, now),

  undo: (store: Store, { reviewer }: By, now: number) => deeds.undo(store, reviewerOf(store, reviewer), now),
  redo: (store: Store, { reviewer }: By, now: number) => deeds.redo(store, reviewerOf(store, reviewer), now),
} as const;

export type WriteName = keyof typeof writes;
export type WriteInput<N extends WriteName> = Parameters<(typeof writes)[N]>[1];
export type WriteOutput<N extends WriteName> = ReturnType<(typeof writes)[N]>;

/** What a power cut may take away, because nobody was told that it is done: the job that makes it goes on. */
const AGAIN: ReadonlySet<WriteName> = new Set(['writeScores', 'writeOpinions', 'noteJob', 'putQueuePages']);

export const canBeMadeAgain = (name: WriteName): boolean => AGAIN.has(name);

/** @param input of the write of this name */
export function perform(store: Store, name: WriteName, input: unknown, now: number): unknown {
  const write = writes[name] as (store: Store, input: unknown, now: number) => unknown;
  return write(store, input, now);
}
