/** What became of an item: follows from the links about it, in the order in which they came, without those undone. */

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
export interface About {
  readonly link: number;
  readonly reviewer: number;
  readonly kind: 'decide' | 'skip' | 'escalate' | 'reopen';
  readonly version: number;
  readonly time: number;
  /** ids, of a decision */
  readonly labels: readonly number[];
}

export interface Verdict {
  readonly link: number;
  readonly reviewer: number;
  readonly version: number;
  readonly labels: readonly number[];
}

export interface Review {
  readonly status: Status;
  /** of each reviewer the last one */
  readonly verdicts: readonly Verdict[];
  /** the one that counts: the last of all */
  readonly verdict: Verdict | null;
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
  for (const { kind, link, reviewer, labels, version: seen, time } of about) {
    switch (kind) {
      case 'decide':
        verdict = { link, reviewer, labels, version: seen };
        verdicts.set(reviewer, verdict);
        status = 'decided';
        decidedAt = time;
        blindTo = null;
        break;
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
  if (status === 'decided' && verdict !== null && verdict.version < version) status = 'changed';
  const all = [...verdicts.values()];
  const disagree = all.some(({ labels }) => labels.join() !== all[0]?.labels.join());
  return { status, verdicts: all, verdict, disagree, decidedAt, blindTo };
}
