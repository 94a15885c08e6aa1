import { z } from 'zod';
import { Id } from './shapes.ts';

/** A figure with its 95% interval; null where there is nothing to take it of. */
const Figure = z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable();

/** Messages that two reviewers or more decided, none knowing what another had decided. */
const Measured = z.object({
  messages: z.int().min(0),
  /** share of pairs of decisions that are the same, with all labels */
  same: Figure,
  /** Krippendorff's α, nominal: a decision with all its labels is one value */
  alpha: Figure,
  labels: z.array(
    z.object({
      label: z.string(),
      /** to which somebody gave it */
      messages: z.int().min(0),
      same: Figure,
      alpha: Figure,
    }),
  ),
  pairs: z.array(
    z.object({
      /** under their pseudonyms */
      reviewers: z.tuple([z.object({ id: Id, pseudonym: z.string() }), z.object({ id: Id, pseudonym: z.string() })]),
      messages: z.int().min(0),
      same: Figure,
      /** Cohen's κ */
      kappa: Figure,
      labels: z.array(z.object({ label: z.string(), kappa: Figure })),
    }),
  ),
});
export type Measured = z.infer<typeof Measured>;

export const Agreement = z.object({
  /** fewer messages than these say little */
  enough: z.int().min(1),
  all: Measured,
  /** of these, those drawn at random for a double review: nothing chose them */
  drawn: Measured,
  appeals: z.object({
    made: z.int().min(0),
    /** on which somebody decided since */
    decided: z.int().min(0),
    /** … otherwise than before */
    overturned: z.int().min(0),
    /** of those decided; interval after Wilson */
    rate: Figure,
  }),
});
export type Agreement = z.infer<typeof Agreement>;
