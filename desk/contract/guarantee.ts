import { z } from 'zod';

/** Recall targets that can be asked for; `all` reads everything. */
export const Recall = z.union([z.literal(0.95), z.literal(0.99), z.literal(0.999), z.literal('all')]);
export type Recall = z.infer<typeof Recall>;

const Count = z.int().min(0);

/** What can be said of messages that the model did not read, because a recall target was reached without them. */
export const Guarantee = z.object({
  /** share of what the model would flag that is in the queue, at least */
  target: z.number(),
  /** that this is so */
  confidence: z.number(),
  /** messages that the model did not read for it */
  setAside: Count,
  /** share of all abuse that the model itself misses, from audit items, with its 95% interval; null: not known yet */
  model: z.object({ misses: z.number(), low: z.number(), high: z.number(), items: Count }).nullable(),
  /** both as sentences for people */
  sentences: z.array(z.string()),
});
export type Guarantee = z.infer<typeof Guarantee>;

/** What each target would cost: texts that the model would read, of those that are there. */
export const Forecast = z.object({
  texts: Count,
  targets: z.array(z.object({ target: z.number(), read: Count })),
});
export type Forecast = z.infer<typeof Forecast>;
