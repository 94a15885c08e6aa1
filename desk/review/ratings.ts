/** What reviewers decided without knowing of each other, and what became of appeals. */
import type { Rating } from '../insight/agreement-figures.ts';
import type { Store } from '../store/store.ts';
import { labelIds, linksAbout } from './follow.ts';
import { DOUBLE_REVIEW } from './reasons.ts';

/** One decision, and whether its message was drawn at random for a double review. */
export type DrawnRating = Rating & { readonly drawn: boolean };

export interface Appeals {
  readonly made: number;
  /** on which somebody decided since */
  readonly decided: number;
  /** … otherwise than before */
  readonly overturned: number;
}

/**
 * Of each message that several reviewers decided, the last decision that each made without being shown another's. Left out:
 * what settles, what follows an appeal (only what somebody objects to gets there), and decisions about another text than
 * most are about. Piece by piece, like the other one below.
 */
export function* ratingsOf(store: Store): Generator<void, readonly DrawnRating[], void> {
  const value = valueOf(store);
  const ratings: DrawnRating[] = [];
  for (const item of store.reviews.decidedBySeveral()) {
    yield;
    const links = linksAbout(store, item);
    const drawn = links.some(({ body: { deed } }) => deed.kind === 'reopen' && deed.reason === DOUBLE_REVIEW);
    const group = store.items.contentHash(item);
    const byText = new Map<number, Map<number, DrawnRating>>();
    let appealed = false;
    for (const { link, body } of links) {
      const { deed } = body;
      if (deed.kind === 'reopen') appealed = deed.reason === 'appeal';
      if (deed.kind !== 'decide') continue;
      if (deed.blind && !deed.settles && !appealed) {
        const version = link.version ?? 0;
        const ofText = byText.get(version) ?? new Map<number, DrawnRating>();
        byText.set(version, ofText);
        ofText.set(link.reviewer, { unit: item, group, reviewer: link.reviewer, labels: value(deed.labels), drawn });
      }
      appealed = false;
    }
    // 0: texts that are not here, which need not be the same one.
    byText.delete(0);
    const most = [...byText.values()].sort((a, b) => b.size - a.size)[0];
    ratings.push(...(most?.values() ?? []));
  }
  return ratings;
}

/** Appeals that were not taken back. Several against the same decision are one. */
export function* appealsIn(store: Store): Generator<void, Appeals, void> {
  const value = valueOf(store);
  let [made, decided, overturned] = [0, 0, 0];
  for (const item of store.links.itemsWith('reopen')) {
    yield;
    let standing = '';
    let against: string | null = null;
    for (const { body } of linksAbout(store, item)) {
      const { deed } = body;
      if (deed.kind === 'reopen' && deed.reason === 'appeal' && against === null) {
        against = standing;
        made++;
      } else if (deed.kind === 'decide') {
        standing = value(deed.labels).join();
        if (against === null) continue;
        decided++;
        if (standing !== against) overturned++;
        against = null;
      }
    }
  }
  return { made, decided, overturned };
}

/** Labels of a decision as they are compared: that none applies says the same as the one label for nothing to act on. */
function valueOf(store: Store): (names: readonly string[]) => readonly number[] {
  const fine = store.policies.labels().filter(({ severity, retired }) => severity === 0 && !retired);
  const none = fine.length === 1 && fine[0] !== undefined ? [fine[0].id] : [];
  return (names) => {
    const ids = [...new Set(labelIds(store, names))];
    return ids.length === 0 ? none : ids;
  };
}
