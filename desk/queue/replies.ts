import type { Item } from '../store/items.ts';
import type { Store } from '../store/store.ts';

/** Messages of a chain of replies, at most. */
const LONGEST_CHAIN = 50;

/** What the message answers, what that answers, and so on; the oldest first. */
export function repliesTo({ items }: Pick<Store, 'items'>, item: Item): readonly Item[] {
  const chain: Item[] = [];
  const met = new Set([item.id]);
  for (let one = item; one.replyTo !== null && chain.length < LONGEST_CHAIN;) {
    const answered = items.byMessage(one.platform, one.channel.platformId, one.replyTo);
    // Exports are hostile: a message may claim to answer itself.
    if (answered === undefined || met.has(answered.id)) break;
    met.add(answered.id);
    chain.unshift(answered);
    one = answered;
  }
  return chain;
}
