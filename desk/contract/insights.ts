import { z } from 'zod';
import { Id, Share, Time } from './shapes.ts';

const Count = z.int().min(0);

/** A figure with its 95% interval. */
const Estimate = z.object({ value: Share, low: Share, high: Share });

export const ThresholdsInput = z.strictObject({
  /** beside every twentieth and the model's own */
  threshold: Share.optional(),
});

/** What the estimates rest on. */
export const Audit = z.object({
  drawn: Count,
  decided: Count,
  /** of these, what is to be acted on */
  positives: Count,
  /** fewer decided ones than this, and no figure is given */
  least: Count,
});

export const Thresholds = z.object({
  /** the model's own threshold */
  threshold: Share,
  /** messages that the model read, but for those that it read for the audit sample alone */
  read: Count,
  /** messages that only the model before has read: in no figure */
  waiting: Count,
  /** messages that a recall target set aside: no threshold flags them, and what abuse is among them counts as missed */
  aside: Count,
  audit: Audit,
  /** scores in [from, to); the last one with its end */
  histogram: z.array(z.object({ from: Share, to: Share, messages: Count, decided: Count })),
  rows: z.array(
    z.object({
      threshold: Share,
      /** messages with this score or a higher one */
      flagged: Count,
      /** decided audit items among them */
      items: Count,
      /** null: not enough labels yet */
      precision: Estimate.nullable(),
      recall: Estimate.nullable(),
    }),
  ),
  /**
   * What the same figures would be from decisions outside of the audit sample. What was met in the urgent order is no
   * random sample: this is here to show by how much one would be wrong, and for nothing else.
   */
  urgent: z.object({
    decided: Count,
    rows: z.array(z.object({ threshold: Share, precision: Share.nullable(), recall: Share.nullable() })),
  }),
});

const Reading = z.object({
  ece: Share,
  /** what the ECE of so few items would be if every probability were exactly right: mean, and 95% of the time at most */
  byChance: z.object({ mean: Share, most: Share }),
  bins: z.array(
    z.object({
      from: Share,
      to: Share,
      items: Count,
      /** mean score, and the share of abuse with its 95% interval */
      score: Share,
      rate: Share,
      low: Share,
      high: Share,
    }),
  ),
});

export const Calibration = z.object({
  audit: Audit,
  /** null: not enough labels yet */
  reliability: z
    .object({
      items: Count,
      asIs: Reading,
      /** p = σ(slope · logit(score) + intercept); the reading is cross-fitted */
      calibrated: z.object({ ...Reading.shape, slope: z.number(), intercept: z.number() }),
    })
    .nullable(),
  /** thresholds above which so much of all abuse lies, whatever scores mean (split conformal) */
  conformal: z.array(
    z.object({
      share: Share,
      threshold: Share.nullable(),
      /** what this threshold catches with 95% confidence; null also where audit items stand for too different numbers of messages */
      surely: Share.nullable(),
      /** messages with this score or a higher one */
      flagged: Count.nullable(),
      /** audit items that were abuse, and how many it takes while they stand for as different numbers of messages as now */
      items: Count,
      needed: Count,
      /** it would take fewer if each stood for the same number of messages */
      uneven: z.boolean(),
    }),
  ),
});

const SourceName = z.object({ id: Id, name: z.string() });

export const Drifts = z.array(
  z.object({
    source: SourceName,
    /** messages with a score in the imports before, and in this one */
    before: Count,
    now: Count,
    /** population stability index over tenths of what was before */
    psi: z.number(),
    /** Kolmogorov and Smirnov: largest difference of the cumulative shares, and the chance of it */
    ks: Share,
    p: Share,
    means: z.object({ before: Share, now: Share }),
    /** how both are spread: messages with scores in [from, to); the last one with its end */
    bars: z.array(z.object({ from: Share, to: Share, before: Count, now: Count })),
    verdict: z.enum(['alike', 'moved', 'moved much', 'too few']),
    /** a sentence for people, where the scores have moved */
    notice: z.string().nullable(),
  }),
);

export const VolumesInput = z.strictObject({
  /** default: the model's own */
  threshold: Share.optional(),
});

export const Volumes = z.object({
  threshold: Share,
  /** those with the most messages first, 50 at most */
  channels: z.array(
    z.object({
      id: Id,
      name: z.string(),
      messages: Count,
      flagged: Count,
      /** days (UTC) with messages, rising; the latest 366 */
      days: z.array(z.object({ start: Time, messages: Count, flagged: Count })),
    }),
  ),
});
