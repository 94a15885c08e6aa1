/** Which model the queue has: the person promotes, and can always go back. Every change is a link of somebody's chain. */
import { Comparison } from '../contract/revisions.ts';
import { DeskError } from '../errors.ts';
import { record } from '../review/deeds.ts';
import type { Deed } from '../review/link.ts';
import { addReviewer, seedLabels } from '../review/words.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import { show, showBefore, shownRevision } from '../triage/shown.ts';
import type { Recommendation } from './recommendations.ts';

export interface Promoting {
  readonly revision: number;
  /** path of its base model */
  readonly base: string;
  /** what was said of it, by whoever promotes it all the same */
  readonly override?: Recommendation | undefined;
}

export interface ReadWith {
  readonly revision: number;
  /** path of its base model */
  readonly base: string;
  /** name of whoever wants this one in place of the queue's */
  readonly by: string | undefined;
}

export interface Promoted {
  readonly from: number | null;
  readonly to: number;
}

/** Name of the setting that holds what came of comparing a revision with the champion of its time. */
const comparisonSetting = (revision: number): string => `comparison.${revision}`;

export const comparisonOf = ({ settings }: Store, revision: number): Comparison | null =>
  settings.get(comparisonSetting(revision), Comparison) ?? null;

/** Runs in the writer. */
export function keepComparison(
  { settings }: Store,
  { revision, comparison }: { readonly revision: number; readonly comparison: Comparison },
): void {
  settings.set(comparisonSetting(revision), comparison);
}

/** @throws DeskError not-found */
export function revisionOf({ revisions }: Store, id: number): Revision {
  const revision = revisions.get(id);
  if (revision !== undefined) return revision;
  throw new DeskError('not-found', `There is no revision number ${id}.`, 'List the revisions and choose one of them.');
}

/** Shows the queue of a revision from now on. Runs in the writer. @throws DeskError not-found, nothing-to-do, not-recommended */
export function promote(store: Store, reviewer: Reviewer, promoting: Promoting, now: number): Promoted {
  const revision = revisionOf(store, promoting.revision);
  const from = shownRevision(store);
  if (from?.id === revision.id)
    throw new DeskError('nothing-to-do', `The queue has ${revision.name} already.`, 'Nothing was changed.');
  const recommendation = recommendationFor(store, revision, from);
  const recommended = recommendation === 'better';
  if (!recommended && promoting.override !== recommendation)
    throw new DeskError(
      'not-recommended',
      notRecommended(revision, recommendation),
      `Retrain, which compares them anew; or promote it all the same, naming what was said of it (--override ${recommendation}). That is written down.`,
    );
  show(store, revision, promoting.base);
  note(store, reviewer, revision, recommended ? 'recommended' : 'override', recommendation, now);
  return { from: from?.id ?? null, to: revision.id };
}

/**
 * Shows the queue of a revision that is about to read it. The first one takes nobody's place; any other is a change, and somebody's.
 * Runs in the writer. @throws DeskError not-found, no-reviewer, not-allowed
 */
export function readWith(store: Store, { revision: id, base, by }: ReadWith, now: number): void {
  const revision = revisionOf(store, id);
  const from = shownRevision(store);
  if (from !== null && from.id !== id) {
    if (by === undefined)
      throw new DeskError(
        'no-reviewer',
        `The queue has ${from.name}, and this is another model: ${revision.name}.`,
        'Say who changes it; that is written down. Or leave the adapter out, and read on with the model of the queue.',
      );
    const reviewer = store.reviewers.byName(by) ?? addReviewer(store, by, now);
    note(store, reviewer, revision, 'named', recommendationFor(store, revision, from), now);
  }
  show(store, revision, base);
  seedLabels(store, revision);
}

/** Shows the queue of the revision before again. Runs in the writer. @throws DeskError nothing-to-do */
export function rollBack(store: Store, reviewer: Reviewer, now: number): Promoted {
  const from = shownRevision(store);
  const before = showBefore(store);
  if (before === null)
    throw new DeskError(
      'nothing-to-do',
      'There is no model to go back to.',
      'The queue has had one model so far; choose another with `moderato revisions promote`.',
    );
  note(store, reviewer, before, 'roll-back', null, now);
  return { from: from?.id ?? null, to: before.id };
}

/** What a comparison said, as long as it is with the model that the queue has. */
function recommendationFor(store: Store, revision: Revision, shown: Revision | null): Recommendation {
  const comparison = comparisonOf(store, revision.id);
  return comparison !== null && comparison.against === shown?.id ? comparison.recommendation : 'unknown';
}

function notRecommended({ name }: Revision, recommendation: Recommendation): string {
  switch (recommendation) {
    case 'no-difference':
      return `${name} is not recommended: no difference from the model of the queue was found.`;
    case 'worse':
      return `${name} is not recommended: it is worse than the model of the queue.`;
    case 'better':
    case 'unknown':
      return `${name} is not recommended: it was not compared with the model that the queue has now.`;
  }
}

function note(
  store: Store,
  reviewer: Reviewer,
  { base, adapterSha256, depth }: Revision,
  why: Extract<Deed, { readonly kind: 'promote' }>['why'],
  recommendation: Recommendation | null,
  now: number,
): void {
  record(
    store,
    reviewer,
    { kind: 'promote', base: base.sha256, adapter: adapterSha256, depth, why, recommendation },
    now,
  );
}
