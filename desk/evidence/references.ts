/**
 * What messages are called in an evidence file. The identity of a message of an export without ids is a hash of time,
 * author and text: all but the author stands in the file, so that whoever has a list of members could try them all. So it
 * is keyed there as records are (marks.ts), unless real names go along anyway.
 */
import type { Item } from '../store/items.ts';
import type { Store } from '../store/store.ts';
import { markOf } from './marks.ts';

/** The same wherever the message stands in this file. */
export function referenceOf(store: Store, item: Item, names: boolean): string {
  const identity = store.items.identity(item.id);
  if (names || item.messageId !== null) return identity;
  return keyed(store, item.source, identity) ?? identity;
}

/** All that this message may be called in evidence files. */
export function referencesOf(store: Store, item: Item): readonly string[] {
  const identity = store.items.identity(item.id);
  if (item.messageId !== null) return [identity];
  return [identity, ...store.items.records(item.id).flatMap(({ source }) => keyed(store, source, identity) ?? [])];
}

function keyed(store: Store, source: number, identity: string): string | null {
  const sha256 = store.sources.get(source)?.sha256;
  return sha256 === undefined ? null : markOf(sha256, 'message', identity);
}
