import { z } from 'zod';
import { Share, Time } from './shapes.ts';

const Count = z.int().min(0);

/** A share of some cases with its 95% interval (Wilson); null of none. */
export const Rated = z.object({
  cases: Count,
  share: z.object({ value: Share, low: Share, high: Share }).nullable(),
});
export type Rated = z.infer<typeof Rated>;

const Sides = z.object({
  /** how often a hateful case scores above a harmless one; null where one kind is missing */
  auroc: Share.nullable(),
  /** hateful cases that are flagged, and harmless ones that are not */
  hateful: Rated,
  harmless: Rated,
});

export const SuiteFigures = z.object({
  /** of its file */
  name: z.string(),
  cases: Count,
  /** cases that the model did not read */
  notRead: Count,
  /** cases that decide what is recommended when a model is retrained here: they say nothing of it any more */
  leftOut: Count,
  ...Sides.shape,
  /** cases that are right, by what they test */
  functionalities: z.array(z.object({ name: z.string(), ...Rated.shape })),
  /** by the group that is named: hateful cases that are flagged, and harmless ones that are */
  targets: z.array(z.object({ name: z.string(), found: Rated, falseAlarms: Rated })),
  /** empty where all is in English */
  languages: z.array(z.object({ name: z.string(), ...Sides.shape })),
});
export type SuiteFigures = z.infer<typeof SuiteFigures>;

/** Cases that are flagged as they are spelled, when a normalised form is read instead, and when the higher score of both counts. */
const Spelled = z.object({ name: z.string(), asSpelled: Rated, normalised: Rated, both: Rated });
export type Spelled = z.infer<typeof Spelled>;

/** What kinds of abuse a model sees, and what it takes for abuse. */
export const FunctionalFigures = z.object({
  suites: z.array(SuiteFigures),
  /** hateful English cases that were flagged, the word that counts most spelled otherwise */
  attacks: z.array(Spelled),
  /** English cases that are misspelled as they come, and all harmless ones, of which none should be flagged */
  spellings: z.array(Spelled),
  /** harmless English cases with this word that are flagged */
  terms: z.array(z.object({ name: z.string(), ...Rated.shape })),
});
export type FunctionalFigures = z.infer<typeof FunctionalFigures>;

export const FunctionalReport = z.object({
  model: z.object({ name: z.string(), base: z.string() }),
  figures: FunctionalFigures,
  /** files of a folder that are none of these suites */
  skipped: z.array(z.object({ path: z.string(), why: z.string() })),
  seconds: z.number(),
});
export type FunctionalReport = z.infer<typeof FunctionalReport>;

/** The last audit of this workspace; null where none was made. */
export const Functional = z.object({ made: Time, report: FunctionalReport }).nullable();
