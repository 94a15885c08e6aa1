import { z } from 'zod';

/** Why the desk refused. `message` of the error is the sentence for people. */
export const Problem = z.object({
  /** what programs tell problems apart by: `disk-full`, `locked`, `changed` … */
  kind: z.string(),
  /** what to do now */
  remedy: z.string(),
  /** file, row or key that it is about */
  place: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;
