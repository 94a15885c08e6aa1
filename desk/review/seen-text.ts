import type { Item } from '../store/items.ts';
import type { Store } from '../store/store.ts';
import { salted } from './link.ts';

/** A text that an item has, or had; undefined where it has none of this number. */
export const textOf = (store: Store, item: Item, version: number): string | undefined =>
  item.version === version ? item.text : store.items.versions(item.id).find((one) => one.version === version)?.text;

/**
 * Which text of an item a link is about. In another workspace the same text may have had another number: what tells is its
 * salted hash. 0 where it is none of the texts that are here.
 * @param claimed the number that it had where it was seen
 */
export function seenVersion(store: Store, item: Item, claimed: number, salt: Buffer | null, sum: string): number {
  if (salt === null) return 0;
  const isIt = (text: string | undefined): boolean => text !== undefined && salted(salt, text) === sum;
  if (isIt(textOf(store, item, claimed))) return claimed;
  if (isIt(item.text)) return item.version;
  return store.items.versions(item.id).find(({ text }) => isIt(text))?.version ?? 0;
}
