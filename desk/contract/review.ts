import { z } from 'zod';
import { Span } from '../review/span.ts';
import { Done, EscalationReason, Filter, Id, Ids, Note, Order, ReopenReason, Seen, Share, Time } from './shapes.ts';

export const By = z.strictObject({ reviewer: Id });

const seen = z.array(Seen).min(1).max(1000);
const reason = z.string().trim().min(1).max(200);

const decision = {
  /** ids; several may apply, none means that nothing does */
  labels: z.array(Id).max(100),
  reasons: z.array(reason).max(20).default([]),
  note: Note.nullable().default(null),
} as const;

export const Decide = z.strictObject({
  ...By.shape,
  seen,
  ...decision,
  /** parts of the text that it rests on, as it is shown; for one message only */
  spans: z.array(Span).max(1000).default([]),
  /** settles what others see differently; by somebody who has not decided it */
  settles: z.boolean().default(false),
  /** what the model had said, where that was on screen */
  shown: z.strictObject({ revision: Id, score: Share }).nullable().default(null),
});

export const DecideAll = z.strictObject({
  ...By.shape,
  filter: Filter,
  order: Order.default('urgent'),
  expected: z.int().min(1),
  ...decision,
});

export const Skip = z.strictObject({ ...By.shape, seen });

export const Escalate = z.strictObject({
  ...By.shape,
  seen,
  reason: EscalationReason,
  note: Note.nullable().default(null),
});

export const Escalated = z.object({
  ...Done.shape,
  /** the community's own words on whom to call; null where none were written */
  contact: z.string().nullable(),
});

export const Reopen = z.strictObject({ ...By.shape, seen, reason: ReopenReason, note: Note.nullable().default(null) });

export const Annotate = z.strictObject({ ...By.shape, seen: Seen, note: Note.min(1) });

/** Draws from what exactly one reviewer decided: this share of it, rounded up. */
export const DoubleReview = z.strictObject({ ...By.shape, share: Share.gt(0) });

export const HistoryInput = z.strictObject({
  item: Id,
  /** who looks: what is kept from whoever decides next is not in it */
  reviewer: Id.optional(),
});

export const Event = z.object({
  reviewer: z.object({ id: Id, name: z.string() }),
  kind: z.string(),
  time: Time,
  version: z.int().min(1).nullable(),
  labels: z.array(z.string()),
  reasons: z.array(z.string()),
  note: z.string().nullable(),
  spans: z.array(Span),
  /** of the model, where it was shown */
  score: Share.nullable(),
  undone: z.boolean(),
});

export { Ids };
