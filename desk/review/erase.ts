/** Taking messages out for good, and leaving alone what must be kept. */
import { DeskError } from '../errors.ts';
import type { Erasing } from '../store/erasure.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import { record } from './deeds.ts';

export interface Erased {
  readonly items: readonly number[];
  /** left alone, because they are on hold */
  readonly held: readonly number[];
  /** revisions that had learned from some of it */
  readonly revisions: readonly number[];
}

/** Runs inside one transaction of the writer. @throws DeskError nothing-to-do, held */
export function erase(store: Store, reviewer: Reviewer, erasing: Erasing, reason: string, now: number): Erased {
  const found = store.erasure.find(erasing);
  const held = found.filter((item) => store.holds.has(item));
  const items = found.filter((item) => !store.holds.has(item));
  if (items.length === 0) {
    if (held.length > 0)
      throw new DeskError(
        'held',
        held.length === 1 ? 'This message is on hold.' : `All ${held.length} of these messages are on hold.`,
        'Release what is on hold first, if that is right.',
      );
    throw new DeskError('nothing-to-do', 'There is no such message.', 'Nothing was erased.');
  }
  const revisions = [...new Set(items.flatMap((item) => store.tombstones.trainedOn(item)))];
  const identities = items.map((item) => store.items.identity(item));
  store.erasure.erase(items);
  const { link, hash } = record(store, reviewer, { kind: 'erase', items: identities, reason }, now);
  const signature = store.reviewers.sign(reviewer.id, hash);
  if (signature === undefined) throw new Error('a reviewer of this workspace has no key');
  store.tombstones.add({ link, items: items.length, revisions, signature, erasedAt: now });
  return { items, held, revisions };
}
