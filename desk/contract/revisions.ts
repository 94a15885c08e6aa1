import { z } from 'zod';
import { MORE_DECISIONS, RECOMMENDATIONS } from '../retrain/recommendations.ts';
import { Id, Severity, Share, Time } from './shapes.ts';

export const Recommendation = z.enum(RECOMMENDATIONS);

/** Two rankings of the same rows: AUROC of each, and what the challenger has more, with its 95% interval. */
export const Difference = z.object({
  rows: z.int().min(0),
  /** of these, with something wrong */
  positives: z.int().min(0),
  champion: Share,
  challenger: Share,
  value: z.number(),
  low: z.number(),
  high: z.number(),
});
export type Difference = z.infer<typeof Difference>;

/** A message that the challenger calls otherwise than the champion. */
export const Flip = z.object({
  item: Id,
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** what somebody decided; null where nobody has yet */
  decided: z.string().nullable(),
});

/** A challenger beside the model that the queue had when it was trained. */
export const Comparison = z.object({
  recommendation: Recommendation,
  /** a sentence for people */
  because: z.string(),
  /** the champion */
  against: Id,
  /** on audit items, weighted; or on all decisions, each read by a model that had not learned from it */
  on: z.enum(['audit', 'decisions']),
  /** null where there are too few rows */
  ranking: Difference.nullable(),
  /** on the development part of HateCheck; null where the two cannot be compared on it */
  regression: Difference.nullable(),
  /** opinions of larger models that it learned from beside the decisions: nobody's decisions. None in comparisons of earlier programs */
  opinions: z.object({ messages: z.int().min(0), models: z.array(z.string()) }).default({ messages: 0, models: [] }),
  flips: z.object({
    /** messages that both read: those that they were compared on, and up to 2,000 undecided ones of which the champion was least sure */
    read: z.int().min(0),
    count: z.int().min(0),
    /** the first of them */
    items: z.array(Flip),
  }),
});
export type Comparison = z.infer<typeof Comparison>;

/** How well heads on frozen states order what was decided, by what they have learned from, and what more would add. */
export const LearningCurve = z.object({
  points: z.array(z.object({ decisions: z.int().min(0), auroc: Share })),
  /** so many more decisions … */
  more: z.int(),
  /** … would add so much AUROC, with its 95% interval */
  gain: z.object({ value: z.number(), low: z.number(), high: z.number() }),
  verdict: z.enum(MORE_DECISIONS),
});
export type LearningCurve = z.infer<typeof LearningCurve>;

export const Revision = z.object({
  id: Id,
  name: z.string(),
  base: z.string(),
  depth: z.int(),
  labels: z.array(z.string()),
  languages: z.array(z.string()),
  createdAt: Time,
  /** its queue is shown */
  shown: z.boolean(),
  /** somebody decided to stay with the model that the queue had */
  kept: z.boolean(),
  /** messages that it learned from: decided ones, and those of `comparison.opinions` */
  learnedFrom: z.int().min(0),
  /** null for one that was not trained here */
  comparison: Comparison.nullable(),
});

export const List = z.object({
  revisions: z.array(Revision),
  /** the one that `rollBack` goes to */
  before: Id.nullable(),
});

/** What was decided, as something to learn from. */
export const Learnable = z.object({
  /** of labels that somebody gave, in the order of the labels */
  labels: z.array(
    z.object({
      id: Id,
      name: z.string(),
      severity: Severity,
      /** messages of which it is the most severe label */
      decided: z.int().min(0),
      /** of these, audit items: they judge, and are never learned from */
      audit: z.int().min(0),
      /** of those that can be learned from, what the model of the queue has not learned from yet */
      fresh: z.int().min(0),
    }),
  ),
  /** decisions that it takes, and of each label */
  least: z.int().min(1),
  leastPerLabel: z.int().min(1),
  /**
   * There is enough of it. Near-duplicates of audit items are not looked for here: the retraining itself may still find too few.
   */
  ready: z.boolean(),
});
export type Learnable = z.infer<typeof Learnable>;

export const Promote = z.strictObject({
  reviewer: Id,
  revision: Id,
  /** what is not recommended is promoted only by whoever names what was said of it; that is written down */
  override: Recommendation.optional(),
});

/** The queue stays with its model, whatever was said of this one: it is not asked about again. */
export const Keep = z.strictObject({ revision: Id });

export const Promoted = z.object({ from: Id.nullable(), to: Id });
