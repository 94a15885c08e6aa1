/** Which undecided messages champion and challenger both read, so that a person sees whose verdict would flip. */
import type { Item } from '../store/items.ts';
import type { Revision } from '../store/revisions.ts';
import { isForeign } from '../triage/foreign.ts';

/**
 * A verdict flips where the champion is unsure: these are most of all that flip, and a queue of some thousand messages is among
 * them whole. Both models read them in some ten seconds (MiniLM, two cores); long texts take longer, hence the second bound.
 */
export const MOST = { messages: 2000, signs: 400_000 } as const;

export interface LookedAt {
  readonly item: number;
  readonly text: string;
}

/** What it takes of a store. */
interface Read {
  readonly items: { get(id: number): Item | undefined };
  readonly auditItems: { has(id: number): boolean };
}

/**
 * The most uncertain messages that nobody has decided, in languages that the champion reads, until there are enough.
 * @param uncertain ids, the most uncertain first
 */
export function lookedAt(
  { items, auditItems }: Read,
  champion: Revision,
  uncertain: Uint32Array,
  decided: ReadonlySet<number>,
): readonly LookedAt[] {
  const found: LookedAt[] = [];
  let signs = 0;
  for (const id of uncertain) {
    if (found.length === MOST.messages || signs >= MOST.signs) break;
    const item = decided.has(id) ? undefined : items.get(id);
    // What the model says of an audit item is not told before somebody decided it.
    if (item === undefined || item.erased || isForeign(champion, item.language) || auditItems.has(id)) continue;
    found.push({ item: id, text: item.text });
    signs += item.text.length;
  }
  return found;
}
