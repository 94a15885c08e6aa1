import { z } from 'zod';
import { PICTURE_TYPES } from '../shown/picture-types.ts';
import { Filter, Id, Message, NotRead, Order, Place, QueueEntry, Share, Status, Time } from './shapes.ts';

/** Whose queue it is: appeals against that reviewer's own decisions are not in it. */
const reviewer = Id.optional();

export const PageInput = z.strictObject({
  order: Order.default('urgent'),
  filter: Filter.default({}),
  size: z.int().min(1).max(500).default(50),
  after: Place.nullable().default(null),
  /** in place of `after`: how many entries come before the page */
  from: z.int().min(0).optional(),
  reviewer,
  /** false: with the scores of audit items, for programs; whoever decides must not know them */
  blind: z.boolean().default(true),
});

export const Page = z.object({
  entries: z.array(QueueEntry),
  /** all that pass, on whatever page */
  total: z.int().min(0),
  /** of these, before this page */
  before: z.int().min(0),
  next: Place.nullable(),
});

export const CountInput = z.strictObject({ order: Order.default('urgent'), filter: Filter.default({}), reviewer });

export const Facets = z.object({
  channels: z.array(z.object({ id: Id, platformId: z.string(), name: z.string(), items: z.int().min(0) })),
  sources: z.array(z.object({ id: Id, name: z.string(), items: z.int().min(0) })),
  languages: z.array(z.object({ language: z.string(), items: z.int().min(0) })),
  statuses: z.array(z.object({ status: Status, items: z.int().min(0) })),
  notRead: z.array(z.object({ reason: NotRead, items: z.int().min(0) })),
});

export const AuthorInput = z.strictObject({ pseudonym: z.string().max(200) });

export const ItemInput = z.strictObject({ item: Id, reviewer });

export const ItemDetail = z.object({
  ...QueueEntry.shape,
  versions: z.array(z.object({ version: z.int(), text: z.string(), edited: Time.nullable() })),
  /** the record as it stands in the source */
  raw: z.string().nullable(),
  source: z.object({ path: z.string(), member: z.string(), row: z.int() }),
  held: z.boolean(),
  /** each reviewer's last decision, the one that counts at the end; null where `labels` is */
  verdicts: z.array(z.object({ reviewer: Id, labels: z.array(Id) })).nullable(),
});

export const ConversationInput = z.strictObject({
  item: Id,
  before: z.int().min(0).max(200).default(10),
  after: z.int().min(0).max(200).default(5),
});

export const Conversation = z.object({
  /** what the message answers, and what that answers … the oldest first */
  chain: z.array(Message),
  before: z.array(Message),
  message: Message,
  after: z.array(Message),
});

export const PictureInput = z.strictObject({
  item: Id,
  /** which of its attachments, from 0 */
  attachment: z.int().min(0).max(1000),
});

/** A picture that lies beside the export; nothing of another type is opened, and nothing is fetched. */
export const Picture = z.object({
  type: z.enum(PICTURE_TYPES),
  /** base64 */
  bytes: z.string(),
});

export const ExplainInput = z.strictObject({ item: Id });

export const Explanation = z.object({
  revision: Id,
  label: z.string().nullable(),
  score: Share,
  words: z.array(
    z.object({
      text: z.string(),
      /** UTF-16 units of the message's text as it is shown */
      start: z.int().min(0),
      end: z.int().min(0),
      /** score of the text less that of the text without the word; null where nothing is left without it */
      effect: z.number().nullable(),
      /** how many words were left out at once, this one among them: each has an equal share of the effect */
      together: z.int().min(1),
      /** mean gate of its tokens by third of the layers; null where the adapter has no gates */
      gates: z.record(z.string(), z.number()).nullable(),
      /** what those gates usually are at its tokens; null where the adapter does not say */
      usual: z.record(z.string(), z.number()).nullable(),
    }),
  ),
  /** decided messages that the model reads most alike, nearest first */
  alike: z.array(z.object({ message: Message, labels: z.array(Id), cosine: z.number() })),
});
export type Explanation = z.infer<typeof Explanation>;
