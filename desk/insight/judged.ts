/** What the model said of every message, and what people decided about some of them. */
import { AUDIT, isOfModel, PRESENT, reasonNumber, type QueueColumns } from '../queue/columns.ts';
import { statusCode } from '../review/status.ts';
import { ASIDE } from '../store/audit-items.ts';
import type { Store } from '../store/store.ts';
import type { Audited } from './audit-sample.ts';

export interface Judged {
  /** of all messages that the model read, but for those that it read for the audit sample alone */
  readonly scores: Float32Array;
  /** messages that only the model before has read: in no other figure here */
  readonly waiting: number;
  /** messages that a recall target set aside, those of the audit sample included */
  readonly aside: number;
  /** audit items, decided or not */
  readonly drawn: number;
  /** audit items that were decided, about the text as it stands */
  readonly audited: readonly Audited[];
  /** what was decided outside of the audit sample */
  readonly urgent: readonly Omit<Audited, 'probability'>[];
}

/**
 * A decision that somebody doubts (reopened), or about a text that has changed since, counts as none; one that was drawn for a
 * second opinion is doubted by nobody.
 */
export function judgedOf(columns: Readonly<QueueColumns>, { auditItems, policies, reviews }: Store): Judged {
  const { score, status, decided, decidedAt, marks, reason, length } = columns;
  const serious = new Set(policies.labels().flatMap(({ id, severity }) => (severity > 0 ? [id] : [])));
  const [sure, escalated, reopened] = [statusCode('decided'), statusCode('escalated'), statusCode('reopened')];
  const second = new Set(reviews.secondOpinions());
  const counts = (i: number): boolean =>
    status[i] === sure || status[i] === escalated || (status[i] === reopened && second.has(i));
  const chances = new Map(auditItems.all().map((one) => [one.item, one]));
  const setAside = reasonNumber('set-aside');
  const unread = countAside(columns, setAside);
  const scores = new Float32Array(length);
  const audited: Audited[] = [];
  const urgent: Omit<Audited, 'probability'>[] = [];
  let read = 0;
  let drawn = 0;
  let waiting = 0;
  let aside = unread;
  for (let i = 0; i < length; i++) {
    const own = score[i] as number;
    if (((marks[i] as number) & PRESENT) === 0 || Number.isNaN(own)) continue;
    if (!isOfModel(marks[i] as number)) waiting++;
    if (!isOfModel(marks[i] as number) || reason[i] === setAside) continue;
    const isAudit = ((marks[i] as number) & AUDIT) !== 0;
    const chance = isAudit ? chances.get(i) : undefined;
    // Once nothing is set aside any more, what was is like all others.
    const isAside = unread > 0 && chance?.stratum === ASIDE;
    if (isAside) aside++;
    else scores[read++] = own;
    if (isAudit) drawn++;
    if (!counts(i) || Number.isNaN(decidedAt[i])) continue;
    const one = { score: own, positive: serious.has(decided[i] as number) };
    if (!isAudit) urgent.push(one);
    else if (chance !== undefined) audited.push({ ...one, probability: chance.probability, aside: isAside });
  }
  return { scores: scores.slice(0, read), waiting, aside, drawn, audited, urgent };
}

function countAside({ marks, reason, length }: Readonly<QueueColumns>, setAside: number): number {
  let count = 0;
  for (let i = 0; i < length; i++) if (reason[i] === setAside && isOfModel(marks[i] as number)) count++;
  return count;
}
