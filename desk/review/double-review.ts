import { randomInt } from 'node:crypto';
import { DeskError } from '../errors.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import { type Done, reopen } from './deeds.ts';
import { DOUBLE_REVIEW } from './reasons.ts';

/**
 * Draws messages that one reviewer decided, each with the same chance, to be decided by a second one who is not shown what
 * the first decided: on these rests how far reviewers agree. One action, which can be undone.
 * @param share of them, rounded up
 * @param random gives whole numbers from 0 below `n`
 * @throws DeskError nothing-to-do
 */
export function drawDoubleReview(
  store: Store,
  reviewer: Reviewer,
  share: number,
  now: number,
  random: (n: number) => number = (n) => randomInt(n),
): Done {
  const items = [...store.reviews.decidedOnce()];
  if (items.length === 0)
    throw new DeskError(
      'nothing-to-do',
      'There is no message that exactly one reviewer has decided.',
      'Decide some first, then draw from them.',
    );
  const count = Math.ceil(items.length * share);
  // The first `count` places of a shuffle (Fisher and Yates).
  for (let i = 0; i < count; i++) {
    const j = i + random(items.length - i);
    [items[i], items[j]] = [items[j] as number, items[i] as number];
  }
  const seen = items.slice(0, count).map((item) => ({ item, version: store.items.get(item)?.version ?? 0 }));
  return reopen(store, reviewer, seen, { reason: DOUBLE_REVIEW, note: null }, now);
}
