import { z } from 'zod';
import { Rated } from './functional.ts';
import { Id, Share, Time } from './shapes.ts';

const Count = z.int().min(0);

/** One figure for the words in the order of their effects, the longest first, and in random order (mean of five). */
const ofOrders = <S extends z.ZodType>(one: S) => z.object({ effects: one, longest: one, random: one });

/** What the score does while words go, or come back: those first in each order first. Means of the messages. */
const Way = z.object({
  /** at the places of `steps` */
  curves: ofOrders(z.array(Share)),
  /** mean height of the curves */
  areas: ofOrders(Share),
  /** messages whose score falls, or comes back, sooner by effects than in random order, and than the longest word first */
  sooner: z.object({ random: Rated, longest: Rated }),
});
export type Way = z.infer<typeof Way>;

export const ExplanationFigures = z.object({
  /** flagged messages that were explained */
  messages: Count,
  /** shares of a message's words, down to its last one: where the curves have their points */
  steps: z.array(Share),
  deletion: Way,
  insertion: Way,
  /** the lower end of the interval is above one half, the higher one below, or neither */
  verdict: z.enum(['sooner', 'no difference', 'later']),
  /** messages that are flagged only with a planted word in them; null where that were too few to say anything */
  planted: z
    .object({
      /** in which that word has the largest effect */
      first: Rated,
      /** in which it would have by chance */
      chance: Share,
    })
    .nullable(),
  /** how far gates agree with effects; empty where the adapter has none */
  gates: z.array(
    z.object({
      /** a third of the layers */
      band: z.string(),
      /** how far the gates are above what they usually are; else how far they are open */
      aboveUsual: z.boolean(),
      messages: Count,
      /** rank correlation, mean of the messages with its 95% interval (bootstrap) */
      correlation: z.object({ value: z.number(), low: z.number(), high: z.number() }),
    }),
  ),
  /** all of it that matters, in sentences for people */
  sentences: z.array(z.string()),
});
export type ExplanationFigures = z.infer<typeof ExplanationFigures>;

/** Holds figures alone: no message, and no word of one. */
export const ExplanationsReport = z.object({
  model: z.object({ revision: Id, name: z.string(), base: z.string() }),
  figures: ExplanationFigures,
  seconds: z.number(),
});
export type ExplanationsReport = z.infer<typeof ExplanationsReport>;

/** The last test of this workspace; null where none was made. */
export const Explanations = z
  .object({
    made: Time,
    report: ExplanationsReport,
    /** the queue has another model now */
    outdated: z.boolean(),
  })
  .nullable();
