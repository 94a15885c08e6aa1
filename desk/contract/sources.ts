import { z } from 'zod';
import { Id, Time } from './shapes.ts';

export const Source = z.object({
  id: Id,
  path: z.string(),
  /** of an archive; '' for a plain file */
  member: z.string(),
  format: z.string(),
  /** hexadecimal, of the whole file */
  sha256: z.string(),
  size: z.number(),
  importedAt: Time,
  /** `reading`: the import was broken off, and goes on with the same file */
  status: z.enum(['reading', 'complete', 'partial']),
});

export const RejectedInput = z.strictObject({
  source: Id,
  /** the last row of the page before */
  after: z.int().min(0).default(0),
  size: z.int().min(1).max(500).default(50),
});

export const Rejected = z.object({
  row: z.int().min(1),
  reason: z.string(),
  /** as it stands in the source */
  raw: z.string().nullable(),
});
