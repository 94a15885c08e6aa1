import { z } from 'zod';
import { Span } from '../review/span.ts';

/** How somebody decided elsewhere: data of the message that was read, and no decision here, since nobody signed it. */
export const DecidedElsewhere = z.object({
  /** where the message was written */
  platform: z.string().max(100),
  /** pseudonym */
  reviewer: z.string().max(200),
  /** ISO 8601 */
  decided_at: z.string().max(40),
  /** of the text */
  version: z.int().min(1),
  labels: z.array(z.string().max(200)).max(100),
  reasons: z.array(z.string().max(200)).max(20),
  note: z.string().max(10_000).nullable(),
  /** of the text; what follows was not told by earlier versions of this program */
  spans: z.array(Span).max(1000).default([]),
  blind: z.boolean().default(false),
  settles: z.boolean().default(false),
  /** what the model had said */
  score: z.number().min(0).max(1).nullable(),
  /** of a larger model, and nobody's decision */
  opinion: z.string().max(200).nullable(),
  opinion_probability: z.number().min(0).max(1).nullable(),
  opinion_model: z.string().max(1000).nullable(),
});
export type DecidedElsewhere = z.infer<typeof DecidedElsewhere>;
