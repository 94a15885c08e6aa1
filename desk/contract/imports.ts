import { z } from 'zod';
import { KINDS } from '../importers/kinds.ts';
import { Path, Time } from './shapes.ts';

/** Which column of a table holds what; columns of JSON lines have dotted paths. */
export const Columns = z.strictObject({
  text: z.string(),
  id: z.string().optional(),
  author: z.string().optional(),
  time: z.string().optional(),
  channel: z.string().optional(),
  replyTo: z.string().optional(),
  label: z.string().optional(),
});
export type Columns = z.infer<typeof Columns>;

/** Order of day and month in WhatsApp files. */
export const Dates = z.enum(['day-first', 'month-first', 'year-first']);

export const PreviewInput = z.strictObject({
  paths: z.array(Path).min(1).max(200),
  /** instead of what the columns suggest themselves */
  columns: Columns.optional(),
  dates: Dates.optional(),
});

const Row = z.object({
  kind: z.enum(KINDS),
  channel: z.string(),
  /** a pseudonym, as the workspace will have it; null where nobody in particular wrote it */
  author: z.string().nullable(),
  time: Time.nullable(),
  /** the time is the local clock of whoever exported */
  localTime: z.boolean(),
  /** the beginning of it */
  text: z.string(),
});

export const Preview = z.object({
  sources: z.array(
    z.object({
      path: z.string(),
      /** of an archive; '' for a plain file */
      member: z.string(),
      format: z.string(),
      /** a sentence: what in the content speaks for this format */
      reason: z.string(),
      /** a question that the content leaves open */
      ask: z.string().nullable(),
      /** sentences to be read before the import */
      notes: z.array(z.string()),
      /** unpacked bytes; null where the container does not say */
      size: z.number().nullable(),
      /** of a table, with some of the first values */
      columns: z.array(z.object({ name: z.string(), samples: z.array(z.string()) })).nullable(),
      /** by which its rows were read; null where no column looks like text, and for chats */
      mapping: Columns.nullable(),
      /** the first of its rows */
      rows: z.array(Row),
      /** rows among the first that cannot be read as messages, with the reason */
      rejected: z.array(z.object({ row: z.int().min(1), reason: z.string() })),
      /** why nothing of it can be read */
      problem: z.object({ message: z.string(), remedy: z.string() }).nullable(),
    }),
  ),
  /** files of a folder or an archive that would not be taken */
  skipped: z.array(z.object({ path: z.string(), member: z.string(), reason: z.string(), nearMiss: z.boolean() })),
  /** paths in which there is nothing that can be read */
  failed: z.array(z.object({ path: z.string(), message: z.string(), remedy: z.string() })),
  /** there is more, at which nobody has looked yet */
  more: z.boolean(),
});
export type Preview = z.infer<typeof Preview>;
