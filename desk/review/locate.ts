/** Finds messages by what they are called in every workspace. No index is kept for it: importing is what must be fast. */
import { z } from 'zod';
import type { Store } from '../store/store.ts';
import type { WriterClient } from '../writer/client.ts';
import { type Found, LOOKED } from './merge.ts';

/** Items that are looked at in one go, between which others get their turn. */
const PIECE = 5_000;

/** @param wanted identities, hexadecimal. @param after looks behind this item */
export async function locate(
  store: Store,
  wanted: ReadonlySet<string>,
  after: number,
  signal: AbortSignal,
): Promise<{ readonly found: Found; readonly looked: number }> {
  const found = new Map<string, number>();
  const looked = store.items.lastId;
  for (let at = after; at < looked; at += PIECE) {
    for (const [id, identity] of store.items.identities(at, Math.min(at + PIECE, looked)))
      if (wanted.has(identity)) found.set(identity, id);
    await new Promise(setImmediate);
    signal.throwIfAborted();
  }
  return { found, looked };
}

/**
 * After an import: points links that waited to messages and texts that are here now.
 * @returns the items that they are about
 */
export async function placeWaitingLinks(
  store: Store,
  writer: WriterClient,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const waiting = store.waitingLinks.list();
  if (waiting.length === 0) return [];
  const wanted = new Set(waiting.map(({ identity }) => identity));
  const after = store.settings.get(LOOKED, z.int().min(0)) ?? 0;
  return await writer.write('placeWaiting', await locate(store, wanted, after, signal), { urgent: false });
}
