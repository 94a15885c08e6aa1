/** The ends of the chains, and who can sign them. */
import { DeskError } from '../errors.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';

/** The end of every chain, signed where the key is here. */
export const headsOf = (store: Store) =>
  store.reviewers.list().flatMap((reviewer) => {
    const end = store.links.end(reviewer.id);
    if (end === undefined) return [];
    const signature = store.reviewers.sign(reviewer.id, end.hash)?.toString('hex') ?? null;
    return [{ reviewer, links: end.seq, head: end.hash.toString('hex'), signature }];
  });

/** @throws DeskError no-reviewer, not-allowed */
export function signerOf(store: Store, id: number): Reviewer {
  const reviewer = store.reviewers.get(id);
  if (reviewer === undefined)
    throw new DeskError(
      'no-reviewer',
      `There is no reviewer number ${id}.`,
      'List the reviewers and choose one of them.',
    );
  if (reviewer.own) return reviewer;
  throw new DeskError(
    'not-allowed',
    `The key of ${reviewer.name} is in another workspace: nobody can sign with it here.`,
    'Choose a reviewer of this workspace.',
  );
}
