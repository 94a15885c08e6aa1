import { z } from 'zod';
import { Id, Ids, Path, Reviewer, Time } from './shapes.ts';

const Sum = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

export const VerifyInput = z.strictObject({
  /** a head that was written down: it must be part of a chain */
  head: Sum.optional(),
});

export const Verified = z.object({
  whole: z.boolean(),
  chains: z.array(
    z.object({
      reviewer: Reviewer,
      links: z.int().min(0),
      head: Sum.nullable(),
      broken: z.object({ seq: z.int().min(1), reason: z.string() }).nullable(),
    }),
  ),
  /** whether the head that was given is in one of them; null where none was */
  hasHead: z.boolean().nullable(),
  tombstones: z.array(
    z.object({
      erasedAt: Time,
      items: z.int().min(0),
      revisions: z.array(Id),
      /** its signature is that of the reviewer whose chain says so */
      signed: z.boolean(),
    }),
  ),
});

export const Head = z.object({
  reviewer: Reviewer,
  links: z.int().min(0),
  head: Sum,
  /** Ed25519 over the head, hexadecimal; null where the reviewer's key is elsewhere */
  signature: z.string().nullable(),
});

const reviewer = Id;

export const Hold = z.strictObject({ reviewer, item: Id, reason: z.string().trim().min(1).max(1000) });
export const Held = z.object({ item: Id, reason: z.string(), since: Time });
export const Release = z.strictObject({ reviewer, item: Id });

export const Reveal = z.strictObject({ reviewer, author: Id });
export const Revealed = z.object({
  pseudonym: z.string(),
  names: z.array(z.object({ name: z.string(), account: z.string().nullable() })),
});

export const Erase = z.strictObject({
  reviewer,
  /** exactly one of these three */
  items: Ids.optional(),
  author: Id.optional(),
  /** everything sent before this time */
  before: Time.optional(),
  reason: z.string().trim().min(1).max(1000),
});

export const Erased = z.object({
  items: z.int().min(0),
  /** left alone, because they are on hold */
  held: z.array(Id),
  /** revisions that had learned from some of it */
  revisions: z.array(z.object({ id: Id, name: z.string() })),
});

export { Path };
