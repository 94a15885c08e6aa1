/** Shapes that several calls share. */
import { z } from 'zod';
import { ESCALATIONS, REOPENINGS } from '../review/reasons.ts';
import { STATUSES } from '../review/status.ts';
import { DecidedElsewhere } from '../importers/decided-elsewhere.ts';
import { KINDS } from '../importers/kinds.ts';
import { ORDERS } from '../queue/order.ts';
import { NOT_READ_REASONS } from '../store/not-read.ts';

export const Id = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
export const Ids = z.array(Id).max(10_000);
/** Milliseconds since 1970 UTC. */
export const Time = z.number();
export const Path = z.string().min(1).max(32_768);
export const Name = z.string().trim().min(1).max(200);
export const Note = z.string().max(10_000);
export const Share = z.number().min(0).max(1);

/** A message as it was on screen: a decision is refused where the text has changed since. */
export const Seen = z.strictObject({ item: Id, version: z.int().min(1) });

export const Message = z.object({
  id: Id,
  kind: z.enum(KINDS),
  platform: z.string(),
  /** `platformId`: what the platform calls it */
  channel: z.object({ id: Id, platformId: z.string(), name: z.string() }),
  /** a pseudonym; null where nobody in particular wrote it */
  author: z.object({ id: Id, pseudonym: z.string(), bot: z.boolean() }).nullable(),
  /** id that the platform gave it */
  messageId: z.string().nullable(),
  time: Time.nullable(),
  /** the time is the local clock of whoever exported */
  localTime: z.boolean(),
  edited: Time.nullable(),
  deleted: Time.nullable(),
  replyTo: z.string().nullable(),
  forwarded: z.boolean(),
  /** mentions of people stand under their pseudonyms */
  text: z.string(),
  version: z.int().min(1),
  language: z.string(),
  attachments: z.array(
    z.object({
      name: z.string(),
      type: z.string().optional(),
      size: z.number().optional(),
      path: z.string().optional(),
    }),
  ),
  reactions: z.array(z.object({ name: z.string(), count: z.number() })),
  /** as the table of decisions says that it was read from; none of these is a decision here */
  decidedElsewhere: z.array(DecidedElsewhere),
  source: Id,
});
export type Message = z.infer<typeof Message>;

/** What the model says of a message. */
export const Judgement = z.object({
  revision: Id,
  /** of the model before: the one of today has not read it yet */
  stale: z.boolean(),
  label: z.string().nullable(),
  /** of a model that gives several labels per message: all that apply, the surest first */
  labels: z.array(z.string()).optional(),
  /** how sure it is that something is wrong */
  score: Share,
  scores: z.record(z.string(), Share),
  backend: z.string(),
  layout: z.string(),
});

/** What a larger model says of a message: its opinion, never anybody's decision. */
export const Opinion = z.object({
  /** one of the community's own labels */
  label: z.string(),
  /** among the labels that it could choose from */
  probability: Share,
  /** whose opinion it is */
  model: z.string(),
  /** the text has changed since */
  stale: z.boolean(),
});

export const Status = z.enum(STATUSES);
export type Status = z.infer<typeof Status>;
export const NotRead = z.enum(NOT_READ_REASONS);
export type NotReadReason = z.infer<typeof NotRead>;
export const Order = z.enum(ORDERS);
export type Order = z.infer<typeof Order>;
export const EscalationReason = z.enum(ESCALATIONS);
export type EscalationReason = z.infer<typeof EscalationReason>;
export const ReopenReason = z.enum(REOPENINGS);
export type ReopenReason = z.infer<typeof ReopenReason>;

export const QueueEntry = z.object({
  message: Message,
  status: Status,
  /** null where the model has not read it, and for audit items that were not decided yet */
  model: Judgement.nullable(),
  /** null where no larger model was asked, and for audit items that were not decided yet, whoever looks */
  opinion: Opinion.nullable(),
  notRead: NotRead.nullable(),
  /** drawn at random; shown without score until it is decided */
  audit: z.boolean(),
  disagree: z.boolean(),
  /** ids of labels: what was decided last; null while nothing was, or somebody else is to decide without knowing */
  labels: z.array(Id).nullable(),
});
export type QueueEntry = z.infer<typeof QueueEntry>;

/** All conditions hold together; of a list one must hold. */
export const Filter = z.strictObject({
  channels: Ids.optional(),
  authors: Ids.optional(),
  sources: Ids.optional(),
  /** BCP 47, `unsure`, or nothing for texts without letters */
  languages: z.array(z.string().max(35)).max(1000).optional(),
  /** sent at this time or later */
  from: Time.optional(),
  /** sent before this time */
  to: Time.optional(),
  minScore: Share.optional(),
  maxScore: Share.optional(),
  /** labels that the model gives */
  predicted: z.array(z.string().max(200)).max(1000).optional(),
  /** labels that were decided */
  labels: Ids.optional(),
  /** labels that a larger model has as its opinion, of the text as it stands */
  opinions: Ids.optional(),
  statuses: z.array(Status).max(STATUSES.length).optional(),
  notRead: z.array(NotRead).max(NOT_READ_REASONS.length).optional(),
  audit: z.boolean().optional(),
  disagree: z.boolean().optional(),
  /** holds all these words; "several words" stand together */
  text: z.string().max(1000).optional(),
  /** holds none of these words: topics that somebody leaves to others */
  without: z.array(z.string().trim().min(1).max(100)).max(200).optional(),
  /** nearly the same text as this message, itself among them */
  like: Id.optional(),
});
export type Filter = z.infer<typeof Filter>;

/** Where a page ended. Opaque: what a page gives as `next` is the `after` of the following one. */
export const Place = z.strictObject({ keys: z.tuple([z.number(), z.number()]), item: Id });
export type Place = z.infer<typeof Place>;

export const Reviewer = z.object({
  id: Id,
  name: z.string(),
  /** who this is in what leaves the workspace */
  pseudonym: z.string(),
  /** Ed25519, hexadecimal */
  publicKey: z.string(),
  own: z.boolean(),
  createdAt: Time,
});

export const Policy = z.object({
  id: Id,
  name: z.string(),
  guidance: z.string(),
  retired: z.boolean(),
});
export type Policy = z.infer<typeof Policy>;

export const Severity = z.int().min(0).max(3);

export const Label = z.object({
  id: Id,
  policy: Id.nullable(),
  name: z.string(),
  key: z.string().nullable(),
  guidance: z.string(),
  severity: Severity,
  retired: z.boolean(),
});
export type Label = z.infer<typeof Label>;

/** What an action did. */
export const Done = z.object({
  /** what undo names */
  action: z.int().min(1),
  items: z.array(Id),
  /** left alone, because their text had changed since it was shown */
  changed: z.array(Id),
});
