/** What became of an item: follows from the links about it, in their order, without those undone. */

/** As reviews.status holds them. Only ever add at the end. */
export const STATUSES = ['open', 'decided', 'skipped', 'escalated', 'reopened', 'changed'] as const;
export type Status = (typeof STATUSES)[number];

export const statusCode = (status: Status): number => STATUSES.indexOf(status);

export function statusOf(code: number): Status {
  const status = STATUSES[code];
  if (status === undefined) throw new RangeError(`There is no status number ${code}.`);
  return status;
}

/** What a link says about an item. */
export type About = {
  readonly link: number;
  readonly reviewer: number;
  /** of the text that was seen; 0 where that is none of the texts here */
  readonly version: number;
  readonly time: number;
} & (
  | { readonly kind: 'skip' | 'escalate' | 'reopen' }
  | {
      readonly kind: 'decide';
      /** ids, rising */
      readonly labels: readonly number[];
      readonly settles: boolean;
    }
);

export interface Verdict {
  readonly link: number;
  readonly reviewer: number;
  readonly version: number;
  readonly labels: readonly number[];
}

export interface Review {
  readonly status: Status;
  /** of each reviewer the last one, the one that counts at the end */
  readonly verdicts: readonly Verdict[];
  /** the one that counts: the last of all */
  readonly verdict: Verdict | null;
  /** those about the same text differ, and nobody has settled it */
  readonly disagree: boolean;
  readonly decidedAt: number | null;
  /** whose decision an appeal is against */
  readonly blindTo: number | null;
}

/**
 * @param about in the order of the links
 * @param version of the text as it stands now
 */
export function reviewOf(about: readonly About[], version: number): Review {
  const verdicts = new Map<number, Verdict>();
  let status: Status = 'open';
  let verdict: Verdict | null = null;
  let decidedAt: number | null = null;
  let blindTo: number | null = null;
  let settled: string | null = null;
  for (const one of about) {
    switch (one.kind) {
      case 'decide': {
        const { link, reviewer, labels, version: seen, time, settles } = one;
        verdict = { link, reviewer, labels, version: seen };
        verdicts.delete(reviewer);
        verdicts.set(reviewer, verdict);
        status = 'decided';
        decidedAt = time;
        blindTo = null;
        // What was settled stays so until somebody sees it differently again.
        if (settles) settled = labels.join();
        else if (settled !== labels.join()) settled = null;
        break;
      }
      case 'skip':
        if (status === 'open') status = 'skipped';
        break;
      case 'escalate':
        status = 'escalated';
        break;
      case 'reopen':
        status = 'reopened';
        blindTo = verdict?.reviewer ?? null;
    }
  }
  // An older text that came later has a higher number than the one that stands.
  if (status === 'decided' && verdict !== null && verdict.version !== version) status = 'changed';
  const all = [...verdicts.values()];
  const last = verdict;
  const disagree =
    settled === null &&
    last !== null &&
    all.some(({ labels, version: seen }) => seen === last.version && labels.join() !== last.labels.join());
  return { status, verdicts: all, verdict, disagree, decidedAt, blindTo };
}

/**
 * Whether what was decided is kept from a reviewer, who is to decide without knowing it.
 * @param own the reviewer has decided the item before
 */
export const isBlind = (status: Status | undefined, own: boolean): boolean => status === 'reopened' && !own;
