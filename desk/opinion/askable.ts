/** Which messages a larger model is asked about, equal texts once. */
import type { Store } from '../store/store.ts';

export interface Askable {
  readonly text: string;
  /** all that have it */
  readonly items: readonly { readonly item: number; readonly version: number }[];
}

export interface Chosen {
  readonly texts: readonly Askable[];
  /** messages that have these texts */
  readonly total: number;
  /** messages about which it was asked before */
  readonly before: number;
  /** left out: audit items that nobody has decided yet stay without any model's word */
  readonly audit: number;
}

/**
 * @param ids in the order in which they are asked
 * @param options most: messages, at most, those with an opinion counted
 */
export function askable(
  store: Store,
  ids: Iterable<number>,
  { most, isCurrent }: { readonly most: number; readonly isCurrent: (item: number) => boolean },
): Chosen {
  const texts = new Map<string, { item: number; version: number }[]>();
  let [total, before, audit] = [0, 0, 0];
  const met = new Set<number>();
  for (const id of ids) {
    if (total + before >= most) break;
    if (met.has(id)) continue;
    met.add(id);
    const item = store.items.get(id);
    if (item === undefined || item.erased || item.text.trim() === '') continue;
    if (store.auditItems.has(id) && store.reviews.verdicts(id).length === 0) {
      audit++;
      continue;
    }
    if (isCurrent(id)) {
      before++;
      continue;
    }
    const same = texts.get(item.text) ?? [];
    same.push({ item: id, version: item.version });
    texts.set(item.text, same);
    total++;
  }
  return { texts: [...texts].map(([text, items]) => ({ text, items })), total, before, audit };
}
