/**
 * A link of a reviewer's chain: what was done, by whom, when, on what was seen, and the hash of the link before it.
 *
 * The hash of a link is SHA-256 of its body, JSON, to the byte as it is stored. A body never holds a text: of the message
 * and of the note it has a salted hash. The salt is kept beside it and goes with the text, so that the chain stays whole
 * when a text is erased. It names a message by its identity. Where the platform gives ids, that says nothing of the text;
 * for exports without ids it is a plain hash of time, author and text (store/identity.ts), by which a guess can be tried.
 * So no body about such a message goes into evidence without real names (evidence/references.ts). A signed file for a merge
 * has them all, since the other workspace must find the messages: it is for people who have the export themselves.
 */
import { createHash, hash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { RECOMMENDATIONS } from '../retrain/recommendations.ts';
import { DOUBLE_REVIEW, ESCALATIONS, REOPENINGS } from './reasons.ts';
import { Span } from './span.ts';

const Sum = z.string().regex(/^[0-9a-f]{64}$/);
const Seq = z.int().min(1);
/** What a Date can hold. */
const Time = z.int().min(-8.64e15).max(8.64e15);
const Words = z.string().max(1000);
/** Random, where nothing else in a body is: so that its hash, which the next link names, confirms no guess. */
const Nonce = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .optional();

/** What the reviewer had on screen: identity of the message, version of its text, and a salted hash of it. */
const seen = { item: Sum, version: z.int().min(1), text: Sum } as const;
/** What the model had said by then, where it was shown. */
const Model = z.strictObject({
  base: Sum,
  adapter: Sum.nullable(),
  depth: z.int().min(0),
  score: z.number().min(0).max(1),
});
export type Model = z.infer<typeof Model>;

const Deed = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('decide'),
    ...seen,
    /** names, as they were then */
    labels: z.array(z.string().min(1).max(200)).max(100),
    reasons: z.array(z.string().max(200)).max(20),
    spans: z.array(Span).max(1000),
    /** salted hash */
    note: Sum.nullable(),
    model: Model.nullable(),
    /** what others had decided, if anything, was not shown to the reviewer */
    blind: z.boolean(),
    /** a third person says what holds where others see it differently */
    settles: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('skip'), ...seen }),
  z.strictObject({ kind: z.literal('escalate'), ...seen, reason: z.enum(ESCALATIONS), note: Sum.nullable() }),
  z.strictObject({
    kind: z.literal('reopen'),
    ...seen,
    reason: z.enum([...REOPENINGS, DOUBLE_REVIEW]),
    note: Sum.nullable(),
  }),
  z.strictObject({ kind: z.literal('note'), ...seen, note: Sum }),
  /** takes back, or does again, all links of an action */
  z.strictObject({ kind: z.literal('undo'), of: Seq }),
  z.strictObject({ kind: z.literal('redo'), of: Seq }),
  /** a real name was looked at; authors go by their pseudonyms */
  z.strictObject({ kind: z.literal('reveal'), author: Words }),
  /**
   * messages left the workspace as evidence, named as they are there; `names`: pseudonyms of authors whose real names went
   * with them
   */
  z.strictObject({ kind: z.literal('evidence'), items: z.array(Sum), names: z.array(Words), content: Sum }),
  z.strictObject({ kind: z.literal('hold'), item: Sum, reason: Words, nonce: Nonce }),
  z.strictObject({ kind: z.literal('release'), item: Sum, nonce: Nonce }),
  z.strictObject({ kind: z.literal('erase'), items: z.array(Sum), reason: Words, nonce: Nonce }),
  /** the queue is shown by another model from now on */
  z.strictObject({
    kind: z.literal('promote'),
    base: Sum,
    adapter: Sum.nullable(),
    depth: z.int().min(0),
    /** `named`: by whoever had the workspace read with an adapter of their own */
    why: z.enum(['recommended', 'override', 'roll-back', 'named']),
    /** what the comparison with the model before had said; null where there was none */
    recommendation: z.enum(RECOMMENDATIONS).nullable(),
  }),
]);
export type Deed = z.infer<typeof Deed>;
export type DeedKind = Deed['kind'];

const Head = z.strictObject({
  v: z.literal(1),
  /** public key */
  reviewer: Sum,
  seq: Seq,
  action: Seq,
  /** milliseconds since 1970 UTC, by the clock of that computer: it may go backwards, `seq` and `clock` do not */
  time: Time,
  /** later than every link that the workspace held when this action was done, of whatever chain */
  clock: Time,
  /** hash of the link before; null for the first */
  prev: Sum.nullable(),
});

const Body = z.strictObject({ ...Head.shape, deed: Deed });
export type Body = z.infer<typeof Body>;

export interface Sealed {
  readonly body: string;
  readonly hash: Buffer;
}

export function seal(body: Body): Sealed {
  const json = JSON.stringify(body);
  return { body: json, hash: hash('sha256', json, 'buffer') };
}

/** What a stored body says; null where it is none. */
export function readBody(json: string): Body | null {
  try {
    const parsed = Body.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * The order of links of several chains, the same wherever they meet: what somebody could have known of comes before what
 * they did then (a hybrid logical clock, Kulkarni et al. 2014); what was done apart from each other is ordered by time.
 */
export function inOrder(a: Body, b: Body): number {
  if (a.clock !== b.clock) return a.clock - b.clock;
  if (a.reviewer !== b.reviewer) return a.reviewer < b.reviewer ? -1 : 1;
  return a.seq - b.seq;
}

export const newSalt = (): Buffer => randomBytes(16);

/** What a body says of a text. */
export const salted = (salt: Uint8Array, text: string): string =>
  createHash('sha256').update(salt).update(text).digest('hex');
