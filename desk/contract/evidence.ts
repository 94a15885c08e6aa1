import { z } from 'zod';
import { Path } from './shapes.ts';

export const VerifyInput = z.strictObject({
  /** an evidence file, or a report */
  path: Path,
  /** the export that the messages came from */
  source: Path.optional(),
  /** public key that it must be signed with */
  key: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
    .optional(),
});

const Count = z.int().min(0);

export const Checked = z.object({
  kind: z.enum(['evidence', 'report']),
  whole: z.boolean(),
  problems: z.array(z.object({ file: z.string(), what: z.string() })),
  /** pseudonym of whoever made it */
  reviewer: z.string().nullable(),
  /** whose signature it has; null where none fits */
  publicKey: z.string().nullable(),
  made: z.string().nullable(),
  /** real names are in it */
  names: z.boolean(),
  messages: Count,
  files: Count,
  /** null where no export was given */
  source: z
    .object({
      records: Count,
      /** records of exports that were not given */
      missing: Count,
      /** in a column that is not known */
      unknownTexts: Count,
    })
    .nullable(),
});
