import { randomInt } from 'node:crypto';
import { drawn, type Random } from '../../engine/train/random.ts';
import { DeskError } from '../errors.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import { type Done, reopen } from './deeds.ts';
import { DOUBLE_REVIEW } from './reasons.ts';

/** Numbers of a draw that nobody can foretell. */
const RANGE = 2 ** 48 - 1;

/**
 * Draws messages that one reviewer decided, each with the same chance, to be decided by a second one who is not shown what
 * the first decided: on these rests how far reviewers agree. One action, which can be undone.
 * @param share of them, rounded up
 * @throws DeskError nothing-to-do
 */
export function drawDoubleReview(
  store: Store,
  reviewer: Reviewer,
  share: number,
  now: number,
  random: Random = () => randomInt(RANGE) / RANGE,
): Done {
  const items = store.reviews.decidedOnce();
  if (items.length === 0)
    throw new DeskError(
      'nothing-to-do',
      'There is no message that exactly one reviewer has decided.',
      'Decide some first, then draw from them.',
    );
  const chosen = drawn(Uint32Array.from(items), Math.ceil(items.length * share), random);
  const seen = Array.from(chosen, (item) => ({ item, version: store.items.get(item)?.version ?? 0 }));
  return reopen(store, reviewer, seen, { reason: DOUBLE_REVIEW, note: null }, now);
}
