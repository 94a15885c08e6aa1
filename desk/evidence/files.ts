/**
 * What lies in an evidence file: names and shapes, for whoever writes one and for whoever checks one.
 *
 *   README.txt                    how to read and check it without this program
 *   messages/00001/message.json   the message as it is shown, and where it stood
 *   messages/00001/record-1.json  the record of version 1, to the byte; only with real names
 *   messages/00001/context.json   what it answers, and what stands before and after it
 *   messages/00001/decisions.jsonl  the links about it
 *   names.json                    real names of the authors; only with real names
 *   custody.jsonl                 what was done with the messages, in the order of time
 *   evidence.json                 who made it, when, from which sources, heads of the chains, the link that says so
 *   reviewer.pem                  the public key
 *   SHA256SUMS                    of all files above, as `sha256sum` writes it
 *   SHA256SUMS.sig                Ed25519 over SHA256SUMS
 */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { FORMATS } from '../importers/record.ts';
import { KINDS } from '../importers/kinds.ts';

export const HEAD = 'evidence.json';
export const NAMES = 'names.json';
export const CUSTODY = 'custody.jsonl';
export const KEY = 'reviewer.pem';
export const SUMS = 'SHA256SUMS';
export const SIGNATURE = 'SHA256SUMS.sig';

/** Files that the link in `evidence.json` does not cover, because they are made after it. */
export const AFTER_LINK: readonly string[] = [HEAD, KEY, SUMS, SIGNATURE];

export const folderOf = (place: number): string => `messages/${String(place).padStart(5, '0')}`;

const Sum = z.string().regex(/^[0-9a-f]{64}$/);
const Signature = z.string().regex(/^[0-9a-f]{128}$/);
const Moment = z.string().max(40);
const Count = z.int().min(0);
const Number1 = z.int().min(1);

export const Head = z.strictObject({
  format: z.literal('moderato-evidence'),
  version: z.literal(1),
  made: Moment,
  /** real names are in it */
  names: z.boolean(),
  by: z.strictObject({ reviewer: z.string(), public_key: Sum }),
  messages: Number1,
  sources: z.array(
    z.strictObject({
      source: Number1,
      format: z.enum(FORMATS),
      size: Count,
      imported: Moment,
      /** hash of the file's SHA-256, by which whoever has the file finds it again (marks.ts) */
      mark: Sum,
      /** keyed hash of the member of an archive */
      member_mark: Sum,
      /** only with real names: file names may hold some, and the sum is the key of all marks */
      file: z.string().nullable(),
      member: z.string().nullable(),
      sha256: Sum.nullable(),
    }),
  ),
  heads: z
    .array(
      z.strictObject({
        reviewer: z.string(),
        public_key: Sum,
        links: Number1,
        head: Sum,
        /** Ed25519 over the head; null where that reviewer's key is in another workspace */
        signature: Signature.nullable(),
      }),
    )
    .max(10_000),
  link: z.strictObject({ body: z.string(), hash: Sum }),
});
export type Head = z.infer<typeof Head>;

const Span = z.tuple([Count, Count]);

const Shown = {
  /** identity, the same in every workspace; keyed where that could be tried out (references.ts) */
  message: Sum,
  message_id: z.string().nullable(),
  /** pseudonym */
  author: z.string().nullable(),
  time: Moment.nullable(),
  reply_to: z.string().nullable(),
} as const;

export const Version = z.strictObject({
  version: Number1,
  text: z.string(),
  /** parts of the text that stand for a name, as [start, end) in UTF-16 units */
  replaced: z.array(Span),
  edited: Moment.nullable(),
  source: Number1,
  row: Number1,
  /** file beside this one; null in an evidence file without real names */
  record: z.string().nullable(),
  /** keyed hashes of the record and of the text as they stand in the source (marks.ts) */
  record_mark: Sum,
  text_mark: Sum,
});
export type Version = z.infer<typeof Version>;

export const Message = z.strictObject({
  ...Shown,
  kind: z.enum(KINDS),
  platform: z.string(),
  channel: z.strictObject({ id: z.string(), name: z.string() }),
  /** false: by the clock of whoever exported it */
  time_is_utc: z.boolean(),
  deleted: Moment.nullable(),
  language: z.string(),
  attachments: z.array(
    z.strictObject({
      /** name and path only with real names */
      name: z.string().nullable(),
      type: z.string().optional(),
      size: z.number().optional(),
      path: z.string().optional(),
    }),
  ),
  reactions: z.array(z.strictObject({ name: z.string(), count: z.number() })),
  versions: z.array(Version).min(1),
});
export type Message = z.infer<typeof Message>;

export const Neighbour = z.strictObject({ ...Shown, text: z.string() });
export type Neighbour = z.infer<typeof Neighbour>;
export const Context = z.strictObject({
  chain: z.array(Neighbour),
  before: z.array(Neighbour),
  after: z.array(Neighbour),
});
export type Context = z.infer<typeof Context>;

export const DecisionLine = z.strictObject({
  /** pseudonym */
  reviewer: z.string(),
  /** the link, to the byte; null where it would let names be tried out, and `said` has what it says */
  body: z.string().nullable(),
  said: z
    .strictObject({
      seq: Number1,
      time: Moment,
      kind: z.string(),
      version: Number1.nullable(),
      labels: z.array(z.string()),
      reasons: z.array(z.string()),
    })
    .nullable(),
  hash: Sum,
  /** of the salted hashes in the body; null where it would let names be tried out */
  salt: z
    .string()
    .regex(/^[0-9a-f]*$/)
    .nullable(),
  note: z.string().nullable(),
  undone: z.boolean(),
});
export type DecisionLine = z.infer<typeof DecisionLine>;

/** One line of SHA256SUMS. */
export const sumLine = (sha256: string, name: string): string => `${sha256}  ${name}\n`;

/** SHA256SUMS of some files. @param sums SHA-256 in hexadecimal by name */
export const sumsOf = (sums: ReadonlyMap<string, string>): string =>
  [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sha256]) => sumLine(sha256, name))
    .join('');

/** What the link of an evidence file says of its content. @param sums of all files */
export const contentOf = (sums: ReadonlyMap<string, string>): string =>
  hash('sha256', sumsOf(new Map([...sums].filter(([name]) => !AFTER_LINK.includes(name)))));

/** A record as a file: UTF-8, but for the rare one with half a surrogate pair, which UTF-8 cannot hold. */
export const recordBytes = (raw: string): Buffer => Buffer.from(raw, raw.isWellFormed() ? 'utf8' : 'utf16le');

export const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
export const jsonLines = (values: readonly unknown[]): Buffer =>
  Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
