/** What the model said of every message, and what people decided about some of them. */
import { AUDIT, PRESENT, type QueueColumns } from '../queue/columns.ts';
import { statusCode } from '../review/status.ts';
import type { Store } from '../store/store.ts';
import type { Audited } from './audit-sample.ts';

export interface Judged {
  /** of all messages that the model read */
  readonly scores: Float32Array;
  /** audit items, decided or not */
  readonly drawn: number;
  /** audit items that were decided, about the text as it stands */
  readonly audited: readonly Audited[];
  /** what was decided outside of the audit sample */
  readonly urgent: readonly Omit<Audited, 'probability'>[];
}

/** A decision that somebody doubts (reopened), or about a text that has changed since, counts as none. */
export function judgedOf(columns: Readonly<QueueColumns>, { auditItems, policies }: Store): Judged {
  const { score, status, decided, decidedAt, marks, length } = columns;
  const serious = new Set(policies.labels().flatMap(({ id, severity }) => (severity > 0 ? [id] : [])));
  const counting = [statusCode('decided'), statusCode('escalated')];
  const chances = new Map(auditItems.all().map(({ item, probability }) => [item, probability]));
  const scores: number[] = [];
  const audited: Audited[] = [];
  const urgent: Omit<Audited, 'probability'>[] = [];
  let drawn = 0;
  for (let i = 0; i < length; i++) {
    const own = score[i] as number;
    if (((marks[i] as number) & PRESENT) === 0 || Number.isNaN(own)) continue;
    scores.push(own);
    const isAudit = ((marks[i] as number) & AUDIT) !== 0;
    if (isAudit) drawn++;
    if (!counting.includes(status[i] as number) || Number.isNaN(decidedAt[i])) continue;
    const one = { score: own, positive: serious.has(decided[i] as number) };
    const probability = chances.get(i);
    if (!isAudit) urgent.push(one);
    else if (probability !== undefined) audited.push({ ...one, probability });
  }
  return { scores: Float32Array.from(scores), drawn, audited, urgent };
}
