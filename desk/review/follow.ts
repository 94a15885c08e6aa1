/** What follows from the links about an item, in their order, whenever they came into this workspace. */
import type { Item } from '../store/items.ts';
import type { Link } from '../store/links.ts';
import type { Store } from '../store/store.ts';
import { type Body, inOrder, readBody } from './link.ts';
import { type About, type Review, reviewOf } from './status.ts';

export interface ReadLink {
  readonly link: Link;
  readonly body: Body;
}

/** The links about an item that were not undone. */
export const linksAbout = (store: Store, item: number): readonly ReadLink[] =>
  store.links
    .about(item)
    .flatMap((link) => {
      const body = readBody(link.body);
      return body === null ? [] : [{ link, body }];
    })
    .sort((a, b) => inOrder(a.body, b.body));

/** Works out anew what became of an item. */
export function follow(store: Store, item: Item): Review {
  const about = linksAbout(store, item.id).flatMap((one) => aboutOf(store, one));
  const review = reviewOf(about, item.version);
  store.reviews.set(item.id, review, worst(store, review.verdict?.labels ?? []));
  return review;
}

/** The same for several; what was erased stays without review. */
export function followAll(store: Store, items: Iterable<number>): void {
  for (const id of items) {
    const item = store.items.get(id);
    if (item !== undefined && !item.erased) follow(store, item);
  }
}

/** Items that some links are about. */
export const itemsOf = (links: readonly Link[]): readonly number[] => [
  ...new Set(links.flatMap(({ item }) => (item === null ? [] : [item]))),
];

/** Ids of the labels that a decision names, rising. */
export const labelIds = ({ policies }: Store, names: readonly string[]): readonly number[] =>
  names.flatMap((name) => policies.labelNamed(name) ?? []).sort((a, b) => a - b);

/** A link as `reviewOf` wants it; none where it says nothing about the item's review. */
function aboutOf(store: Store, { link, body: { deed, time } }: ReadLink): About[] {
  const base = { link: link.id, reviewer: link.reviewer, version: link.version ?? 0, time };
  if (deed.kind === 'decide')
    return [{ ...base, kind: deed.kind, labels: labelIds(store, deed.labels), settles: deed.settles }];
  if (deed.kind !== 'skip' && deed.kind !== 'escalate' && deed.kind !== 'reopen') return [];
  return [{ ...base, kind: deed.kind }];
}

/** The most severe of some labels; of equal ones the first by name, which is the same in every workspace. */
const worst = (store: Store, ids: readonly number[]): number | null =>
  ids
    .flatMap((id) => store.policies.label(id) ?? [])
    .sort((a, b) => b.severity - a.severity || (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))[0]?.id ?? null;
