import type { Store } from '../store/store.ts';
import { ShingleIndex } from '../triage/near-duplicates.ts';

/** Audit items whose texts are read at a time. */
const PIECE = 256;

/**
 * Places of those texts that are nearly the same as an audit item or as one of `others`. Whether somebody decided an audit item
 * yet does not matter: once it is decided, it is to say something of models that have not learned it.
 */
export function* nearAudit(
  { auditItems, items }: Store,
  texts: readonly string[],
  others: readonly string[] = [],
): Generator<void, ReadonlySet<number>, void> {
  const near = new Set<number>();
  if (texts.length === 0) return near;
  const index = yield* ShingleIndex.of(texts);
  const audits = auditItems.all().map(({ item }) => item);
  const read = function* (): Generator<string, void, void> {
    yield* others;
    for (let at = 0; at < audits.length; at += PIECE) yield* items.texts(audits.slice(at, at + PIECE));
  };
  for (const text of read()) {
    // Of an audit item that was erased nothing is left to be like.
    if (text.trim() !== '') for (const place of index.similar(text)) near.add(place);
    yield;
  }
  return near;
}
