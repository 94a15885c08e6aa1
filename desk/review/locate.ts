/** Finds messages by what they are called in every workspace. No index is kept for it: importing is what must be fast. */
import { z } from 'zod';
import type { Store } from '../store/store.ts';
import type { WriterClient } from '../writer/client.ts';
import { DeskError } from '../errors.ts';
import { type Found, type MergePiece, type Taken, waitingPieces } from './merge.ts';
import { LOOKED } from './take-piece.ts';

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
 * Writes pieces of a merge, one after the other; whoever decides gets a turn between any two.
 * @param onItems told of the items of each, onLinks of how many links are in
 * @throws DeskError cancelled, and what `takePiece` throws
 */
export async function written<T>(
  writer: WriterClient,
  pieces: Generator<MergePiece, T, Taken>,
  {
    signal,
    onItems,
    onLinks = () => {},
  }: {
    readonly signal: AbortSignal;
    readonly onItems: (items: readonly number[]) => void;
    readonly onLinks?: (links: number) => void;
  },
): Promise<T> {
  let links = 0;
  let next = pieces.next();
  while (next.done !== true) {
    if (signal.aborted)
      throw new DeskError(
        'cancelled',
        `The merge was stopped; ${links} links are in.`,
        'Merge the same files again to go on.',
      );
    const piece = next.value;
    const taken = await writer.write('merge', piece, { urgent: false });
    onItems(taken.items);
    if (piece.kind === 'links') onLinks((links += piece.links.length));
    next = pieces.next(taken);
  }
  return next.value;
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
  const pieces = waitingPieces(store, await locate(store, wanted, after, signal));
  return [...(await written(writer, pieces, { signal, onItems: () => {} }))];
}
